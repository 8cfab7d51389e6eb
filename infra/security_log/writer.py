"""How do notes get into the security log in batches, off the path of every request, none lost in a clean stop?"""

from __future__ import annotations

import asyncio
import contextlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg_pool import PoolTimeout, TooManyRequests

from infra.security_log.notebook import Note, Notebook
from infra.security_log.scene import here
from infra.stopping import end
from infra.telemetry import metrics
from infra.telemetry.logging import log

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from application.security_log import SecurityKind
    from infra.queries.pool import Pool

# 0.25 s: what a killed process loses at most; four small writes a second while something happens, none at rest.
EVERY_S: Final = 0.25
# 500 rows in one statement, some 10 ms: nobody else waits long for the order lock.
AT_ONCE: Final = 500
# Three tries at the end, 3 s in all: a stopping process is given five.
LAST_TRIES: Final = 3
LAST_TRY_S: Final = 0.9
PAUSE_S: Final = 0.1

WRITE: Final = "SELECT note_security(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
AWAY: Final = (psycopg.Error, PoolTimeout, TooManyRequests, OSError)
TENANT: Final = re.compile(r"[A-Za-z0-9_.-]{0,64}")
# One who acts in somebody's name is named behind a tilde.
ACTOR: Final = re.compile(r"(?=.{1,100}$)[a-z_]{1,20}:[A-Za-z0-9_-]{1,79}(~[a-z_]{1,20}:[A-Za-z0-9_-]{1,79})?")
WORD: Final = re.compile(r"[A-Za-z0-9_.-]{0,60}")


class BufferedSecurityLog:
    """Implements ``application.security_log.SecurityLog``; belongs to the loop that starts it."""

    def __init__(
        self,
        pool: Pool,
        address_hash: Callable[[str], bytes],
        notebook: Notebook | None = None,
        every_s: float = EVERY_S,
    ) -> None:
        """``address_hash`` gives the 16 bytes under which an address is kept."""
        self._pool = pool
        self._address_hash = address_hash
        self._notebook = notebook or Notebook()
        self._every_s = every_s
        self._batch: list[Note] = []
        """Taken out of the notebook and perhaps written: kept until the database has said so."""
        self._task: asyncio.Task[None] | None = None
        self._is_away = False

    def note(
        self,
        kind: SecurityKind,
        *,
        tenant: str,
        at: datetime,
        actor: str = "",
        operation: str = "",
        object_id: str = "",
        detail: str = "",
    ) -> None:
        """See ``SecurityLog``. What cannot be a word of ours is left out: a note is never refused for its words."""
        scene = here()
        address = self._address_hash(scene.address) if scene.address else b""
        told = (_fit(TENANT, tenant), at, _fit(ACTOR, actor or scene.actor), _fit(WORD, operation))
        self._notebook.take(Note(kind, *told, _fit(WORD, object_id), _fit(WORD, detail), address, scene.correlation_id))

    async def start(self) -> None:
        """Begin to write what is noted."""
        self._task = asyncio.create_task(self._write_on())

    async def stop(self) -> None:
        """Write everything that was noted, and write no more."""
        await end(self._task)
        self._task = None
        for _ in range(LAST_TRIES):
            if await self._last_written():
                return
            await asyncio.sleep(PAUSE_S)
        left = len(self._batch) + len(self._notebook)
        metrics.security_notes_lost.inc(left)
        log(__name__).error("security_notes_lost", notes=left)

    async def flush(self) -> bool:
        """Write what is due now; whether the database took it."""
        return await self._written(everything=False)

    async def _last_written(self) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_TRY_S):
                return await self._written(everything=True)
        return False

    async def _write_on(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            await self._written(everything=False)

    async def _written(self, *, everything: bool) -> bool:
        if not self._batch:
            self._batch = self._notebook.all() if everything else self._notebook.due(datetime.now(UTC))
        try:
            while self._batch:
                part = self._batch[:AT_ONCE]
                async with self._pool.connection() as connection:
                    await connection.execute(WRITE, _columns(part))
                del self._batch[: len(part)]
                metrics.security_notes.inc(len(part))
        except AWAY as error:
            if not self._is_away:
                log(__name__).warning("security_log_away", kind=type(error).__name__)
            self._is_away = True
            return False
        self._is_away = False
        return not (everything and len(self._notebook))


async def write_notes(pool: Pool, notes: Sequence[Note]) -> None:
    """Write these now: for a command at a terminal, which ends right after. Raises what the database raises."""
    book = Notebook()
    for note in notes:
        book.take(note)
    async with pool.connection() as connection:
        await connection.execute(WRITE, _columns(book.all()))


def _columns(notes: Sequence[Note]) -> list[list[object]]:
    return [
        [note.note_id for note in notes],
        [note.tenant for note in notes],
        [note.at for note in notes],
        [note.kind.value for note in notes],
        [note.actor for note in notes],
        [note.operation for note in notes],
        [note.object_id for note in notes],
        [note.detail for note in notes],
        [note.address for note in notes],
        [note.correlation_id for note in notes],
        [note.times for note in notes],
    ]


def _fit(allowed: re.Pattern[str], text: str) -> str:
    return text if allowed.fullmatch(text) else ""
