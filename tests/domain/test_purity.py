"""Do time and chance come into the core as arguments only?"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = sorted((ROOT / "domain").rglob("*.py")) + sorted((ROOT / "application").rglob("*.py"))
FORBIDDEN_CALLS = {"now", "utcnow", "today", "monotonic", "perf_counter", "time_ns", "uuid1", "uuid4", "urandom"}
FORBIDDEN_MODULES = {"random", "secrets", "time"}
EDGE_ONLY = {("ids.py", "urandom")}
"""``new_id`` draws chance for the edges; nothing in the core calls it (see the second test)."""


def names_called(tree: ast.AST) -> set[str]:
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {f.attr if isinstance(f, ast.Attribute) else f.id for f in calls if isinstance(f, ast.Attribute | ast.Name)}


def modules_imported(tree: ast.AST) -> set[str]:
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return found | {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("folder", sorted({path.parent for path in CORE}), ids=lambda folder: folder.name)
def test_no_clock_and_no_chance(folder: Path) -> None:
    for path in (path for path in CORE if path.parent == folder):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        drawn = {name for name in names_called(tree) & FORBIDDEN_CALLS if (path.name, name) not in EDGE_ONLY}
        assert drawn == set(), path
        assert modules_imported(tree) & FORBIDDEN_MODULES == set(), path


def test_the_core_makes_no_ids() -> None:
    callers = [path.name for path in CORE if "new_id" in names_called(ast.parse(path.read_text(encoding="utf-8")))]
    assert callers == []


def test_the_scan_sees_what_it_looks_for() -> None:
    guilty = ast.parse("import random\nfrom datetime import datetime\nat = datetime.now()")
    assert names_called(guilty) & FORBIDDEN_CALLS == {"now"}
    assert modules_imported(guilty) & FORBIDDEN_MODULES == {"random"}
