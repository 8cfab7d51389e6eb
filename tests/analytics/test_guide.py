"""Does everything do what it says that the README's story, and then the analyst's guide, say to type?"""

import json
import shutil
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from infra.analytics.domain_views import DOMAIN_VIEWS
from infra.analytics.kpi_views import KPI_VIEWS
from interfaces.cli import export, sql
from tests.docs.following import README, ROOT, blocks, run
from tests.support.local_system import LocalSystem, local_system

GUIDE = (ROOT / "docs" / "guides" / "analyst.md").read_text(encoding="utf-8")
STORY = "## A call for help, told with curl"
WHOLE = "# Asking what happened"

needs_tools = pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("curl")), reason="the guide is followed with bash and curl"
)


def test_the_guide_speaks_of_every_view_that_was_written_for_people() -> None:
    assert [view.name for view in (*DOMAIN_VIEWS, *KPI_VIEWS) if f"`{view.name}`" not in GUIDE] == ["dictionary"]
    assert "dictionary" in GUIDE


@pytest.mark.parametrize("app", [export.app, sql.app], ids=["export", "sql"])
def test_the_guide_speaks_of_every_option(app: typer.Typer) -> None:
    options = {name for parameter in get_command(app).params for name in parameter.opts if name.startswith("--")}
    assert [option for option in sorted(options - {"--command"}) if f"{option}" not in GUIDE] == []


def with_tools(system: LocalSystem, directory: Path) -> dict[str, str]:
    """An environment in which `vehicaid` and `.venv/bin/python` are what they are in a checkout."""
    tools = directory / "tools"
    tools.mkdir()
    (tools / "vehicaid").write_text(f'#!/bin/sh\nexec "{ROOT}/.venv/bin/vehicaid" "$@"\n')
    (tools / "vehicaid").chmod(0o755)
    environment = system.environment()
    path = f"{tools}:{environment['PATH']}"
    return {**environment, "PATH": path, "API": system.address, "FILES": str(directory / "files"), "COLUMNS": "200"}


@needs_tools
@pytest.mark.servers
@pytest.mark.timeout(600)
def test_the_story_ends_with_a_completed_job_and_the_guide_can_be_followed(tmp_path: Path) -> None:
    typed = blocks(GUIDE, WHOLE)
    questions = [block.text for block in typed if block.language == "sql"]
    commands = [block.text for block in typed if block.language == "bash"]
    assert questions
    assert commands
    story = "\n".join(block.text for block in blocks(README.read_text(encoding="utf-8"), STORY))
    with local_system() as system:
        system.start()
        environment = with_tools(system, tmp_path)
        told = run(story, ROOT, environment)
        assert "api killed by SIGKILL" in system.screen
        assert "Asha Rao" in told, "the provider was told whom to call"
        for end in ("completed", "WHOLE"):
            assert f"\n{end}\n" in told
        assert "request_board equals its rebuild" in told
        system.wait_for(lambda: "flat_tyre" in system.vehicaid("sql", "-c", "SELECT service FROM requests").stdout)
        answers = [system.vehicaid("sql", "-c", question) for question in questions]
        assert [answer.stderr for answer in answers if answer.returncode != 0] == []
        assert "kpi_hourly" in answers[0].stdout
        assert "1 row\n" in answers[2].stdout, "half of the requests had a yes"
        told = run("\n".join(commands), ROOT, environment)
    figures = json.loads(told.splitlines()[-1])
    assert (figures["total"]["requests"], figures["total"]["completed"]) == (1, 1)
    assert "'state': 'completed'" in told.splitlines()[-2]
