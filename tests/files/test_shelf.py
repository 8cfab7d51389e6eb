"""Do files lie sealed, for their owner alone, and are they gone when they should be?"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from application.files import FileInfected, FileStoreAway, ScannerAway
from application.personal import RecordTampered
from infra.files.clamd import Clamd
from infra.files.folder import FolderStore
from infra.files.looked_at import LookLimits
from infra.files.shelf import FileShelf, Upload, is_too_old
from infra.files.table import FileTable, StoredFile
from infra.personal.crypto import MasterKeys
from infra.personal.envelopes import PersonEnvelopes
from infra.personal.store import PostgresPersonalStore
from infra.queries.pool import reader_pool
from infra.settings import Settings
from tests.files import samples
from tests.files.clamd_stand_in import clamd_stand_in
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=4_000)


class Place:
    """A shelf over a folder, and all that stands behind it."""

    def __init__(self, database: Database, folder: Path, table: FileTable, personal: PostgresPersonalStore) -> None:
        self.database = database
        self.folder = folder
        self.table = table
        self.personal = personal
        self.shelf = self.with_scanner(None)

    def with_scanner(self, scanner: Clamd | None) -> FileShelf:
        envelopes, limits = PersonEnvelopes(self.personal), LookLimits.of(Settings())
        return FileShelf(self.table, FolderStore(self.folder), envelopes, limits, scanner, 1)

    def bytes_kept(self) -> list[bytes]:
        return [path.read_bytes() for path in self.folder.rglob("*") if path.is_file()]

    def sql(self, statement: str, *parameters: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database.admin_dsn, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), parameters)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
async def place(shared_database: Database, tmp_path: Path) -> AsyncIterator[Place]:
    personal = PostgresPersonalStore(shared_database.app_dsn, MasterKeys(bytes(32)))
    pool = reader_pool(shared_database.app_dsn)
    await pool.open()
    await personal.open()
    made = Place(shared_database, tmp_path / "files", FileTable(pool), personal)
    yield made
    made.shelf.close()
    await personal.close()
    await pool.close()


def upload(content: bytes | None = None, owner: UUID | None = None, at: datetime = NOW, tenant: str = "demo") -> Upload:
    return Upload(tenant, owner or uuid4(), samples.jpeg() if content is None else content, "provider:prv_1", at)


async def test_a_file_lies_sealed_and_is_read_again(place: Place) -> None:
    sent = upload()
    kept = await place.shelf.take(sent)
    content = await place.shelf.read(kept)
    assert content is not None
    assert (kept.size_bytes, kept.media.value, kept.is_scanned) == (len(content), "image/jpeg", False)
    (sealed,) = place.bytes_kept()
    assert content[:64] not in sealed
    assert b"JFIF" not in sealed
    assert await place.shelf.find("demo", kept.file_id) == kept
    assert await place.shelf.find("rival", kept.file_id) is None


async def test_the_same_file_of_the_same_owner_is_kept_once(place: Place) -> None:
    sent = upload()
    first, *others = await asyncio.gather(*(place.shelf.take(sent) for _ in range(4)))
    assert {one.file_id for one in others} == {first.file_id}
    again = await place.shelf.take(sent)
    assert await place.shelf.read(again) is not None
    assert len(place.bytes_kept()) == 1
    assert (await place.shelf.take(upload())).file_id != first.file_id


async def test_those_who_keep_the_same_at_once_keep_one_thing(place: Place) -> None:
    for many in range(2, 12):
        sent = upload()
        taken = await asyncio.gather(*(place.shelf.take(sent) for _ in range(many)))
        found = await place.shelf.find("demo", taken[0].file_id)
        assert found is not None
        assert {one.sealed_key for one in taken} == {found.sealed_key}
        assert await place.shelf.read(found) is not None
        assert len(place.bytes_kept()) == many - 1


async def test_what_died_on_its_way_is_kept_in_its_place(place: Place) -> None:
    sent = upload()
    died = await place.shelf.take(sent)
    place.sql("UPDATE cell_main.stored_files SET is_there = false WHERE file_id = %s", died.file_id)
    assert await place.shelf.find("demo", died.file_id) is None
    again = await place.shelf.take(sent)
    assert again == died
    assert await place.shelf.find("demo", died.file_id) == again
    assert await place.shelf.read(again) is not None
    assert len(place.bytes_kept()) == 1


async def test_of_those_who_are_erased_on_the_way_nothing_is_left(place: Place) -> None:
    sent = upload()
    died = await place.shelf.take(sent)
    place.sql("UPDATE cell_main.stored_files SET is_there = false WHERE file_id = %s", died.file_id)
    assert await place.personal.erase("demo", sent.owner_id)
    taken = await asyncio.gather(*(place.shelf.take(sent) for _ in range(4)))
    assert len(place.bytes_kept()) == 1
    assert died.sealed_key not in {one.sealed_key for one in taken}
    assert await place.shelf.read(taken[0]) is not None


async def test_whoever_is_erased_leaves_nothing_to_read_and_may_come_again(place: Place) -> None:
    sent = upload()
    kept = await place.shelf.take(sent)
    other = await place.shelf.take(upload(samples.png()))
    assert await place.personal.erase("demo", sent.owner_id)
    assert (await place.shelf.can_be_read(kept), await place.shelf.read(kept)) == (False, None)
    assert await place.shelf.read(other) is not None
    anew = await place.shelf.take(sent)
    assert anew.sealed_key != kept.sealed_key
    assert await place.shelf.read(anew) is not None
    assert await place.shelf.read(kept) is None, "an old copy of the row opens nothing"


async def test_all_of_an_owner_is_listed_and_removed(place: Place) -> None:
    owner = uuid4()
    mine = [await place.shelf.take(upload(content, owner)) for content in (samples.jpeg(), samples.png())]
    other = await place.shelf.take(upload())
    assert {one.file_id for one in await place.shelf.of_owner("demo", owner)} == {one.file_id for one in mine}
    assert await place.shelf.of_owner("rival", owner) == []
    assert await place.shelf.forget_owner("demo", owner) == 2
    assert await place.shelf.find("demo", mine[0].file_id) is None
    assert len(place.bytes_kept()) == 1
    assert await place.shelf.read(other) is not None


@pytest.mark.parametrize("moved", ["bytes", "row"])
async def test_what_somebody_changed_or_moved_is_no_file(place: Place, moved: str) -> None:
    owner = uuid4()
    first, second = [await place.shelf.take(upload(one, owner)) for one in (samples.jpeg(), samples.png())]
    if moved == "bytes":
        (place.folder / first.name).write_bytes((place.folder / second.name).read_bytes())
        wrong: StoredFile = first
    else:
        wrong = replace(first, sealed_key=second.sealed_key)
    with pytest.raises(RecordTampered):
        await place.shelf.read(wrong)


async def test_what_a_scanner_knows_is_not_kept_and_without_its_word_nothing_is(place: Place) -> None:
    async with clamd_stand_in() as stand_in:
        shelf = place.with_scanner(Clamd("127.0.0.1", stand_in.port, 5))
        with pytest.raises(FileInfected):
            await shelf.take(upload(samples.a_pdf() + samples.EICAR))
        assert (await shelf.take(upload())).is_scanned
        stand_in.says = b"no answer of any use"
        with pytest.raises(ScannerAway):
            await shelf.take(upload())
    assert len(place.bytes_kept()) == 1
    shelf.close()


async def test_what_could_not_be_kept_is_not_there_and_can_be_sent_again(place: Place) -> None:
    sent = upload()
    place.folder.write_text("no folder")
    with pytest.raises(FileStoreAway):
        await place.shelf.take(sent)
    place.folder.unlink()
    assert await place.shelf.of_owner("demo", sent.owner_id) != []
    kept = await place.shelf.take(sent)
    assert await place.shelf.read(kept) is not None


async def test_what_nobody_named_in_time_goes(place: Place) -> None:
    old, young = await place.shelf.take(upload(at=LONG_AGO)), await place.shelf.take(upload(samples.png()))
    await place.shelf.sweep(NOW - timedelta(days=1), LONG_AGO, LONG_AGO)
    assert await place.shelf.find("demo", old.file_id) is None
    assert await place.shelf.find("demo", young.file_id) is not None


async def test_nothing_is_taken_for_unused_by_whoever_has_not_seen_all_documents(place: Place) -> None:
    old = await place.shelf.take(upload(at=LONG_AGO))
    place.sql(
        "INSERT INTO cell_main.projection_parked (name, generation, tenant, stream_id, from_position, error)"
        " SELECT name, generation, 'demo', %s, 1, 'x' FROM cell_main.projection_positions"
        " WHERE name = 'provider_papers' AND active",
        old.owner_id,
    )
    await place.shelf.sweep(NOW, LONG_AGO, LONG_AGO)
    assert await place.shelf.find("demo", old.file_id) is not None
    place.sql("DELETE FROM cell_main.projection_parked")
    await place.shelf.sweep(NOW, LONG_AGO, LONG_AGO)
    assert await place.shelf.find("demo", old.file_id) is None


async def test_what_is_sent_again_may_be_named_for_another_day(place: Place) -> None:
    first = await place.shelf.take(upload(at=LONG_AGO, owner=UUID(int=1)))
    again = await place.shelf.take(upload(owner=UUID(int=1)))
    assert again.file_id == first.file_id
    found = await place.shelf.find("demo", first.file_id)
    assert found is not None
    day = timedelta(days=1)
    assert (is_too_old(first, NOW, day), is_too_old(found, NOW, day)) == (True, False)
    assert is_too_old(found, NOW + day - timedelta(minutes=29), day)


async def test_people_who_read_with_sql_see_nothing_of_it(place: Place) -> None:
    granted = place.sql(
        "SELECT grantee FROM information_schema.role_table_grants WHERE table_name = 'stored_files'"
        " AND grantee NOT IN ('postgres', 'vehicaid_app', 'vehicaid_owner')"
    )
    assert granted == []
