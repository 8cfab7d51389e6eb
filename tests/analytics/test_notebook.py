"""Does the notebook answer its three questions rightly about jobs that were really done?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from domain.actor import Role
from infra.analytics.place import analyst_dsn
from infra.analytics.presenter import present
from infra.export.plan import FileFormat
from infra.export.run import export, plan_of
from infra.projections.catch_up import bring_up_to_date
from tests.analytics.jobs import a_cancelled_call, a_paid_job
from tests.support.api import in_process, projecting, somebody
from tests.support.servers import Database

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebooks" / "first_questions.ipynb"
# A kernel starts in some seconds, on a machine that may run ten other things in more.
PATIENCE_S = 150


def test_nothing_that_a_run_left_is_kept() -> None:
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert code
    assert [cell for cell in code if cell["outputs"] or cell["execution_count"] is not None] == []
    nbformat.validate(nbformat.from_dict(notebook))  # type: ignore[no-untyped-call]  # it has no types


async def a_morning(database: Database) -> dict[str, Any]:
    """Some jobs through the application; what the notebook should find."""
    with projecting(database.settings):
        async with in_process(database.settings) as api:
            await api.until_ready()
            desk = somebody(Role.DISPATCHER)
            paid = [await a_paid_job(api, desk, "flat_tyre") for _ in range(2)]
            reasons = ("took_too_long", "took_too_long", "no_longer_needed")
            for reason in reasons:
                await a_cancelled_call(api, reason)
    return {
        "assigned": len(paid),
        "revenue_minor": {"flat_tyre INR": sum(paid)} if sum(paid) else {},
        "called_off": {"took_too_long": 2, "no_longer_needed": 1},
    }


@pytest.mark.anyio
@pytest.mark.timeout(300)
async def test_it_answers_three_questions(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = await a_morning(database)
    settings = database.settings
    bring_up_to_date(settings)
    assert not present(settings).failed
    files = tmp_path / "kpi_requests"
    export(settings, plan_of(settings, "kpi_requests", FileFormat.PARQUET, files), files, lambda *_: None)
    for name, value in {
        "VEHICAID_ANALYST_DSN": analyst_dsn(settings, "demo"),
        "VEHICAID_EXPORTED_TO": str(tmp_path),
        "MPLBACKEND": "agg",
        "IPYTHONDIR": str(tmp_path),
        "JUPYTER_RUNTIME_DIR": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]  # it has no types
    client = NotebookClient(notebook, timeout=PATIENCE_S, kernel_name="python3")
    await client.async_execute()
    said = notebook.cells[-1].outputs[0].text
    assert json.loads(said) == wanted
