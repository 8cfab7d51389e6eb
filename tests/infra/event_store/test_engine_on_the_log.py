"""Do commands over several aggregates stay whole on the real log, and how often are they decided again?"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from application.accept_offer import AcceptOffer, accept_offer
from application.add_truck import AddTruck, add_truck
from application.engine import MAX_ATTEMPTS, Contended, Done, Engine
from application.log import CommandContext, LoggedEvent, NewEvent, Receipt, Save, VersionConflict
from domain.aggregate import Aggregate
from domain.shift import Shift, ShiftReserved
from infra.event_store.aggregates import StoredAggregates
from infra.event_store.log import PostgresEventLog
from tests.application.world import World, context_of
from tests.support.roadside import (
    DISPATCHER,
    NOON,
    OFFER,
    OTHER_OFFER,
    OTHER_REQUEST,
    PROVIDER,
    REQUEST,
    SHIFT,
    SOON,
    TENANT,
    THE_PROVIDER,
    TOWING,
    some_id,
)
from tests.support.servers import Database

pytestmark = pytest.mark.anyio

RACES = 40
ACCEPT = AcceptOffer(THE_PROVIDER, OFFER, SOON)


class WatchedLog:
    """The real log; before an append, somebody else may be let in, and attempts are counted by command."""

    def __init__(self, log: PostgresEventLog) -> None:
        self._log = log
        self.attempts: Counter[UUID] = Counter()
        self.conflicts = 0
        self.before_append: Callable[[Save], Awaitable[None]] | None = None

    async def append(self, save: Save) -> Receipt:
        self.attempts[save.context.command_id] += 1
        if self.before_append is not None:
            await self.before_append(save)
        try:
            return await self._log.append(save)
        except VersionConflict:
            self.conflicts += 1
            raise

    async def read_stream(
        self, tenant: str, stream_id: UUID, after_version: int = -1, upto_position: int | None = None
    ) -> Sequence[LoggedEvent]:
        return await self._log.read_stream(tenant, stream_id, after_version, upto_position)

    async def recall(self, context: CommandContext) -> Receipt | None:
        return await self._log.recall(context)


class RealWorld(World):
    """The world of the use cases over PostgreSQL."""

    def __init__(self, log: PostgresEventLog, stored: StoredAggregates) -> None:
        super().__init__()
        self.watched = WatchedLog(log)
        self.stored = stored
        self.engine = Engine(self.watched, stored)

    async def now(self, kind: type[Aggregate], stream_id: UUID) -> Aggregate:
        found = await self.stored.load(kind, TENANT, stream_id)
        assert found is not None
        return found


@asynccontextmanager
async def real_world(database: Database) -> AsyncIterator[RealWorld]:
    """With connections, and so a group committer, of its own."""
    pool: AsyncConnectionPool[psycopg.AsyncConnection[tuple[object, ...]]] = AsyncConnectionPool(
        database.app_dsn, min_size=1, max_size=4, kwargs={"autocommit": True}, open=False
    )
    async with pool:
        log = PostgresEventLog(database.app_dsn, pool)
        stored = StoredAggregates(pool)
        yield RealWorld(log, stored)
        await stored.settle()
        await log.close()


@pytest.fixture
async def world(database: Database) -> AsyncIterator[RealWorld]:
    async with real_world(database) as world:
        yield world


@pytest.fixture
async def two_worlds(database: Database) -> AsyncIterator[tuple[RealWorld, RealWorld]]:
    """Two processes' worth of engine over one log."""
    async with AsyncExitStack() as stack:
        yield (
            await stack.enter_async_context(real_world(database)),
            await stack.enter_async_context(real_world(database)),
        )


async def rows(database: Database, statement: str) -> list[tuple[object, ...]]:
    async with await psycopg.AsyncConnection.connect(database.admin_dsn) as connection:
        return await (await connection.execute(statement.encode())).fetchall()


async def test_an_acceptance_is_one_save_over_three_aggregates(world: RealWorld, database: Database) -> None:
    await world.asked()
    done = await world.run(accept_offer, ACCEPT, key="accept")
    assert await rows(
        database,
        "SELECT position, topic FROM events WHERE command_id = (SELECT command_id FROM receipts WHERE key = 'accept')"
        " ORDER BY position",
    ) == [
        (done.position - 2, "offer.accepted"),
        (done.position - 1, "service_request.assigned"),
        (done.position, "shift.committed"),
    ]


