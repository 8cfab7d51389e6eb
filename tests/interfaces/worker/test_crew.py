"""Over a real Redis: is each intent carried out by one worker at a time, whatever the queue forgets or says twice?"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
import redis

from domain.intent import IntentKind
from infra.webhooks.inbox import Letter
from infra.worker.board import Operation
from infra.worker.locks import OperationLocks
from infra.worker.queue import HEARTBEAT_MS, open_broker
from interfaces.worker.actors import Crew
from interfaces.worker.carrying import Carrying

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from infra.settings import Settings
    from infra.webhooks.inbox import LetterName
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

OPERATIONS = [Operation("demo", UUID(int=number)) for number in range(1, 9)]
NAMES = [("razorpay", f"event-{number}") for number in range(60)]


class Office:
    """What several workers look at and work on; each thing is over when it was done once."""

    def __init__(self) -> None:
        self.done: Counter[object] = Counter()
        self.begun: Counter[object] = Counter()
        self.at_once: Counter[object] = Counter()
        self.doubled: list[object] = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def intent(self, operation: Operation) -> tuple[str, UUID] | None:
        """It is shown until it is over."""
        over = self.done[operation.operation_id]
        return None if over else (IntentKind.CAPTURE.value, operation.operation_id)

    async def take(self, names: Sequence[LetterName]) -> list[Letter]:
        """They wait until they are over."""
        return [Letter(*name, b"", datetime.now(UTC), 1) for name in names if not self.done[name]]

    async def fold(self, letter: Letter, _at: datetime) -> None:
        """One."""
        await self._do((letter.source, letter.event_id))

    async def errand(self, _tenant: str, _stream_id: UUID, operation_id: UUID, _at: datetime) -> None:
        """Takes a moment, in which another might begin."""
        await self._do(operation_id)

    async def _do(self, thing: object) -> None:
        self.begun[thing] += 1
        self.at_once[thing] += 1
        if self.at_once[thing] > 1:
            self.doubled.append(thing)
        await asyncio.sleep(0.01)
        await self.may_go_on.wait()
        self.at_once[thing] -= 1
        self.done[thing] += 1


@asynccontextmanager
async def crews(
    settings: Settings, office: Office, number: int, heartbeat_ms: int = HEARTBEAT_MS
) -> AsyncIterator[list[Crew]]:
    """So many workers, each with a session and a place in the queue of its own."""
    async with AsyncExitStack() as closers:
        made = []
        for _ in range(number):
            locks = OperationLocks(settings)
            closers.push_async_callback(locks.close)
            broker = open_broker(settings)
            assert broker is not None
            broker.heartbeat_timeout = heartbeat_ms
            crew = Crew(broker, Carrying(office, office, office, {IntentKind.CAPTURE: office.errand}, locks))
            closers.push_async_callback(crew.stop)
            made.append(crew)
        yield made


def begin(crews: list[Crew]) -> list[Crew]:
    """From now on they take messages."""
    for crew in crews:
        crew.start()
    return crews


async def until(fact: Callable[[], Any]) -> None:
    """In less than a minute."""
    async with asyncio.timeout(60):
        while not fact():  # noqa: ASYNC110  nobody tells us
            await asyncio.sleep(0.02)


@pytest.fixture
def settings(shared_database: Database, redis_url: str) -> Settings:
    return shared_database.settings.model_copy(update={"redis_url": redis_url})


async def test_what_is_said_many_times_is_done_by_one_at_a_time_and_once(settings: Settings) -> None:
    office, now = Office(), datetime.now(UTC)
    async with crews(settings, office, 2) as some:
        one, another = begin(some)
        office.may_go_on.clear()
        for hands in (one.hands, another.hands) * 4:
            await hands.carry_out(OPERATIONS, now)
            await hands.fold(NAMES, now)
            await asyncio.sleep(0.05)  # so that now one of them is the first to look, now the other
        things = {*NAMES, *(each.operation_id for each in OPERATIONS)}
        await until(lambda: len(office.begun) == len(things))
        await asyncio.sleep(0.3)  # for whoever would begin a second time
        office.may_go_on.set()
        await until(lambda: all(office.done[each] for each in things))
        await until(lambda: not any(office.at_once.values()))
    assert not office.doubled
    assert set(office.done.values()) == {1}


async def test_what_redis_forgets_is_said_again_and_done(settings: Settings) -> None:
    office, now = Office(), datetime.now(UTC)
    office.may_go_on.clear()
    async with crews(settings, office, 1) as some:
        (crew,) = begin(some)
        await crew.hands.carry_out(OPERATIONS[:2], now)
        await until(lambda: len(office.begun) == 2)
        with redis.Redis.from_url(settings.redis_url) as client:
            client.flushdb()
        office.may_go_on.set()
        await until(lambda: len(office.done) == 2)
        await crew.hands.carry_out(OPERATIONS, now)
        await until(lambda: len(office.done) == len(OPERATIONS))
    assert set(office.done.values()) == {1}


async def test_who_is_gone_leaves_its_messages_to_others(settings: Settings) -> None:
    """The message of a worker that was killed comes back by itself, though nobody says it again."""
    office, gone = Office(), open_broker(settings)
    assert gone is not None
    async with crews(settings, office, 1, heartbeat_ms=300) as some:
        await some[0].hands.carry_out(OPERATIONS[:1], datetime.now(UTC))
        assert len(gone.do_fetch("intents", 10)) == 1
        begin(some)
        await until(lambda: office.done[OPERATIONS[0].operation_id])


async def test_without_redis_whoever_found_it_does_it(settings: Settings) -> None:
    office = Office()
    nowhere = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    async with crews(nowhere, office, 1) as (crew,):
        await crew.hands.carry_out(OPERATIONS, datetime.now(UTC))
        assert len(office.done) == len(OPERATIONS)
    assert open_broker(settings.model_copy(update={"redis_url": ""})) is None
