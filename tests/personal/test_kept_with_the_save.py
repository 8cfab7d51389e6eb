"""Do personal records and the events that refer to them stand together, or not at all?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest
from psycopg import conninfo
from psycopg_pool import AsyncConnectionPool

from application.log import KeyReused, LogUnavailable, NewEvent, Receipt, Save
from application.personal import MAX_RECORD_BYTES, PersonalKind, PersonalRecord, RecordDiffers, Told, record_id_for
from infra.event_store.committer import CommitLimits
from infra.event_store.log import PostgresEventLog
from infra.personal.kept_first import KeptFirst
from infra.personal.store import PostgresPersonalStore
from tests.personal.stores import ASHA, Stores
from tests.support.personal import MemoryPersonalStore
from tests.support.proxy import Cut, proxy_to
from tests.support.saves import event, save
from tests.support.servers import Database, PrivatePostgres

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

RAVI = PersonalRecord(PersonalKind.CONTACT, {"name": "Ravi Xyzzy", "phone": "+919830011223"})
TOGETHER = (
    "SELECT count(*), count(r.record_id), count(*) FILTER (WHERE r.xmin = e.xmin)"
    " FROM events e LEFT JOIN personal_records r USING (command_id)"
)


def telling(key: str, person: UUID | None = None, record: PersonalRecord = ASHA, topic: str = "thing.done") -> Save:
    """A command with one event and one record of a person; its fingerprint does not know the record."""
    made = save(key, event(key, topic=topic))
    record_id = record_id_for(made.context.command_id, record.kind)
    return msgspec.structs.replace(made, told=Told(person or uuid4(), {record_id: record}))


def id_told(one: Save) -> UUID:
    assert one.told is not None
    (record_id,) = one.told.records
    return record_id


@asynccontextmanager
async def log_over(
    database: Database, store: PostgresPersonalStore | None, dsn: str | None = None
) -> AsyncIterator[PostgresEventLog]:
    """A log that keeps what it is told with ``store``, like a process of its own."""
    readers: AsyncConnectionPool[psycopg.AsyncConnection[tuple[object, ...]]] = AsyncConnectionPool(
        database.app_dsn, min_size=0, max_size=1, open=False
    )
    limits = CommitLimits(retry_for_s=10.0)
    log = PostgresEventLog(dsn or database.app_dsn, readers, limits, keeper=store.keeper() if store else None)
    try:
        yield log
    finally:
        await log.close()


async def test_record_and_event_are_of_one_transaction(own_stores: Stores) -> None:
    store = await own_stores.another()
    saves = [telling(f"k{n}", record=ASHA if n % 2 else RAVI) for n in range(20)]
    async with log_over(own_stores.database, store) as log:
        receipts = await asyncio.gather(*(log.append(one) for one in saves))
    assert sorted(receipt.position for receipt in receipts) == list(range(1, 21))
    assert own_stores.sql(TOGETHER) == [(20, 20, 20)]
    found = await (await own_stores.another()).get("demo", [id_told(one) for one in saves])
    assert list(found.values()) == [RAVI, ASHA] * 10


async def test_what_cannot_be_appended_leaves_no_record(own_stores: Stores) -> None:
    store = await own_stores.another()
    async with log_over(own_stores.database, store) as log:
        told = await asyncio.gather(
            *(log.append(telling(f"k{n}", topic="bad\0topic" if n == 3 else "thing.done")) for n in range(6)),
            return_exceptions=True,
        )
    assert [type(one) for one in told].count(Receipt) == 5
    assert isinstance(told[3], psycopg.DataError)
    assert own_stores.sql("SELECT count(*) FROM personal_records") == [(5,)]
    assert own_stores.sql(TOGETHER) == [(5, 5, 5)]


async def test_a_command_sent_again_is_answered_again_and_its_record_made_young(own_stores: Stores) -> None:
    store, one = await own_stores.another(), telling("k")
    async with log_over(own_stores.database, store) as log:
        first = await log.append(one)
        own_stores.sql("UPDATE personal_records SET put_at = now() - interval '2 hours'")
        again = await log.append(one)
    assert (again.replayed, again.position) == (True, first.position)
    assert own_stores.sql("SELECT count(*), min(now() - put_at) < interval '1 min' FROM personal_records") == [
        (1, True)
    ]


async def test_a_command_that_is_twice_in_a_batch_is_done_once(own_stores: Stores) -> None:
    store, person = await own_stores.another(), uuid4()
    async with log_over(own_stores.database, store) as log:
        told = await asyncio.gather(*(log.append(telling("k", person)) for _ in range(5)))
    assert sorted(receipt.replayed for receipt in told) == [False, True, True, True, True]
    assert own_stores.sql(TOGETHER) == [(1, 1, 1)]


async def test_other_content_under_the_same_id_is_refused_and_harms_no_neighbour(own_stores: Stores) -> None:
    store, person = await own_stores.another(), uuid4()
    async with log_over(own_stores.database, store) as log:
        await log.append(telling("k", person))
        told = await asyncio.gather(
            log.append(telling("k", person, RAVI)),
            *(log.append(telling(f"other {n}")) for n in range(5)),
            return_exceptions=True,
        )
    assert isinstance(told[0], RecordDiffers)
    assert [type(one) for one in told[1:]] == [Receipt] * 5
    assert await store.get("demo", [id_told(telling("k"))]) == {id_told(telling("k")): ASHA}
    assert own_stores.sql(TOGETHER)[0][:2] == (6, 6)


async def test_a_key_used_for_another_command_is_said_to_be(own_stores: Stores) -> None:
    store, person = await own_stores.another(), uuid4()
    async with log_over(own_stores.database, store) as log:
        await log.append(telling("k", person))
        other = save("k", event("k"), content="another")
        with pytest.raises(KeyReused):
            await log.append(msgspec.structs.replace(telling("k", person), context=other.context))


async def test_a_record_that_is_too_long_is_refused_and_harms_no_neighbour(own_stores: Stores) -> None:
    store = await own_stores.another()
    endless = PersonalRecord(PersonalKind.NOTE, {"note": "x" * MAX_RECORD_BYTES})
    async with log_over(own_stores.database, store) as log:
        told = await asyncio.gather(
            log.append(telling("long", record=endless)), log.append(telling("short")), return_exceptions=True
        )
    assert [type(one) for one in told] == [ValueError, Receipt]
    assert own_stores.sql(TOGETHER)[0][:2] == (1, 1)


async def test_a_person_erased_by_another_process_gets_a_new_key(own_stores: Stores) -> None:
    store, neighbour, person = await own_stores.another(), await own_stores.another(), uuid4()
    async with log_over(own_stores.database, store) as log:
        await log.append(telling("before", person))
        await neighbour.erase("demo", person)
        after = telling("after", person)
        await log.append(after)
    assert (await neighbour.get("demo", [id_told(after)]))[id_told(after)] == ASHA
    assert own_stores.sql("SELECT count(*) FROM events") == [(2,)]


async def test_two_processes_that_meet_the_same_new_people_agree_on_their_keys(own_stores: Stores) -> None:
    people = [uuid4() for _ in range(60)]
    saves = [telling(f"{side} {n}", person) for side in "ab" for n, person in enumerate(people)]
    async with AsyncExitStack() as stack:
        logs = [
            await stack.enter_async_context(log_over(own_stores.database, await own_stores.another())) for _ in range(2)
        ]
        await asyncio.gather(
            *(logs[0].append(one) for one in saves[:60]), *(logs[1].append(one) for one in reversed(saves[60:]))
        )
    found = await (await own_stores.another()).get("demo", [id_told(one) for one in saves])
    assert set(map(str, found.values())) == {str(ASHA)}
    assert own_stores.sql("SELECT count(*) FROM personal_keys") == [(60,)]


async def test_a_reply_that_was_cut_is_asked_for_again_and_all_stands_once(own_stores: Stores) -> None:
    target = conninfo.conninfo_to_dict(own_stores.database.app_dsn)
    store = await own_stores.another()
    with proxy_to(str(target["host"]), int(str(target["port"]))) as proxy:
        dsn = conninfo.make_conninfo(own_stores.database.app_dsn, port=proxy.port)
        async with log_over(own_stores.database, store, dsn) as log:
            one = telling("k")
            proxy.cut = Cut(on=id_told(one).bytes)
            receipt = await log.append(one)
            assert proxy.cut.fired.is_set(), "the server did it, and nobody heard of it"
    assert receipt.replayed
    assert own_stores.sql(TOGETHER)[0][:2] == (1, 1)


async def test_no_event_outlives_its_record_when_the_server_is_killed(
    killable: Stores, private_postgres: PrivatePostgres
) -> None:
    store = await killable.another()
    acknowledged: list[Save] = []
    under_way = asyncio.Event()

    async def write(log: PostgresEventLog, side: int) -> None:
        for n in range(400):
            one = telling(f"{side} {n}")
            await log.append(one)
            acknowledged.append(one)
            if len(acknowledged) == 100:
                under_way.set()

    async with log_over(killable.database, store) as log:
        writing = [asyncio.create_task(write(log, side)) for side in range(8)]
        await under_way.wait()
        await asyncio.to_thread(private_postgres.kill)
        await asyncio.to_thread(private_postgres.start)
        outcomes = await asyncio.gather(*writing, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} <= {type(None), LogUnavailable}
    ((events, records, _),) = killable.sql(TOGETHER)
    assert events == records
    standing = {row[0] for row in killable.sql("SELECT command_id FROM events")}
    assert {one.context.command_id for one in acknowledged} <= standing


async def test_a_log_that_keeps_nothing_appends_nothing_that_tells(own_stores: Stores) -> None:
    async with log_over(own_stores.database, None) as log:
        with pytest.raises(RuntimeError, match="nobody to keep it"):
            await log.append(telling("k"))
    assert own_stores.sql("SELECT count(*) FROM events") == [(0,)]


class _ListedLog:
    """Lists what it is given."""

    def __init__(self) -> None:
        self.saves: list[Save] = []

    async def append(self, save: Save) -> Receipt:
        self.saves.append(save)
        return Receipt(len(self.saves), len(self.saves), (1,), save.answer, replayed=False)

    async def read_stream(self, *_: object, **__: object) -> tuple[()]:
        return ()

    async def recall(self, *_: object) -> None:
        return None


async def test_in_a_database_of_its_own_a_record_is_kept_before_the_event_or_the_event_is_not_appended() -> None:
    personal, listed, person = MemoryPersonalStore(), _ListedLog(), uuid4()
    log = KeptFirst(listed, personal)
    one = telling("k", person)
    await log.append(one)
    assert await personal.get("demo", [id_told(one)]) == {id_told(one): ASHA}
    assert [(made.context, made.events, made.told) for made in listed.saves] == [(one.context, one.events, None)]
    with pytest.raises(RecordDiffers):
        await log.append(telling("k", person, RAVI))
    assert len(listed.saves) == 1
    await log.append(NOTHING_TOLD)
    assert listed.saves[1] is NOTHING_TOLD


NOTHING_TOLD = Save(save("plain").context, (NewEvent(uuid4(), 1, "thing.done", b"{}", save("plain").context.at),))
