"""Does everything that the README says to type do what it says?

Its story is told in tests/analytics/test_guide.py, on the system that the guide's questions are then put to.
"""

import re
import shutil
from pathlib import Path

import pytest

from infra.settings import Settings
from tests.docs.following import README, ROOT, apply, blocks, copy_of_checkout, run
from tests.support import local_system as systems
from tests.support.local_system import local_system

TEXT = README.read_text(encoding="utf-8")
RECIPES = ("### Add a command", "### Add an event", "### Add a read model")

needs_bash = pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("git")), reason="the README is followed with bash on a copy made by git"
)


def follow_recipes(checkout: Path, *, typing: bool) -> tuple[list[str], list[str]]:
    """Apply every change, type what is to be typed if wanted; the files touched, and what to ask a running system."""
    touched, running = [], []
    for recipe in RECIPES:
        for block in blocks(TEXT, recipe):
            path = apply(block, checkout)
            if path is not None:
                touched.append(path)
            elif block.language == "sh running":
                running.append(block.text)
            elif typing:
                run(block.text, checkout)
    assert len(touched) > len(RECIPES)
    assert running
    return touched, running


@needs_bash
@pytest.mark.servers
@pytest.mark.timeout(600)
def test_the_recipes_do_what_they_say(tmp_path: Path) -> None:
    checkout = copy_of_checkout(tmp_path)
    touched, _ = follow_recipes(checkout, typing=True)
    code = " ".join(path for path in touched if path.endswith(".py"))
    run(f".venv/bin/ruff format --check {code} && .venv/bin/ruff check {code}", checkout)


@needs_bash
@pytest.mark.slow
@pytest.mark.servers
@pytest.mark.timeout(900)
def test_what_the_recipes_made_keeps_the_walls_and_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = copy_of_checkout(tmp_path)
    touched, running = follow_recipes(checkout, typing=False)
    code = " ".join(path for path in touched if path.endswith(".py"))
    run(f".venv/bin/python -m mypy --strict {code} && .venv/bin/lint-imports", checkout)
    monkeypatch.setattr(systems, "ROOT", checkout)
    with local_system() as system:
        system.start()
        told = run("\n".join(running), checkout, system.environment())
    assert "cancellations" in told


DOCUMENTS = sorted([README, ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_rooms_of_the_readme_are_there() -> None:
    rooms = [line.split()[0] for line in TEXT.splitlines() if re.match(r"    [a-z]+/ ", line)]
    assert rooms == ["domain/", "application/", "projections/", "interfaces/", "infra/", "tests/"]
    assert [path for path in rooms if not (ROOT / path).exists()] == []


def test_every_setting_that_a_document_names_exists() -> None:
    known = {f"VEHICAID_{name.upper()}" for name in Settings.model_fields}
    elsewhere = {"VEHICAID_DATA_DIR", "VEHICAID_POSTGRES_VERSION"}
    named = {
        name for path in DOCUMENTS for name in re.findall(r"VEHICAID_[A-Z0-9_]+", path.read_text(encoding="utf-8"))
    }
    assert named - known - elsewhere == set()


def test_the_two_commands_are_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in re.findall(r"^    make (\w+)", TEXT, re.MULTILINE):
        assert re.search(rf"^{command}:", makefile, re.MULTILINE), command
