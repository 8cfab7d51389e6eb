"""How does a query wait until a read model has seen what its client wrote?"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final, cast

import psycopg
from psycopg import sql

from infra.database_url import app_dsn
from infra.settings import Settings
from infra.stopping import end
from infra.telemetry.logging import log

# What a client is made to wait at most before it is told to come back.
TIMEOUT_S: Final = 2.0
# How long a waiter trusts the listener before it looks for itself: a lost notification costs this much.
LOOK_AGAIN_S: Final = 0.25
FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 1.0
# Waiters at a time; beyond it the process is not catching up, and more patience would only fill its memory.
MOST_WAITERS: Final = 10_000

_POSITION: Final = "SELECT position FROM projection_positions WHERE name = %s AND active"


class ProjectionBehind(Exception):
    """The read model has not come to that position in time; ask again in a moment."""

    def __init__(self, name: str, min_position: int, position: int) -> None:
        super().__init__(f"{name} is at {position}, not yet at {min_position}")
        self.name = name
        self.min_position = min_position
        self.position = position


class ProjectionWaiter:
    """Knows how far the read models are: one connection of its own, which listens and looks.

    ``start`` before use, ``stop`` at the end, both on the loop that waits.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._channel = f"{settings.cell}_projected"
        self._positions: dict[str, int] = {}
        self._moved: dict[str, asyncio.Event] = {}
        self._waiting = 0
        self._task: asyncio.Task[None] | None = None
        self._looker: psycopg.AsyncConnection[tuple[object, ...]] | None = None
        self._looking = asyncio.Lock()

    async def start(self) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._listen_for_ever(), name="projection-waiter")

    async def stop(self) -> None:
        """Listen no longer."""
        await end(self._task)
        if self._looker is not None:
            await self._looker.close()

    async def wait_for(self, name: str, min_position: int, timeout_s: float = TIMEOUT_S) -> int:
        """Return when the read model is at or behind that position, with the position it has.

        Raises ProjectionBehind when it is not in time, or when too many wait already.
        """
        known = self._positions.get(name, 0)
        if known >= min_position:
            return known
        if self._waiting >= MOST_WAITERS:
            raise ProjectionBehind(name, min_position, known)
        self._waiting += 1
        try:
            return await self._wait(name, min_position, timeout_s)
        finally:
            self._waiting -= 1

    async def _wait(self, name: str, min_position: int, timeout_s: float) -> int:
        clock = asyncio.get_running_loop().time
        deadline = clock() + timeout_s
        # With a listener that has spoken, a look would tell nothing new; it is for what the listener never heard.
        look_at = clock() + (LOOK_AGAIN_S if name in self._positions else 0)
        while True:
            moved = self._moved.setdefault(name, asyncio.Event())
            known = self._positions.get(name, 0)
            if known < min_position and clock() >= min(look_at, deadline):
                known = await self._look(name, min_position)
                look_at = clock() + LOOK_AGAIN_S
            if known >= min_position:
                return known
            left_s = min(look_at, deadline) - clock()
            if left_s <= 0 and clock() >= deadline:
                raise ProjectionBehind(name, min_position, known)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(moved.wait(), max(left_s, 0))

    async def _look(self, name: str, min_position: int) -> int:
        """Ask the database; while it cannot be asked, what is known stands."""
        async with self._looking:
            known = self._positions.get(name, 0)
            if known >= min_position:
                return known
            try:
                if self._looker is None or self._looker.closed:
                    self._looker = await psycopg.AsyncConnection.connect(
                        app_dsn(self._settings, "vehicaid-positions"), autocommit=True
                    )
                cursor = await self._looker.execute(_POSITION, (name,), prepare=True)
                row = await cursor.fetchone()
            except psycopg.Error:
                if self._looker is not None:
                    await self._looker.close()
                return known
        if row is not None:
            self._set(name, cast("int", row[0]))
        return self._positions.get(name, 0)

    async def _listen_for_ever(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    app_dsn(self._settings, "vehicaid-projected"), autocommit=True
                ) as connection:
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
                    # A server that crashed may have forgotten the last moments of its read models.
                    self._positions.clear()
                    pause_s = FIRST_PAUSE_S
                    async for notice in connection.notifies():
                        names, _, position = notice.payload.partition(":")
                        for name in names.split(","):
                            self._set(name, int(position))
            except psycopg.Error as error:
                log(__name__).warning("projected_lost", error=type(error).__name__, again_in_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)

    def _set(self, name: str, position: int) -> None:
        if position > self._positions.get(name, 0):
            self._positions[name] = position
            moved = self._moved.pop(name, None)
            if moved is not None:
                moved.set()
