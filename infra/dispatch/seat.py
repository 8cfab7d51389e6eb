"""Which of several dispatcher processes leads, and how is it woken?"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import psycopg
from psycopg import conninfo, sql

from infra.database_url import app_dsn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

    from infra.settings import Settings

T = TypeVar("T")
Connection = psycopg.AsyncConnection[tuple[Any, ...]]

# The leader speaks at least every poll, a quarter of a second. One that is silent for longer than this is frozen, or
# its machine is gone: the server ends its session, the lock is free, and the standby leads within 2 s.
SILENCE_MS: Final = 1_400
# Twice within the time after which it would count as frozen.
SPEAK_S: Final = 0.5
# A peer that vanished without a word is noticed within 5 s on our side; the server's patience is SILENCE_MS.
_KEEPALIVE: Final[dict[str, int]] = {
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,
}


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[Connection]:
    """The one connection of a dispatcher: it holds the lead, listens and reads, so that these end together."""
    connection = await psycopg.AsyncConnection.connect(
        conninfo.make_conninfo(app_dsn(settings, "vehicaid-dispatcher"), **_KEEPALIVE), autocommit=True
    )
    async with connection:
        yield connection


async def take_lead(connection: Connection, settings: Settings) -> bool:
    """Become the leader of the cell until the session ends; False while another session is.

    Whoever leads is told of every change of a read model, and loses the lead when it says nothing for SILENCE_MS.
    """
    cursor = await connection.execute(
        "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (f"vehicaid.{settings.cell}.lead.dispatcher",)
    )
    if await cursor.fetchone() != (True,):
        return False
    await connection.execute(f"SET idle_session_timeout = {SILENCE_MS}")
    await connection.execute(f"SET idle_in_transaction_session_timeout = {SILENCE_MS}")
    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(f"{settings.cell}_projected")))
    return True


async def keep_lead(connection: Connection, work: Coroutine[Any, Any, T]) -> T:
    """Do some work and speak meanwhile: waiting for the log is not being frozen. Raises what the work raises."""
    doing = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait({doing}, timeout=SPEAK_S))[0]:
            await connection.execute("SELECT 1")
    finally:
        if not doing.done():
            doing.cancel()
    return doing.result()


async def wait_for_news(connection: Connection, at_most_s: float) -> None:
    """Until some read model has moved on, or that long."""
    async for _ in connection.notifies(timeout=at_most_s, stop_after=1):
        pass