async def test_when_one_of_three_streams_moved_nothing_stands_until_all_was_decided_again(
    world: RealWorld, database: Database
) -> None:
    """The shift, which comes last in the save, moves between the load and the save; offer and request do not."""
    await world.asked()
    refused: list[Save] = []

    async def move_the_shift(save: Save) -> None:
        world.watched.before_append = None
        refused.append(save)
        shift = await world.now(Shift, SHIFT)
        theirs = NewEvent(SHIFT, shift.version + 1, "shift.break_started", b"{}", SOON)
        await world.watched.append(Save(context_of(DISPATCHER, "a break"), (theirs,)))

    world.watched.before_append = move_the_shift
    done = await world.run(accept_offer, ACCEPT, key="accept")
    (save,) = refused
    assert [event.topic for event in save.events] == ["offer.accepted", "service_request.assigned", "shift.committed"]
    assert world.watched.conflicts == 1
    assert await rows(
        database,
        "SELECT position, topic FROM events WHERE topic = ANY ('{offer.accepted,service_request.assigned,"
        "shift.break_started,shift.committed}') ORDER BY position",
    ) == [
        (done.position - 3, "shift.break_started"),
        (done.position - 2, "offer.accepted"),
        (done.position - 1, "service_request.assigned"),
        (done.position, "shift.committed"),
    ]


async def test_after_three_reloads_a_command_is_contended_and_leaves_nothing(
    world: RealWorld, database: Database
) -> None:
    await world.open_company()
    rivals = 0

    async def somebody_faster(save: Save) -> None:
        nonlocal rivals
        if save.context.key != "slow":
            return
        rivals += 1
        await world.run(add_truck, AddTruck(THE_PROVIDER, PROVIDER, some_id(500 + rivals), TOWING, NOON))

    world.watched.before_append = somebody_faster
    slow = AddTruck(THE_PROVIDER, PROVIDER, some_id(400), TOWING, NOON)
    with pytest.raises(Contended):
        await world.run(add_truck, slow, key="slow")
    assert rivals == MAX_ATTEMPTS == 4
    assert await rows(database, "SELECT count(*) FROM receipts WHERE key = 'slow'") == [(0,)]
    world.watched.before_append = None
    assert not (await world.run(add_truck, slow, key="slow")).replayed


async def test_two_engines_that_race_for_one_stream_lose_no_command_and_double_none(
    two_worlds: tuple[RealWorld, RealWorld], database: Database
) -> None:
    await two_worlds[0].open_company()
    before = await rows(database, "SELECT count(*) FROM events WHERE topic = 'provider.truck_added'")
    trucks = [uuid4() for _ in range(2 * RACES)]

    async def race(world: RealWorld, mine: list[UUID]) -> list[Done | BaseException]:
        return [
            (
                await asyncio.gather(
                    world.run(add_truck, AddTruck(THE_PROVIDER, PROVIDER, truck, TOWING, NOON), key=str(truck)),
                    return_exceptions=True,
                )
            )[0]
            for truck in mine
        ]

    told = await asyncio.gather(race(two_worlds[0], trucks[:RACES]), race(two_worlds[1], trucks[RACES:]))
    outcomes = [one for both in told for one in both]
    assert all(isinstance(one, Done | Contended) for one in outcomes), outcomes
    done = sum(isinstance(one, Done) for one in outcomes)
    assert done > RACES
    assert sum(world.watched.conflicts for world in two_worlds) > 0, "they did not meet"
    for world in two_worlds:
        assert max(world.watched.attempts.values()) <= MAX_ATTEMPTS
    (counted,) = await rows(database, "SELECT count(*) FROM events WHERE topic = 'provider.truck_added'")
    assert counted == (int(str(before[0][0])) + done,)
    assert (
        await rows(
            database,
            "SELECT stream_id FROM events GROUP BY stream_id HAVING max(version) <> count(*) OR min(version) <> 1",
        )
        == []
    )


async def test_two_engines_do_not_promise_one_shift_twice(two_worlds: tuple[RealWorld, RealWorld]) -> None:
    one, other = two_worlds
    await one.open_company()
    await one.request(REQUEST)
    await one.request(OTHER_REQUEST)
    outcomes = await asyncio.gather(
        one.offer(OFFER, REQUEST), other.offer(OTHER_OFFER, OTHER_REQUEST), return_exceptions=True
    )
    assert sum(isinstance(outcome, Done) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, ShiftReserved) for outcome in outcomes) == 1


async def test_the_same_command_through_two_engines_at_once_is_done_once(
    two_worlds: tuple[RealWorld, RealWorld], database: Database
) -> None:
    one, other = two_worlds
    await one.asked()
    outcomes = await asyncio.gather(
        *(world.run(accept_offer, ACCEPT, key="accept") for world in (one, other, one, other, one, other))
    )
    assert sum(not outcome.replayed for outcome in outcomes) == 1
    assert len({(outcome.position, str(outcome.answer)) for outcome in outcomes}) == 1
    assert await rows(database, "SELECT count(*) FROM events WHERE topic = 'offer.accepted'") == [(1,)]
