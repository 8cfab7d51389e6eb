"""Who was erased stays so: does a restored backup bring nobody back, and does what the law wants stay readable?"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from application.messages import Message
from application.personal import PersonalKind, PersonalRecord
from domain.account_terms import ClosedFor, HandleKind
from domain.ids import Prefix
from infra.bootstrap import Stack, build
from infra.files.shelf import Upload
from infra.identity.challenge import Purpose
from infra.identity.people import Wanted
from infra.identity.sign_in import Device
from infra.messages.kept import KeptInAFile, kept_messages
from infra.privacy.erased_list import ErasedList, erased_list
from infra.privacy.erasure import erase, replay
from infra.privacy.whom import Person
from infra.settings import Settings
from tests.files import samples
from tests.personal.haystack import files, needles, sightings, tables
from tests.support.servers import Database, copy_database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
PHONE, NAME, PLATE, NOTE = "+919830077831", "Quorblatt Zyxwina", "WB02QQ7831", "umbrella below the banyan"
TRACES = {"accounts", "security_log", "sessions"}
HERE = Device("6f1c9a52", "Firefox on Android", "192.0.2.9")
CALL = PersonalRecord(PersonalKind.CALL, {"name": NAME, "phone": PHONE, "plate": PLATE, "note": NOTE})
BILL = PersonalRecord(PersonalKind.BILLING, {"name": "Lakeside Motors", "gstin": "29AAACL1234C1Z5"})


@dataclass
class Known:
    """Somebody of whom we keep one of each."""

    person: Person
    call_id: UUID
    bill_id: UUID
    file_id: UUID
    export_id: UUID


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Stack]:
    stack = await build(settings, "vehicaid-test")
    try:
        yield stack
    finally:
        await stack.close()


async def somebody_known(stack: Stack, at: datetime) -> Known:
    asked = await stack.sign_in.ask_phone("demo", PHONE, HERE, at)
    code = stack.sign_in.keys.code(asked.challenge_id)
    pair = await stack.sign_in.by_code(asked.challenge_id, code, Purpose.SIGN_IN, HERE, Wanted(), at)
    whom = stack.identity.authority.verify(pair.access_token, at).actor.subject_id
    assert whom is not None
    person, call_id, bill_id = Person("demo", Prefix.USER, whom), uuid4(), uuid4()
    await stack.personal.put("demo", whom, {call_id: CALL, bill_id: BILL}, uuid4())
    file = await stack.files.take(Upload("demo", whom, samples.jpeg(), f"customer:{person.shown}", at))
    export = await stack.exports.ask(person, uuid4(), at)
    assert await stack.exports.prepare_next(at)
    assert await stack.exports.content("demo", export.export_id, at) is not None
    await KeptInAFile(stack.settings.state_dir).carry(Message(uuid4(), PHONE, "Your code", f"{code} is your code"))
    return Known(person, call_id, bill_id, file.file_id, export.export_id)


async def check_forgotten(stack: Stack, known: Known, at: datetime) -> None:
    whom = known.person.person_id
    assert await stack.records.records_of("demo", whom) == {}
    records = await stack.personal.get("demo", [known.call_id, known.bill_id])
    assert records[known.call_id] is None
    assert records[known.bill_id] == BILL, "to whom a bill was made out stays"
    assert await stack.files.find("demo", known.file_id) is None
    assert await stack.exports.content("demo", known.export_id, at) is None
    account = await stack.sign_in.people.account("demo", whom)
    assert account is not None
    assert account.closed_for is ClosedFor.ERASED
    index = stack.sign_in.keys.blind_index("demo", HandleKind.PHONE, PHONE)
    assert await stack.sign_in.proofs.whose("demo", HandleKind.PHONE, index) is None


@pytest.fixture
def restored(database: Database) -> Iterator[str]:
    """The name of the database that comes back from the backup."""
    name = f"{database.name}_restored"
    yield name
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def take_backup(database: Database, name: str) -> None:
    with psycopg.connect(database.admin_dsn, dbname="postgres", autocommit=True) as connection:
        copy_database(connection, name, database.name)


async def test_a_restored_backup_brings_nobody_back(
    database: Database, restored: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    at = datetime.now(UTC)
    settings = database.settings.model_copy(update={"state_dir": tmp_path, "erasure_list": None})
    async with running(settings) as stack:
        known = await somebody_known(stack, at)
    take_backup(database, restored)
    async with running(settings) as stack:
        done = await erase(stack, known.person, at)
        assert (done.known, done.held, done.files, done.exports) == (True, 1, 1, 1)
        await check_forgotten(stack, known, at)
        assert set(await stack.exports.gathering.about(known.person)) <= TRACES
    url = {name: str(getattr(settings, name)).replace(database.name, restored) for name in ADDRESSES}
    older = settings.model_copy(update=url)
    async with running(older) as stack:
        assert len(await stack.records.records_of("demo", known.person.person_id)) == 3, "the backup knows them"
        assert await replay(stack) == 1
        await check_forgotten(stack, known, at)
        assert set(await stack.exports.gathering.about(known.person)) <= TRACES
        assert await replay(stack) == 0, "twice is no news"
    where = [
        *tables(str(older.admin_database_url)),
        *files(tmp_path),
        ("what was logged", capfd.readouterr().out.encode()),
    ]
    assert sightings(where, needles(PHONE, "Quorblatt", "Zyxwina", PLATE, "banyan")) == []
    assert kept_messages(tmp_path) == []


async def test_whoever_only_telephoned_is_shown_by_the_log_to_be_erased(
    database: Database, restored: str, tmp_path: Path
) -> None:
    at, caller = datetime.now(UTC), Person("demo", Prefix.USER, uuid4())
    settings = database.settings.model_copy(update={"state_dir": tmp_path, "erasure_list": None})
    async with running(settings) as stack:
        await stack.personal.put("demo", caller.person_id, {uuid4(): CALL}, uuid4())
    take_backup(database, restored)
    async with running(settings) as stack:
        assert (await erase(stack, caller, at)).known
        assert await told_of(stack, caller) is ClosedFor.ERASED
        head = await stack.log_head()
        assert not (await erase(stack, caller, at)).anything
        assert await stack.log_head() == head, "twice is no news"
    url = {name: str(getattr(settings, name)).replace(database.name, restored) for name in ADDRESSES}
    async with running(settings.model_copy(update=url)) as stack:
        assert await told_of(stack, caller) is None, "the backup knows nothing of it"
        assert await replay(stack) == 1
        assert await told_of(stack, caller) is ClosedFor.ERASED
        assert await stack.records.records_of("demo", caller.person_id) == {}


async def test_whom_nobody_knows_gets_no_account_by_being_erased(database: Database, tmp_path: Path) -> None:
    settings = database.settings.model_copy(update={"state_dir": tmp_path, "erasure_list": None})
    nobody = (Person("demo", Prefix.USER, uuid4()), Person("demo", Prefix.CREW, uuid4()))
    async with running(settings) as stack:
        await stack.personal.put("demo", nobody[1].person_id, {uuid4(): CALL}, uuid4())
        head = await stack.log_head()
        for person in nobody:
            await erase(stack, person, datetime.now(UTC))
        assert await stack.log_head() == head, "a typing error invents nobody, and a crew member is no account"


async def told_of(stack: Stack, person: Person) -> ClosedFor | None:
    account = await stack.sign_in.people.account(person.tenant, person.person_id)
    return None if account is None else account.closed_for


ADDRESSES = ("database_url", "admin_database_url", "analyst_database_url")


def test_the_list_tells_ids_only_and_nobody_twice(tmp_path: Path) -> None:
    path, person = tmp_path / "far" / "erasures.jsonl", Person("demo", Prefix.CREW, uuid4())
    listed = ErasedList(path)
    for _ in range(2):
        listed.add(person, datetime(2026, 1, 1, tzinfo=UTC))
    with path.open("a", encoding="utf-8") as file:
        file.write('{"tenant": "cut sh')
    assert [entry.person for entry in listed.entries()] == [person]
    (line,) = [line for line in path.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
    assert json.loads(line) == {"tenant": "demo", "person": person.shown, "erased_at": "2026-01-01T00:00:00+00:00"}
    assert path.stat().st_mode & 0o777 == 0o600


def test_where_the_list_lies_is_a_setting(database: Database, tmp_path: Path) -> None:
    named = database.settings.model_copy(update={"erasure_list": tmp_path / "erased"})
    erased_list(named).add(Person("demo", Prefix.USER, uuid4()), datetime.now(UTC))
    assert (tmp_path / "erased").exists()
