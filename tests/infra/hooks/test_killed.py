"""Workers are killed, a place drops and dawdles, PostgreSQL goes away: does each message arrive, and is none lost?"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import signal
import time
import urllib.request
from collections import Counter
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from infra.embedded.ports import free_port
from infra.event_store.log import PostgresEventLog
from infra.hooks.endpoints import Endpoints
from infra.hooks.signing import is_genuine
from infra.identity.deployment_key import DeploymentKey
from infra.queries.pool import reader_pool
from interfaces.bench.sides import started
from tests.support.saves import event, save

if TYPE_CHECKING:
    import subprocess
    from collections.abc import AsyncIterator, Callable

    from infra.settings import Settings
    from tests.support.servers import Database, PrivatePostgres

pytestmark = [pytest.mark.anyio, pytest.mark.servers, pytest.mark.slow, pytest.mark.timeout(600)]

MESSAGES, KILLS = 72, 4
PATIENCE_S = 240.0
TENANT = "killed"
# Time passes: what a killed worker had in hand, and what was dropped, is due now and not in half a minute.
TIME_PASSES = "UPDATE hook_messages SET due_at = now() WHERE state = 'waiting'"
STANDING = "SELECT state, count(*) FROM hook_messages GROUP BY state"


@dataclass
class Place:
    """A partner's server that drops some calls, dawdles over others, and keeps what it heard."""

    port: int = 0
    ids: Counter[str] = field(default_factory=Counter)
    taken: set[str] = field(default_factory=set)
    positions: dict[str, int] = field(default_factory=dict)
    heads: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(23))  # noqa: S311  (told again by its seed)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
            told = {name.lower(): value for name, _, value in (line.partition(": ") for line in head)}
            body = await reader.readexactly(int(told["content-length"]))
        except (asyncio.IncompleteReadError, ConnectionError):
            return writer.close()
        its_id = told["webhook-id"]
        self.ids[its_id] += 1
        self.heads.append((told, body))
        self.positions[its_id] = json.loads(body)["data"]["position"]
        if self.ids[its_id] == 1 and self.chance.random() < 0.3:
            return writer.transport.abort()
        await asyncio.sleep(self.chance.choice((0.0, 0.05, 0.3)))
        self.taken.add(its_id)
        writer.write(b"HTTP/1.1 204 Taken\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        return writer.close()


@asynccontextmanager
async def a_place() -> AsyncIterator[Place]:
    place = Place()
    server = await asyncio.start_server(place.serve, "127.0.0.1", 0)
    place.port = server.sockets[0].getsockname()[1]
    async with server:
        yield place


def a_worker(settings: Settings, running: ExitStack, metrics_port: int = 0) -> subprocess.Popen[bytes]:
    # No Redis answers there: webhooks do without.
    more = {
        "VEHICAID_REDIS_URL": "redis://127.0.0.1:1/0",
        "VEHICAID_WORKER_METRICS_PORT": str(metrics_port or free_port()),
    }
    worker = started(["interfaces.cli", "worker"], settings, free_port(), more)
    running.callback(worker.wait)
    running.callback(worker.kill)
    return worker


async def happened(database: Database, place: Place, count: int) -> str:
    """A place that hears of everything, and so much that happens; gives its secret."""
    async with reader_pool(database.app_dsn, most=2) as pool:
        endpoints = Endpoints(pool, DeploymentKey(database.settings.token_key), is_local=True)
        url, at = f"http://127.0.0.1:{place.port}/in", datetime.now(UTC)
        secret = await endpoints.add(TENANT, uuid4(), None, url, (), at)
        log = PostgresEventLog(database.app_dsn, pool)
        for _ in range(count):
            facts = event(uuid4().hex, None, b"{}", "service_request.completed")
            await log.append(save(uuid4().hex, facts, tenant=TENANT))
        await log.close()
    return str(secret.shown)


async def until(fact: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while not fact():
        assert time.monotonic() < give_up_at
        await asyncio.sleep(0.05)


def shown(metrics_port: int) -> list[str]:
    """What the worker tells of webhooks."""
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{metrics_port}/metrics") as page:
        return [line for line in page.read().decode().splitlines() if line.startswith("vehicaid_hook_")]
    return []


def time_passes(database: Database) -> dict[str, int]:
    """Whatever waits is due; how the messages stand."""
    with psycopg.connect(database.app_dsn, autocommit=True) as eye:
        eye.execute(TIME_PASSES)
        return {str(state): int(str(count)) for state, count in eye.execute(STANDING).fetchall()}


async def all_taken(database: Database) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while (standing := await asyncio.to_thread(time_passes, database)) != {"taken": MESSAGES}:
        assert time.monotonic() < give_up_at, standing
        await asyncio.sleep(1)


def check(place: Place, secret: str) -> None:
    """Each at least once, under one id for each position, and signed whenever it came."""
    assert len(place.taken) == len(place.ids) == len(set(place.positions.values())) == MESSAGES
    for head, body in place.heads:
        assert json.loads(body)["id"] == head["webhook-id"]
        assert is_genuine(secret, head, body, int(head["webhook-timestamp"]))


async def test_killed_workers_lose_nothing(database: Database) -> None:
    with ExitStack() as running:
        async with a_place() as place:
            secret = await happened(database, place, MESSAGES)
            for number in range(KILLS):
                worker = a_worker(database.settings, running)
                heard = sum(place.ids.values())
                # In the middle of a handful: some are taken, some in hand, most wait.
                await until(lambda heard=heard: sum(place.ids.values()) > heard + 5)  # type: ignore[misc]  # bound now
                worker.send_signal(signal.SIGKILL)
                await asyncio.to_thread(worker.wait)
                standing = await asyncio.to_thread(time_passes, database)
                assert number or standing.get("waiting"), "it was killed with work left"
            a_worker(database.settings, running)
            await all_taken(database)
            check(place, secret)
            assert sum(place.ids.values()) > MESSAGES, "some came more than once"


async def test_a_database_that_is_gone_for_a_moment_loses_nothing(private_postgres: PrivatePostgres) -> None:
    database = private_postgres.database
    with ExitStack() as running:
        async with a_place() as place:
            secret = await happened(database, place, MESSAGES)
            metrics_port = free_port()
            worker = a_worker(database.settings, running, metrics_port)
            await until(lambda: sum(place.ids.values()) > 5)
            await asyncio.to_thread(private_postgres.kill)
            await asyncio.sleep(1)
            await asyncio.to_thread(private_postgres.start)
            await all_taken(database)
            assert worker.poll() is None, "the worker waited for it"
            taken = f'vehicaid_hook_messages{{state="taken"}} {float(MESSAGES)}'
            while taken not in await asyncio.to_thread(shown, metrics_port):  # noqa: ASYNC110  nobody tells us
                await asyncio.sleep(0.5)
            check(place, secret)
