"""What if PostgreSQL or Redis is gone under load? 503, everything heals, nothing acknowledged is lost."""

import asyncio
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from domain.actor import Role
from tests.support.api import HELP, Api, a_request, fresh_key, in_process, projecting, somebody
from tests.support.servers import Database, PrivatePostgres

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

PATH = "/v1/service-requests"
CALLERS = 16
# Answers that mean "send it again with the same key".
AGAIN = 503


@dataclass
class Day:
    """What the callers of a day were told."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    told: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    over: bool = False


async def caller(api: Api, day: Day) -> None:
    """Asks for help again and again; each time under one key until it is answered."""
    customer = somebody(Role.CUSTOMER)
    while not day.over:
        key = fresh_key()
        while True:
            answer = await api.post(PATH, customer, HELP, key=key)
            day.told[answer.status_code] += 1
            if answer.status_code != AGAIN:
                break
            day.codes[answer.json()["code"]] += 1
            assert int(answer.headers["Retry-After"]) >= 1
            await asyncio.sleep(0.1)
        assert answer.status_code == 201, answer.text
        day.acknowledged[key] = answer.json()["id"]


async def outage(private: PrivatePostgres, gone_s: float) -> Day:
    """Load before, during and after the server is killed."""
    day = Day()
    with projecting(private.database.settings):
        async with in_process(private.database.settings) as api:
            await api.until_ready()
            await _under_load(private, gone_s, api, day)
    return day


async def _under_load(private: PrivatePostgres, gone_s: float, api: Api, day: Day) -> None:
    callers = [asyncio.create_task(caller(api, day)) for _ in range(CALLERS)]
    _, standing = await a_request(api)
    day.acknowledged["standing"] = str(standing["id"])
    await until(lambda: day.told[201] >= 50)
    await asyncio.to_thread(private.kill)
    assert (await api.client.get("/livez")).status_code == 200
    await asyncio.sleep(gone_s)
    assert (await api.client.get("/readyz")).status_code == 503
    path = f"{PATH}/{standing['id']}"
    ordered, asked = await api.post(f"{path}/search-end", api.desk), await api.get(path, api.desk)
    assert (ordered.status_code, ordered.json()["code"]) == (AGAIN, "log_unavailable")
    assert (asked.status_code, asked.json()["code"]) == (AGAIN, "store_unavailable")
    at_dawn = day.told[201]
    await asyncio.to_thread(private.start)
    try:
        await until(lambda: day.told[201] >= at_dawn + 50 or any(each.done() for each in callers))
    except TimeoutError:
        stood = "\n".join(where_it_stands(each) for each in callers)
        for each in callers:
            each.cancel()
        pytest.fail(f"{day.told} {day.codes}: nobody is answered any more\n{stood}")
    day.over = True
    _, stuck = await asyncio.wait(callers, timeout=60)
    assert not stuck, "\n".join(where_it_stands(each) for each in stuck)
    await asyncio.gather(*callers)


def where_it_stands(task: asyncio.Task[None]) -> str:
    """The innermost of what a task waits for."""
    told = io.StringIO()
    waited: Any = task.get_coro()
    task.print_stack(file=told)
    while frame := getattr(waited, "cr_frame", None) or getattr(waited, "gi_frame", None):
        told.write(f"{frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_name}\n")
        waited = getattr(waited, "cr_await", None) or getattr(waited, "gi_yieldfrom", None)
    return told.getvalue()


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that comes with time."""
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110  other tasks count, nobody tells
            await asyncio.sleep(0.02)


def check(private: PrivatePostgres, day: Day) -> None:
    with psycopg.connect(private.database.admin_dsn) as connection:
        rows = connection.execute(
            "SELECT stream_id FROM events WHERE topic = 'service_request.requested' ORDER BY position"
        ).fetchall()
        dense = connection.execute("SELECT count(*) = max(position) FROM events").fetchone()
    stored = Counter(f"req_{row[0].hex}" for row in rows)
    assert set(stored.values()) == {1}
    assert set(day.acknowledged.values()) <= set(stored), "an acknowledged request is lost"
    assert len(stored) == len(day.acknowledged), "a request stands that nobody was told of"
    assert dense == (True,)
    assert set(day.told) <= {201, AGAIN}
    assert day.codes, "nobody noticed"


@pytest.mark.timeout(300)
async def test_postgres_gone_for_a_moment_under_load(private_postgres: PrivatePostgres) -> None:
    check(private_postgres, await outage(private_postgres, 2.0))


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_postgres_gone_for_10_s_under_load(private_postgres: PrivatePostgres) -> None:
    check(private_postgres, await outage(private_postgres, 10.0))


async def test_queries_heal_when_connections_are_cut(database: Database) -> None:
    with projecting(database.settings):
        async with in_process(database.settings) as api:
            await api.until_ready()
            customer, request = await a_request(api)
            path = f"{PATH}/{request['id']}"
            assert (await api.get(path, customer, min_position=request["position"])).status_code == 200
            with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

            async def answered() -> bool:
                answer = await api.get(path, customer)
                assert answer.status_code in {200, AGAIN}, answer.text
                return answer.status_code == 200

            async with asyncio.timeout(20):
                for _ in range(12):
                    while not await answered():  # noqa: ASYNC110  a pool heals by itself
                        await asyncio.sleep(0.05)
            assert (await api.post(PATH, customer, HELP)).status_code == 201


async def test_redis_gone_changes_nothing(database: Database) -> None:
    nowhere = database.settings.model_copy(update={"redis_url": "redis://127.0.0.1:1"})
    with projecting(nowhere):
        async with in_process(nowhere) as api:
            await api.until_ready()
            customer, request = await a_request(api)
            answer = await api.get(f"{PATH}/{request['id']}", customer, min_position=request["position"])
            assert answer.status_code == 200
