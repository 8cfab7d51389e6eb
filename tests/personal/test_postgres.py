"""What does the real personal store promise beyond the port: encryption, tampering, restarts, rotation, faults?"""

import asyncio
import os
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import errors, sql

from application.personal import RecordTampered
from infra.personal.crypto import MasterKeys
from infra.personal.keys import KeyCache, KeyLimits
from infra.personal.store import MOST_IDS
from tests.personal.stores import ASHA, FIRST, Stores, kept

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

SECOND = bytes(range(32))


async def test_the_tables_show_nothing_of_the_content(stores: Stores) -> None:
    await kept(await stores.another())
    rows = stores.sql("SELECT ciphertext, nonce, kind FROM personal_records")
    rows += stores.sql("SELECT wrapped_key FROM personal_keys")
    everything = b"".join(str(v).encode() if isinstance(v, str) else bytes(v) for row in rows for v in row)  # type: ignore[call-overload]  # text or bytea
    for secret in (b"Asha", b"Xyzzy", b"98300", FIRST):
        assert secret not in everything


async def test_each_person_has_a_key_of_their_own(stores: Stores) -> None:
    store, one, other = await stores.another(), uuid4(), uuid4()
    contacts = [await kept(store, one), await kept(store, other)]
    sealed = stores.sql("SELECT DISTINCT ciphertext, key_id FROM personal_records WHERE record_id = ANY (%s)", contacts)
    assert len({row[0] for row in sealed}) == len({row[1] for row in sealed}) == 2


@pytest.mark.parametrize("column", ["ciphertext, nonce", "ciphertext, nonce, key_id, person_id"])
async def test_a_ciphertext_moved_to_another_row_does_not_open(stores: Stores, column: str) -> None:
    store = await stores.another()
    here, there = await kept(store), await kept(store)
    names = column.split(", ")
    stores.sql(
        f"UPDATE personal_records r SET {', '.join(f'{n} = o.{n}' for n in names)} FROM personal_records o"  # noqa: S608
        " WHERE r.record_id = %s AND o.record_id = %s",
        here,
        there,
    )
    with pytest.raises(RecordTampered):
        await store.get("demo", [here])
    assert (await store.get("demo", [there]))[there] == ASHA


@pytest.mark.parametrize(
    "change",
    ["kind = 'place'", "tenant = 'other'", "ciphertext = set_byte(ciphertext, 3, 0)", "nonce = substr(nonce, 2)"],
)
async def test_a_changed_row_does_not_open(stores: Stores, change: str) -> None:
    store = await stores.another()
    contact = await kept(store)
    stores.sql(f"UPDATE personal_records SET {change} WHERE record_id = %s", contact)  # noqa: S608
    with pytest.raises(RecordTampered):
        await store.get("other" if "tenant" in change else "demo", [contact])


async def test_a_swapped_key_does_not_unwrap(stores: Stores) -> None:
    store, one, other = await stores.another(), uuid4(), uuid4()
    contact = await kept(store, one)
    await kept(store, other)
    stores.sql(
        "UPDATE personal_keys k SET wrapped_key = o.wrapped_key FROM personal_keys o"
        " WHERE k.person_id = %s AND o.person_id = %s",
        one,
        other,
    )
    fresh = await stores.another()
    with pytest.raises(RecordTampered):
        await fresh.get("demo", [contact])


async def test_an_erasure_holds_in_every_process_at_once_and_after_a_restart(stores: Stores) -> None:
    store, neighbour, person = await stores.another(), await stores.another(), uuid4()
    contact = await kept(store, person)
    assert (await neighbour.get("demo", [contact]))[contact] == ASHA
    assert await store.erase("demo", person)
    for process in (store, neighbour, await stores.another()):
        assert await process.get("demo", [contact]) == {contact: None}
    assert stores.sql("SELECT 1 FROM personal_keys WHERE person_id = %s", person) == []
    assert stores.sql("SELECT 1 FROM personal_records WHERE record_id = %s", contact) == []


async def test_a_process_that_still_holds_an_erased_key_never_writes_with_it(stores: Stores) -> None:
    store, neighbour, person = await stores.another(), await stores.another(), uuid4()
    await kept(store, person)
    before = stores.sql("SELECT key_id FROM personal_keys WHERE person_id = %s", person)
    await neighbour.erase("demo", person)
    contact = await kept(store, person)
    assert (await neighbour.get("demo", [contact]))[contact] == ASHA
    assert stores.sql("SELECT key_id FROM personal_keys WHERE person_id = %s", person) != before


