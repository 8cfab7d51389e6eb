"""Does the notebook answer its three questions rightly about jobs that were really done?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import nbformat
import psycopg
import pytest
from nbclient import NotebookClient
from psycopg.rows import dict_row

from domain.actor import Actor, Role
from infra.analytics.place import analyst_dsn
from infra.analytics.presenter import present
from infra.export.plan import FileFormat
from infra.export.run import export, plan_of
from infra.projections.catch_up import bring_up_to_date
from tests.analytics.jobs import a_cancelled_call, a_city, a_paid_job
from tests.support.api import Api, in_process, projecting, somebody
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


@dataclass(frozen=True)
class Morning:
    """What was done, and what the API says of it."""

    database: Database
    paid: list[int]
    figures: dict[str, Any]


async def _lived(database: Database) -> Morning:
    with projecting(database.settings):
        async with in_process(database.settings) as api:
            await api.until_ready()
            desk = somebody(Role.DISPATCHER)
            await a_city(api, desk)
            paid = [await a_paid_job(api, desk) for _ in range(2)]
            for reason in ("took_too_long", "took_too_long", "no_longer_needed"):
                await a_cancelled_call(api, desk, reason)
            now = datetime.now(UTC)
            span = {"from": (now - timedelta(hours=2)).isoformat(), "to": (now + timedelta(hours=2)).isoformat()}
            asked = await api.get("/v1/kpis", desk, by="hour", min_position=await api_head(api, desk), **span)
            assert asked.is_success, asked.text
    bring_up_to_date(database.settings)
    assert not present(database.settings).failed
    return Morning(database, paid, asked.json())


async def api_head(api: Api, desk: Actor) -> int:
    """Where the log stands after one more act."""
    done = await api.done("/v1/providers", desk, {"name": "Late Riser", "phone": "+919845099998"})
    return int(str(done["position"]))


@pytest.fixture(scope="module")
async def morning(shared_database: Database) -> Morning:
    """Some jobs through the application."""
    return await _lived(shared_database)


@pytest.mark.anyio
async def test_the_figures_are_those_of_the_zone_and_its_clock(morning: Morning) -> None:
    with psycopg.connect(analyst_dsn(morning.database.settings, "demo"), row_factory=dict_row) as session:
        rows = session.execute("SELECT * FROM kpi_hourly ORDER BY hour_at").fetchall()
    assert {(row["zone"], row["time_zone"], row["currency"]) for row in rows} == {("bengaluru", "Asia/Kolkata", "INR")}
    for row in rows:
        assert row["hour_local"] == row["hour_at"].astimezone(ZoneInfo("Asia/Kolkata")).replace(tzinfo=None)
        assert row["hour_local"].minute == 0
    assert sum(row["revenue_minor"] for row in rows) == sum(morning.paid) > 0
    total, groups = morning.figures["total"], morning.figures["data"]
    assert total["revenue"] == [{"amount_minor": sum(morning.paid), "currency": "INR"}]
    assert [(group["hour"], group["requests"]) for group in groups] == [
        (row["hour_at"].strftime("%Y-%m-%dT%H:%M:%SZ"), row["requests"]) for row in rows
    ]
    assert (total["completed"], total["cancelled"], total["requests"]) == (2, 3, 5)


@pytest.mark.anyio
@pytest.mark.timeout(300)
async def test_it_answers_three_questions(morning: Morning, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = morning.database.settings
    files = tmp_path / "kpi_requests"
    export(settings, plan_of(settings, "kpi_requests", FileFormat.PARQUET, files), files, lambda *_: None)
    for name, value in {
        "ANALYST_DSN": analyst_dsn(settings, "demo"),
        "EXPORTED_TO": str(tmp_path),
        "MPLBACKEND": "agg",
        "IPYTHONDIR": str(tmp_path),
        "JUPYTER_RUNTIME_DIR": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]  # it has no types
    await NotebookClient(notebook, timeout=PATIENCE_S, kernel_name="python3").async_execute()
    assert json.loads(notebook.cells[-1].outputs[0].text) == {
        "assigned": 2,
        "revenue_minor": {"flat_tyre INR": sum(morning.paid)},
        "called_off": {"took_too_long": 2, "no_longer_needed": 1},
    }
