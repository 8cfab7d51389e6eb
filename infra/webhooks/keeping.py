"""How are webhooks that arrive together kept together? One statement and one flush for all that came meanwhile."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final, cast

from application.log import LogUnavailable
from infra.event_store.log import borrowed

if TYPE_CHECKING:
    from infra.queries.pool import Pool

    Waiting = tuple[str, str, bytes, asyncio.Future[bool]]

KEEP: Final = (
    "INSERT INTO webhook_inbox (source, event_id, body)"
    " SELECT * FROM unnest(%s::text[], %s::text[], %s::bytea[])"
    " ON CONFLICT (source, event_id) DO NOTHING RETURNING source, event_id"
)
# While one waits for the disk, the next gathers what arrives; more would only split the batches.
LANES: Final = 2
# 256 bodies are half a megabyte and a few milliseconds.
MOST_TOGETHER: Final = 256
# Four seconds' worth at a thousand a second; beyond it the gateway had better send it again.
MOST_WAITING: Final = 4_096


class Keeping:
    """Keeps letters durably, each before its ``keep`` returns; belongs to the loop that uses it."""

    def __init__(self, pool: Pool) -> None:
        """Nothing waits yet."""
        self._pool = pool
        self._waiting: deque[Waiting] = deque()
        self._idle = LANES
        self._running: set[asyncio.Task[None]] = set()
        self._is_woken = False

    async def keep(self, source: str, event_id: str, body: bytes) -> bool:
        """Whether it is new; raises LogUnavailable when it could not be kept."""
        if len(self._waiting) >= MOST_WAITING:
            message = "too many webhooks are waiting"
            raise LogUnavailable(message)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bool] = loop.create_future()
        self._waiting.append((source, event_id, body, future))
        self._wake()
        return await future

    def _wake(self) -> None:
        if self._waiting and self._idle and not self._is_woken:
            # Not at once: whatever else was read in this turn of the loop comes along.
            self._is_woken = True
            asyncio.get_running_loop().call_soon(self._start)

    def _start(self) -> None:
        self._is_woken = False
        if not self._waiting or not self._idle:
            return
        self._idle -= 1
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]
        task = asyncio.get_running_loop().create_task(self._keep(batch))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _keep(self, batch: list[Waiting]) -> None:
        # In one order everywhere: two batches with the same news would otherwise wait for each other.
        batch.sort(key=lambda one: one[:2])
        try:
            new = await self._insert(batch)
        except Exception as error:  # noqa: BLE001  whatever it is, everybody who waits must hear of it
            for *_, future in batch:
                if not future.done():
                    future.set_exception(LogUnavailable(*error.args))
        else:
            for source, event_id, _, future in batch:
                if not future.done():
                    future.set_result((source, event_id) in new)
                new.discard((source, event_id))
        finally:
            self._idle += 1
            self._wake()

    async def _insert(self, batch: list[Waiting]) -> set[tuple[str, str]]:
        columns = [[one[number] for one in batch] for number in range(3)]
        async with borrowed(self._pool) as connection:
            cursor = await connection.execute(KEEP, columns)
            return set(cast("list[tuple[str, str]]", await cursor.fetchall()))
