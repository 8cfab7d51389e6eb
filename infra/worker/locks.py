"""How is one intent never carried out by two workers at once? Whoever works on it holds a lock of its session.

Where the session ends, with its process or without, the lock is free at once; where a process is frozen, the server
ends its session after some seconds. What goes on in a frozen process may then be begun by another: the operation's key,
under which the other side is asked, sees to it that this has no second effect.
"""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import conninfo

from application.log import LogUnavailable
from infra.database_url import app_dsn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from infra.settings import Settings

LOCK: Final = "SELECT name FROM unnest(%s::text[]) AS name WHERE pg_try_advisory_lock(hashtextextended(name, 0))"
UNLOCK: Final = "SELECT pg_advisory_unlock(hashtextextended(name, 0)) FROM unnest(%s::text[]) AS name"
# A worker speaks every second; one that is silent for five is frozen: shorter would punish a busy machine.
SPEAK_S: Final = 1.0
SILENCE_MS: Final = 5_000
# A server that vanished without a word is noticed within 5 s.
_KEEPALIVE: Final[dict[str, int]] = {
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5_000,
}


class OperationLocks:
    """The locks of one process, all held by one connection of its own; opened when the first is wanted."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is held yet."""
        self._dsn = conninfo.make_conninfo(app_dsn(settings, "vehicaid-worker-locks"), **_KEEPALIVE)
        self._prefix = f"vehicaid.{settings.cell}.work."
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None
        self._connecting = asyncio.Lock()
        self._silence_ms = 0
        # The server would give a session its own lock a second time.
        self._mine: set[str] = set()

    @asynccontextmanager
    async def held(self, names: Sequence[str]) -> AsyncIterator[frozenset[str]]:
        """Those of the names that nobody works on; they are ours until the block ends. Raises LogUnavailable."""
        wanted = [name for name in dict.fromkeys(names) if name not in self._mine]
        self._mine.update(wanted)
        ours: list[str] = []
        try:
            rows = await self._ask(LOCK, [self._prefix + name for name in wanted]) if wanted else []
            ours = [str(row[0]).removeprefix(self._prefix) for row in rows]
            yield frozenset(ours)
        finally:
            if ours:
                # A connection that is lost has given them back already.
                with contextlib.suppress(LogUnavailable):
                    await self._ask(UNLOCK, [self._prefix + name for name in ours])
            self._mine.difference_update(wanted)

    async def keep_speaking(self) -> None:
        """From now on a process that is frozen loses its locks; run it beside the work, for as long as that goes on."""
        self._silence_ms = SILENCE_MS
        await self.close()
        while True:
            with contextlib.suppress(LogUnavailable):
                await self._ask("SELECT name FROM unnest(%s::text[]) AS name", [])
            await asyncio.sleep(SPEAK_S)

    async def close(self) -> None:
        """Give the connection back, and every lock with it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _ask(self, query: str, names: list[str]) -> list[tuple[Any, ...]]:
        try:
            connection = await self._connected()
            return await (await connection.execute(query, (names,))).fetchall()
        except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
            await self.close()
            message = f"the database did not answer: {type(error).__name__}"
            raise LogUnavailable(message) from error

    async def _connected(self) -> psycopg.AsyncConnection[tuple[Any, ...]]:
        async with self._connecting:
            if self._connection is None or self._connection.closed:
                made = await psycopg.AsyncConnection.connect(self._dsn, autocommit=True)
                await made.execute(f"SET idle_session_timeout = {self._silence_ms}")
                self._connection = made
            return self._connection
