"""Does the personal store heal, refuse what it cannot hold, and lose nothing that it acknowledged?"""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from uuid import UUID, uuid4

import pytest
from psycopg import conninfo

from application.personal import PersonalUnavailable
from infra.personal.putter import PutLimits
from infra.personal.store import PostgresPersonalStore
from tests.personal.stores import ASHA, Stores, kept
from tests.support.proxy import Cut, Proxy, proxy_to
from tests.support.servers import Database, PrivatePostgres

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


async def test_connections_that_are_cut_heal_and_no_acknowledged_record_is_lost(stores: Stores) -> None:
    store, contacts = await stores.another(), []

    async def write() -> None:
        contacts.extend([await kept(store) for _ in range(40)])

    async def cut() -> None:
        for _ in range(5):
            await asyncio.sleep(0.02)
            await asyncio.to_thread(
                stores.sql,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'vehicaid_app'"
                " AND datname = current_database()",
            )

    await asyncio.gather(*(write() for _ in range(4)), cut())
    assert len(contacts) == 160
    assert all(record == ASHA for record in (await store.get("demo", contacts)).values())


async def test_dead_connections_cost_a_reader_nothing(stores: Stores) -> None:
    store = await stores.another()
    contact = await kept(store)
    stores.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'vehicaid_app'"
        " AND datname = current_database()"
    )
    assert await store.get("demo", [contact]) == {contact: ASHA}


async def test_what_was_put_survives_kill_9_of_the_server(killable: Stores, private_postgres: PrivatePostgres) -> None:
    store = await killable.another(limits=PutLimits(answer_within_s=0.5, retry_for_s=0.3))
    before = [await kept(store) for _ in range(20)]
    private_postgres.kill()
    with pytest.raises(PersonalUnavailable):
        await kept(store)
    with pytest.raises(PersonalUnavailable):
        await store.get("demo", before)
    private_postgres.start()
    after = await until_it_answers(store)
    assert await store.get("demo", [*before, after]) == dict.fromkeys([*before, after], ASHA)


async def until_it_answers(store: PostgresPersonalStore) -> UUID:
    for _ in range(100):
        try:
            return await kept(store)
        except PersonalUnavailable:
            await asyncio.sleep(0.1)
    pytest.fail("the store never came back")


async def test_a_server_that_is_away_is_said_to_be_away(stores: Stores) -> None:
    limits = PutLimits(answer_within_s=0.2, retry_for_s=0.2)
    dsn = "host=127.0.0.1 port=1 dbname=none connect_timeout=1"
    store = await stores.another(limits=limits, dsn=dsn)
    with pytest.raises(PersonalUnavailable):
        await kept(store)
    with pytest.raises(PersonalUnavailable):
        await store.get("demo", [uuid4()])


async def test_a_queue_that_is_full_refuses(stores: Stores) -> None:
    store = await stores.another(limits=PutLimits(most_waiting=3))
    outcomes = await asyncio.gather(*(kept(store) for _ in range(10)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [UUID] * 3 + [PersonalUnavailable] * 7


async def test_a_caller_that_gives_up_harms_nobody_else(stores: Stores) -> None:
    store = await stores.another()
    tasks = [asyncio.create_task(kept(store)) for _ in range(10)]
    await asyncio.sleep(0)
    tasks[3].cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes].count(UUID) == 9


@contextmanager
def broken_line(database: Database) -> Iterator[tuple[Proxy, str]]:
    """A proxy before the test's database, and the connection string that leads through it."""
    target = conninfo.conninfo_to_dict(database.app_dsn)
    with proxy_to(str(target["host"]), int(str(target["port"]))) as proxy:
        yield proxy, conninfo.make_conninfo(database.app_dsn, port=proxy.port)


async def test_a_network_that_swallows_everything_is_noticed_and_gone_when_it_heals(database: Database) -> None:
    limits = PutLimits(answer_within_s=0.5, retry_for_s=0.5)
    with broken_line(database) as (proxy, dsn):
        async with AsyncExitStack() as stack:
            store = await Stores(database, stack).another(limits=limits, dsn=dsn)
            before = await kept(store)
            proxy.blackhole()
            for away in (kept(store), store.get("demo", [before])):
                with pytest.raises(PersonalUnavailable):
                    await asyncio.wait_for(away, 4)
            proxy.heal()
            after = await until_it_answers(store)
            assert await store.get("demo", [before, after]) == dict.fromkeys([before, after], ASHA)


async def test_a_reader_does_not_wait_for_a_network_that_swallows_its_question(database: Database) -> None:
    limits = PutLimits(answer_within_s=0.5)
    with broken_line(database) as (proxy, dsn):
        async with AsyncExitStack() as stack:
            store = await Stores(database, stack).another(limits=limits, dsn=dsn)
            record_id = await kept(store)
            proxy.blackhole()
            with pytest.raises(PersonalUnavailable, match="TimeoutError"):
                await asyncio.wait_for(store.get("demo", [record_id]), 4)
            proxy.heal()
            await until_it_answers(store)


async def test_a_put_whose_answer_was_cut_is_asked_again_and_stands_once(database: Database) -> None:
    with broken_line(database) as (proxy, dsn):
        async with AsyncExitStack() as stack:
            store = await Stores(database, stack).another(dsn=dsn)
            person, record_id = uuid4(), uuid4()
            proxy.cut = Cut(on=record_id.bytes)
            await store.put("demo", person, {record_id: ASHA}, uuid4())
            assert proxy.cut.fired.is_set(), "the server did it, and nobody heard of it"
            assert await store.get("demo", [record_id]) == {record_id: ASHA}
            stored = Stores(database, stack).sql("SELECT count(*) FROM personal_records WHERE person_id = %s", person)
            assert stored == [(1,)]