async def test_erasing_while_others_write_leaves_nothing_of_what_was_there(stores: Stores) -> None:
    store, neighbour, person = await stores.another(), await stores.another(), uuid4()
    contacts: list[UUID] = []

    async def write() -> None:
        contacts.extend([await kept(store, person) for _ in range(40)])

    async def erase() -> None:
        for _ in range(60):
            await neighbour.erase("demo", person)
            await asyncio.sleep(0)

    await asyncio.gather(*(write() for _ in range(5)), erase())
    await neighbour.erase("demo", person)
    assert len(contacts) == 200
    assert set((await store.get("demo", contacts)).values()) == {None}
    assert stores.sql("SELECT count(*) FROM personal_records WHERE person_id = %s", person) == [(0,)]


async def test_two_processes_that_meet_the_same_new_people_agree_on_their_keys(stores: Stores) -> None:
    one, other = await stores.another(), await stores.another()
    people = [uuid4() for _ in range(60)]
    contacts = await asyncio.gather(
        *(kept(one, person) for person in people), *(kept(other, person) for person in reversed(people))
    )
    assert all(record == ASHA for record in (await one.get("demo", contacts)).values())
    assert stores.sql("SELECT count(*) FROM personal_keys WHERE person_id = ANY (%s)", people) == [(60,)]


async def test_a_master_key_is_rotated_without_rewriting_a_record(own_stores: Stores) -> None:
    contacts = [await kept(await own_stores.another(MasterKeys(FIRST))) for _ in range(3)]
    both = await own_stores.another(MasterKeys(SECOND, [FIRST]))
    contacts.append(await kept(both))
    assert await both.get("demo", contacts) == dict.fromkeys(contacts, ASHA)
    assert await both.rewrap(at_once=2) == (3, 0)
    only_new = await own_stores.another(MasterKeys(SECOND))
    assert await only_new.get("demo", contacts) == dict.fromkeys(contacts, ASHA)
    with pytest.raises(RecordTampered, match="no master key"):
        await (await own_stores.another(MasterKeys(FIRST))).get("demo", contacts)


async def test_a_rotation_passes_over_a_key_that_cannot_be_read_and_says_so(own_stores: Stores) -> None:
    store = await own_stores.another()
    for _ in range(5):
        await kept(store)
    with psycopg.connect(own_stores.database.admin_dsn) as connection:
        damage = "UPDATE personal_keys SET wrapped_key = '' WHERE key_id = (SELECT key_id FROM personal_keys LIMIT 1)"
        connection.execute(damage)
    rotating = await own_stores.another(MasterKeys(SECOND, [FIRST]))
    assert await rotating.rewrap(at_once=2) == (4, 1)


async def test_a_wrong_master_key_opens_nothing(stores: Stores) -> None:
    contact = await kept(await stores.another())
    with pytest.raises(RecordTampered, match="no master key"):
        await (await stores.another(MasterKeys(os.urandom(32)))).get("demo", [contact])


async def test_a_retried_command_saves_its_records_from_the_sweep(stores: Stores) -> None:
    store, contact, person, command = await stores.another(), uuid4(), uuid4(), uuid4()
    await store.put("demo", person, {contact: ASHA}, command)
    stores.sql("UPDATE personal_records SET put_at = now() - interval '2 hours' WHERE record_id = %s", contact)
    await store.put("demo", person, {contact: ASHA}, command)
    age = stores.sql("SELECT now() - put_at < interval '1 minute' FROM personal_records WHERE record_id = %s", contact)
    assert age == [(True,)]


async def test_too_many_ids_at_once_are_refused(stores: Stores) -> None:
    with pytest.raises(ValueError, match="at most"):
        await (await stores.another()).get("demo", [uuid4() for _ in range(MOST_IDS + 1)])


async def test_people_who_read_with_sql_see_no_personal_table(stores: Stores) -> None:
    for table in ("personal_keys", "personal_records"):
        with psycopg.connect(stores.database.admin_dsn) as connection:
            connection.execute("SET ROLE vehicaid_reader")
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))


async def test_keys_leave_memory_by_number_and_by_age() -> None:
    now, masters = [0.0], MasterKeys(FIRST)
    cache = KeyCache(KeyLimits(most_keys=3, for_s=10.0), clock=lambda: now[0])
    people = [uuid4() for _ in range(4)]
    for person in people:
        cache.keep("demo", person, masters.new_key())
    assert cache.get("demo", people[0]) is None
    assert all(cache.get("demo", person) for person in people[1:])
    now[0] = 11.0
    assert cache.get("demo", people[1]) is None
    cache.drop_expired()
    assert len(cache) == 0
