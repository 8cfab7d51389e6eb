"""Do two that are added at the same moment count one after the other?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg
import pytest

from infra.hooks.endpoints import ADD, IN_TURN, MOST_OF_A_PARTNER, Endpoints, TooManyHooks
from infra.queries.pool import reader_pool
from tests.infra.hooks.test_delivering import KEY, PARTNER
from tests.support.saves import NOON

if TYPE_CHECKING:
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

URL, TENANT = "https://a.example/", "room"
WAITS = (
    "SELECT count(*) FROM pg_locks"
    " WHERE locktype = 'advisory' AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


async def test_the_last_place_is_taken_once(database: Database) -> None:
    async with reader_pool(database.app_dsn, most=2) as pool:
        endpoints = Endpoints(pool, KEY, is_local=False)

        async def add(hook: UUID) -> object:
            return await endpoints.add(TENANT, hook, PARTNER, URL, (), NOON)

        for _ in range(MOST_OF_A_PARTNER - 1):
            await add(uuid4())
        async with (
            await psycopg.AsyncConnection.connect(database.app_dsn, autocommit=True) as eye,
            await psycopg.AsyncConnection.connect(database.app_dsn) as first,
        ):
            await first.execute(IN_TURN, (TENANT,))
            await first.execute(ADD, (TENANT, uuid4(), PARTNER, URL, [], b"sealed", NOON))
            second = asyncio.create_task(add(uuid4()))
            while not second.done() and (await (await eye.execute(WAITS)).fetchone()) == (0,):  # noqa: ASYNC110  nobody tells us
                await asyncio.sleep(0.01)
            assert not second.done(), "it did not wait for the one before"
            await first.commit()
            with pytest.raises(TooManyHooks):
                await second
        assert len(await endpoints.listed(TENANT)) == MOST_OF_A_PARTNER
