"""Does a customer see what was promised, and does the desk see how it turned out?"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import anyio
import psycopg
import pytest

from domain.actor import Role
from domain.ids import Prefix
from domain.promise import PRIOR_LAW
from infra.travel.finished_drives import finished_drives
from interfaces.http.routes.kpis import PATH as KPIS
from projections.timers import promise_timer
from tests.support.api import Api, an_offer, id_of, somebody
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

T = TypeVar("T")
DESK = somebody(Role.DISPATCHER)


async def eventually(look: Callable[[], T]) -> T:
    """What is seen once a read model has come so far: each goes at its own pace."""
    for _ in range(200):
        found = look()
        if found:
            return found
        await anyio.sleep(0.05)
    return look()


async def test_from_the_promise_to_its_score(api: Api, shared_database: Database) -> None:
    job = await an_offer(api)
    done = await api.done(f"{job.offer_path}/acceptance", job.provider)
    seen: Any = (await api.get(job.request_path, job.customer, min_position=done["position"])).json()
    promise = seen["promise"]
    offered: Any = (await api.get(job.offer_path, job.provider)).json()
    assigned_at = datetime.fromisoformat(seen["assigned_at"])
    wanted = PRIOR_LAW.promised(offered["eta_s"], assigned_at)
    assert promise["state"] == "made"
    assert [datetime.fromisoformat(promise[f"p{share}_at"]) for share in (50, 80, 95)] == [
        wanted.p50_at, wanted.p80_at, wanted.p95_at,
    ]  # fmt: skip
    assert promise["due_at"] == promise["p95_at"]
    mine: Any = (
        await api.get(f"/v1/my-requests/{job.request['id']}", job.customer, min_position=done["position"])
    ).json()
    assert mine["promise"] == promise
    assert "eta_promised" in [step["what"] for step in mine["steps"]]
    timer = promise_timer(id_of(Prefix.REQUEST, job.request["id"]))
    with psycopg.connect(shared_database.app_dsn, autocommit=True) as connection:
        waits = "SELECT kind, due_at FROM timers WHERE subject_id = %s"
        assert await eventually(lambda: connection.execute(waits, (timer,)).fetchone()) == (
            "promise_doubted",
            wanted.p80_at,
        )
        await api.done(f"{job.request_path}/en-route", job.provider)
        there = await api.done(f"{job.request_path}/arrival", job.provider, {})
        seen = (await api.get(job.request_path, job.customer, min_position=there["position"])).json()
        assert seen["promise"]["state"] == "kept"
        now = datetime.now(UTC)
        figures: Any = (
            await api.get(
                KPIS,
                DESK,
                **{"from": (now - timedelta(hours=1)).isoformat(), "to": (now + timedelta(hours=1)).isoformat()},
                min_position=there["position"],
            )
        ).json()["total"]
        assert figures["etas_scored"] >= 1
        assert figures["within_p50"] <= figures["within_p80"] <= figures["within_p95"] <= figures["etas_scored"]
    assert await eventually(
        lambda: seen["cell"] in {each.to_cell for each in finished_drives(shared_database.settings)}
    )
