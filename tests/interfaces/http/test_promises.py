"""Does a customer see what was promised, and does the desk see how it turned out?"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import anyio
import psycopg
import pytest

from domain.actor import Actor, Role
from domain.ids import Prefix
from domain.promise import PRIOR_LAW
from infra.travel.finished_drives import finished_drives
from interfaces.http.routes.kpis import PATH as KPIS
from projections.timers import promise_timer
from tests.support.api import Api, Job, an_offer, id_of, somebody
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

T = TypeVar("T")


async def eventually(look: Callable[[], Awaitable[T]], is_there: Callable[[T], bool]) -> T:
    """What is seen once a read model has come so far: each goes at its own pace."""
    for _ in range(200):
        found = await look()
        if is_there(found):
            return found
        await anyio.sleep(0.05)
    return await look()


async def taken(api: Api, desk: Actor) -> tuple[Job, Any, Any]:
    """A job that was just taken: how its customer sees it, and what was offered.

    In a tenant of its own: what other drives of a tenant took is learnt from.
    """
    job = await an_offer(api, desk)
    done = await api.done(f"{job.offer_path}/acceptance", job.provider)
    seen = (await api.get(job.request_path, job.customer, min_position=done["position"])).json()
    return job, seen, (await api.get(job.offer_path, job.provider)).json()


async def test_the_promise_is_shown_to_who_waits_and_waited_for(api: Api, shared_database: Database) -> None:
    job, seen, offered = await taken(api, somebody(Role.DISPATCHER, "promises-shown"))
    wanted = PRIOR_LAW.promised(offered["eta_s"], datetime.fromisoformat(seen["assigned_at"]))
    promise = seen["promise"]
    told = [datetime.fromisoformat(promise[f"p{share}_at"]) for share in (50, 80, 95)]
    assert told == [wanted.p50_at, wanted.p80_at, wanted.p95_at]
    assert (promise["state"], promise["due_at"]) == ("made", promise["p95_at"])
    path = f"/v1/my-requests/{job.request['id']}"
    mine: Any = await eventually(lambda: api.get(path, job.customer), lambda answer: bool(answer.json()["promise"]))
    assert mine.json()["promise"] == promise
    assert "eta_promised" in [step["what"] for step in mine.json()["steps"]]
    timer = promise_timer(id_of(Prefix.REQUEST, job.request["id"]))

    async def waits() -> tuple[Any, ...] | None:
        with psycopg.connect(shared_database.app_dsn, autocommit=True) as connection:
            return connection.execute("SELECT kind, due_at FROM timers WHERE subject_id = %s", (timer,)).fetchone()

    assert await eventually(waits, bool) == ("promise_doubted", wanted.p80_at)


async def test_an_arrival_keeps_it_and_is_counted_and_learned_from(api: Api, shared_database: Database) -> None:
    desk = somebody(Role.DISPATCHER, "promises-kept")
    job, seen, _ = await taken(api, desk)
    await api.done(f"{job.request_path}/en-route", job.provider)
    there = await api.done(f"{job.request_path}/arrival", job.provider, {})
    after: Any = (await api.get(job.request_path, job.customer, min_position=there["position"])).json()
    assert after["promise"] == {**seen["promise"], "state": "kept"}
    now, hour = datetime.now(UTC), timedelta(hours=1)
    span = {"from": (now - hour).isoformat(), "to": (now + hour).isoformat()}
    total: Any = (await api.get(KPIS, desk, **span, min_position=there["position"])).json()["total"]
    assert 1 <= total["within_p50"] <= total["within_p80"] <= total["within_p95"] <= total["etas_scored"]

    async def driven_to() -> set[str]:
        return {drive.to_cell for drive in finished_drives(shared_database.settings)}

    assert seen["cell"] in await eventually(driven_to, lambda cells: seen["cell"] in cells)
