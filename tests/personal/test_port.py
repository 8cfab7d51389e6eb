"""What does every personal store promise? One suite for the real one and its stand-in."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from application.personal import (
    MAX_RECORD_BYTES,
    PersonalKind,
    PersonalRecord,
    PersonalStore,
    RecordDiffers,
    record_id_for,
)
from infra.personal.crypto import MasterKeys
from infra.personal.store import PostgresPersonalStore
from tests.support.personal import MemoryPersonalStore

pytestmark = pytest.mark.anyio

ASHA = PersonalRecord(PersonalKind.CONTACT, {"name": "Asha Ghosh", "phone": "+919830012345"})
HOWRAH = PersonalRecord(
    PersonalKind.PLACE, {"lat": 22.58513, "lng": 88.34217, "address": "Howrah Bridge", "landmark": None}
)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.servers)])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[PersonalStore]:
    if request.param == "memory":
        yield MemoryPersonalStore()
        return
    async with opened(request.getfixturevalue("shared_database").app_dsn) as real:
        yield real


@asynccontextmanager
async def opened(dsn: str) -> AsyncIterator[PostgresPersonalStore]:
    store = await PostgresPersonalStore(dsn, MasterKeys(bytes(32))).open()
    try:
        yield store
    finally:
        await store.close()


async def test_what_was_put_comes_back(store: PersonalStore) -> None:
    contact, place, person = uuid4(), uuid4(), uuid4()
    await store.put("demo", person, {contact: ASHA, place: HOWRAH}, uuid4())
    assert await store.get("demo", [contact, place]) == {contact: ASHA, place: HOWRAH}


async def test_an_unknown_record_is_none(store: PersonalStore) -> None:
    unknown = uuid4()
    assert await store.get("demo", [unknown]) == {unknown: None}
    assert await store.get("demo", []) == {}


async def test_another_tenant_sees_nothing(store: PersonalStore) -> None:
    contact, person = uuid4(), uuid4()
    await store.put("demo", person, {contact: ASHA}, uuid4())
    assert await store.get("other", [contact]) == {contact: None}
    assert not await store.erase("other", person)
    assert await store.get("demo", [contact]) == {contact: ASHA}


async def test_the_same_put_again_changes_nothing(store: PersonalStore) -> None:
    contact, person, command = uuid4(), uuid4(), uuid4()
    for _ in range(3):
        await store.put("demo", person, {contact: ASHA}, command)
    assert await store.get("demo", [contact]) == {contact: ASHA}


async def test_a_record_id_never_changes_its_content(store: PersonalStore) -> None:
    contact, person, command = uuid4(), uuid4(), uuid4()
    await store.put("demo", person, {contact: ASHA}, command)
    with pytest.raises(RecordDiffers):
        await store.put("demo", person, {contact: PersonalRecord(PersonalKind.CONTACT, {"name": "Bina"})}, command)
    with pytest.raises(RecordDiffers):
        await store.put("demo", uuid4(), {contact: ASHA}, command)
    assert await store.get("demo", [contact]) == {contact: ASHA}


async def test_concurrent_puts_of_one_new_person_all_stand(store: PersonalStore) -> None:
    person = uuid4()
    contacts = [uuid4() for _ in range(100)]
    await asyncio.gather(*(store.put("demo", person, {contact: ASHA}, uuid4()) for contact in contacts))
    assert await store.get("demo", contacts) == dict.fromkeys(contacts, ASHA)


async def test_concurrent_puts_under_one_id_agree_or_are_refused(store: PersonalStore) -> None:
    contact, person, command = uuid4(), uuid4(), uuid4()
    other = PersonalRecord(PersonalKind.CONTACT, {"name": "Bina"})
    puts = [store.put("demo", person, {contact: record}, command) for record in (ASHA, ASHA, other)]
    outcomes = await asyncio.gather(*puts, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), type(None), RecordDiffers]
    assert await store.get("demo", [contact]) == {contact: ASHA}


async def test_erasing_forgets_every_record_of_the_person_and_of_nobody_else(store: PersonalStore) -> None:
    contact, place, person, other, neighbour = uuid4(), uuid4(), uuid4(), uuid4(), uuid4()
    await store.put("demo", person, {contact: ASHA, place: HOWRAH}, uuid4())
    await store.put("demo", neighbour, {other: ASHA}, uuid4())
    assert await store.erase("demo", person)
    assert await store.get("demo", [contact, place, other]) == {contact: None, place: None, other: ASHA}
    assert not await store.erase("demo", person)


async def test_an_erased_person_may_come_back(store: PersonalStore) -> None:
    before, after, person = uuid4(), uuid4(), uuid4()
    await store.put("demo", person, {before: ASHA}, uuid4())
    await store.erase("demo", person)
    await store.put("demo", person, {after: HOWRAH}, uuid4())
    assert await store.get("demo", [before, after]) == {before: None, after: HOWRAH}


async def test_a_record_that_is_a_document_is_refused(store: PersonalStore) -> None:
    contact = uuid4()
    with pytest.raises(ValueError, match=r"has at most|too long"):
        await store.put(
            "demo", uuid4(), {contact: PersonalRecord(PersonalKind.NOTE, {"t": "x" * MAX_RECORD_BYTES})}, uuid4()
        )
    assert await store.get("demo", [contact]) == {contact: None}


async def test_the_sweep_drops_what_no_command_stands_behind(store: PersonalStore) -> None:
    kept, orphan, standing, failed = uuid4(), uuid4(), uuid4(), uuid4()
    await store.put("swept", uuid4(), {kept: ASHA}, standing)
    await store.put("swept", uuid4(), {orphan: ASHA}, failed)
    asked: list[UUID] = []

    async def stands(tenant: str, commands: Collection[UUID]) -> set[UUID]:
        asked.extend(command for command in commands if tenant == "swept")
        return {standing} & set(commands) if tenant == "swept" else set(commands)

    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert await store.sweep(LONG_AGO, soon - timedelta(minutes=30), stands, 1000) == 0, "they are too young"
    assert not asked
    assert await store.sweep(LONG_AGO, soon, stands, 1000) == 1
    assert await store.get("swept", [kept, orphan]) == {kept: ASHA, orphan: None}
    assert await store.sweep(LONG_AGO, soon, stands, 1000) == 0
    assert sorted(asked) == sorted([standing, failed]), "each is asked about once"


def test_the_same_command_names_the_same_record() -> None:
    command = uuid4()
    assert record_id_for(command, PersonalKind.PLACE) == record_id_for(command, PersonalKind.PLACE)
    names = {record_id_for(command, kind, nth) for kind in PersonalKind for nth in range(3)}
    assert len(names) == 3 * len(PersonalKind)


def test_a_record_shows_no_field() -> None:
    assert "Asha" not in f"{ASHA!r} {ASHA}"
