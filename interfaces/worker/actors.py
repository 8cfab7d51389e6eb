"""Which messages does a worker understand? Each says where to look; what is done about it runs in the worker's loop."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import dramatiq
import redis

from infra.worker.board import Operation
from interfaces.worker.carrying import AT_ONCE
from interfaces.worker.handing import ManyHands, OwnHands

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from dramatiq.brokers.redis import RedisBroker

    from infra.webhooks.inbox import LetterName
    from interfaces.worker.carrying import Carrying

# Between two looks into an empty queue, at most: a payer who watches a spinner hardly notices a tenth of a second.
LOOKS_EVERY_MS: Final = 100
# Whoever stops waits so long for what is under way; the next worker finds what was not finished.
STOPS_WITHIN_MS: Final = 1_000
# What the queue's library raises where Redis is away or slow.
FAILURES: Final = (dramatiq.errors.BrokerConnectionError, redis.RedisError, OSError)


class Crew:
    """The threads of one process that take messages, and the hands that send them."""

    def __init__(self, broker: RedisBroker, carrying: Carrying) -> None:
        """Nothing is taken yet; make it in the loop in which everything else lives."""
        loop = asyncio.get_running_loop()

        def here(work: Coroutine[Any, Any, None]) -> None:
            asyncio.run_coroutine_threadsafe(work, loop).result()

        def look_at(tenant: str, operation_id: str) -> None:
            here(carrying.intent(Operation(tenant, UUID(operation_id)), datetime.now(UTC)))

        def read(names: list[list[str]]) -> None:
            here(carrying.news([(source, event_id) for source, event_id in names], datetime.now(UTC)))

        self._look_at = dramatiq.actor(broker=broker, queue_name="intents")(look_at)
        self._read = dramatiq.actor(broker=broker, queue_name="letters")(read)
        self._worker = dramatiq.Worker(broker, worker_timeout=LOOKS_EVERY_MS, worker_threads=AT_ONCE)
        self.hands = ManyHands(self._send_operation, self._send_letters, OwnHands(carrying), FAILURES)

    def start(self) -> None:
        """Take messages from now on, whenever Redis is there."""
        self._worker.start()

    async def stop(self) -> None:
        """Finish what is under way, or leave it to the next."""
        await asyncio.to_thread(self._worker.stop, STOPS_WITHIN_MS)

    def _send_operation(self, operation: Operation) -> None:
        self._look_at.send(operation.tenant, str(operation.operation_id))

    def _send_letters(self, names: Sequence[LetterName]) -> None:
        self._read.send([list(name) for name in names])
