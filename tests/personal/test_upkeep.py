"""Is the personal store looked after: orphans swept, people erased, keys rotated, from a terminal too?"""

import base64
import json
import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool
from pydantic import SecretStr
from typer.testing import CliRunner

from application.log import CommandContext, NewEvent, Save
from application.personal import PersonalKind, PersonalRecord
from domain.ids import Prefix, show
from infra.event_store.log import PostgresEventLog
from infra.health.personal import personal_findings
from infra.migrate import pending
from infra.personal.place import master_keys, migrate_personal, personal_store
from infra.personal.sweeper import run_sweeper, sweep
from infra.settings import Settings, SettingsError
from interfaces.cli import personal as command_line
from tests.support.servers import Database

ASHA = PersonalRecord(PersonalKind.CONTACT, {"name": "Asha Ghosh", "phone": "+919830012345"})
AT = datetime(2026, 1, 1, tzinfo=UTC)
AN_HOUR = timedelta(hours=1)
PATIENCE_S = 90.0


async def kept(settings: Settings, command_id: UUID, person: UUID | None = None) -> UUID:
    store, record_id = await personal_store(settings).open(), uuid4()
    await store.put("demo", person or uuid4(), {record_id: ASHA}, command_id)
    await store.close()
    return record_id


async def read(settings: Settings, record_id: UUID) -> PersonalRecord | None:
    store = await personal_store(settings).open()
    found = await store.get("demo", [record_id])
    await store.close()
    return found[record_id]


def command(key: str) -> CommandContext:
    return CommandContext("demo", "customer:usr_1", key, b"x" * 16, uuid4(), AT)


def make_old(database: Database, by: str = "2 hours") -> None:
    with psycopg.connect(database.admin_dsn) as connection:
        connection.execute("UPDATE personal_records SET put_at = now() - %s::interval", [by])


@pytest.mark.anyio
async def test_only_records_of_commands_with_an_event_stay(database: Database) -> None:
    recorded, refused, lost = command("a"), command("b"), command("c")
    records = [await kept(database.settings, one.command_id) for one in (recorded, refused, lost)]
    async with AsyncConnectionPool(database.app_dsn, kwargs={"autocommit": True}, open=False) as readers:
        log = PostgresEventLog(database.app_dsn, readers)
        await log.append(Save(recorded, (NewEvent(uuid4(), 1, "thing.made", b"{}", AT),)))
        await log.append(Save(refused, ()))
        await log.close()
    store = await personal_store(database.settings).open()
    try:
        assert await sweep(store, database.app_dsn, datetime.now(UTC), AN_HOUR) == 0, "nothing is old enough"
        make_old(database)
        assert await sweep(store, database.app_dsn, datetime.now(UTC), AN_HOUR) == 2
        make_old(database)
        assert await sweep(store, database.app_dsn, datetime.now(UTC), AN_HOUR) == 0
        found = await store.get("demo", records)
    finally:
        await store.close()
    assert [found[one] for one in records] == [ASHA, None, None]


@pytest.mark.anyio
async def test_a_record_older_than_its_receipt_must_be_is_left_alone(database: Database) -> None:
    record = await kept(database.settings, uuid4())
    make_old(database, "3 days")
    store = await personal_store(database.settings).open()
    try:
        assert await sweep(store, database.app_dsn, datetime.now(UTC), AN_HOUR) == 0
    finally:
        await store.close()
    assert await read(database.settings, record) == ASHA


@pytest.mark.anyio
async def test_the_service_sweeps_and_stops_when_told(database: Database) -> None:
    record = await kept(database.settings, uuid4())
    make_old(database)
    stop = threading.Event()
    thread = threading.Thread(target=run_sweeper, args=(database.settings, stop))
    thread.start()
    give_up_at = time.monotonic() + PATIENCE_S
    while await read(database.settings, record) is not None and time.monotonic() < give_up_at:
        time.sleep(0.05)  # noqa: ASYNC251  the service runs in a thread of its own
    stop.set()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert await read(database.settings, record) is None


@pytest.mark.anyio
async def test_a_person_is_erased_from_the_terminal(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    person = uuid4()
    record = await kept(database.settings, uuid4(), person)
    monkeypatch.setattr(command_line, "load_settings", lambda: database.settings)
    run = await in_thread("erase", "demo", show(Prefix.USER, person))
    assert run == (0, {"person_id": show(Prefix.USER, person), "erased": True, "sessions": 0, "files": 0})
    assert await read(database.settings, record) is None
    assert (await in_thread("erase", "demo", show(Prefix.USER, person)))[0] == 1


@pytest.mark.anyio
async def test_the_master_key_is_rotated_from_the_terminal(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    record = await kept(database.settings, uuid4())
    old = database.settings.personal_master_key
    rotating = database.settings.model_copy(
        update={
            "personal_master_key": SecretStr(base64.b64encode(b"n" * 32).decode()),
            "personal_previous_keys": old,
        }
    )
    monkeypatch.setattr(command_line, "load_settings", lambda: rotating)
    assert await in_thread("rewrap") == (0, {"rewrapped": 1, "unreadable": 0})
    assert await read(rotating.model_copy(update={"personal_previous_keys": None}), record) == ASHA


@pytest.mark.anyio
async def test_the_store_lives_in_a_database_of_its_own(database: Database) -> None:
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database.name}_apart".encode())
    try:
        apart = database.settings.model_copy(
            update={
                "personal_database_url": database.settings.database_url + "_apart",
                "personal_admin_database_url": database.settings.admin_database_url + "_apart",
            }
        )
        assert [name[:4] for name in migrate_personal(apart)] == ["0001", "0003"]
        assert migrate_personal(apart) == []
        record = await kept(apart, uuid4())
        assert await read(apart, record) == ASHA
        assert await read(database.settings, record) is None
    finally:
        with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {database.name}_apart WITH (FORCE)".encode())
    assert migrate_personal(database.settings) == [], "shared: nothing of its own to prepare"
    assert pending(database.settings.admin_database_url, database.cell) == ()


def test_a_previous_key_that_is_no_key_is_refused_in_one_line() -> None:
    settings = Settings(
        personal_master_key=base64.b64encode(bytes(32)).decode(), personal_previous_keys="not-a-key,AAAA"
    )
    with pytest.raises(SettingsError, match="VEHICAID_PERSONAL_PREVIOUS_KEYS"):
        master_keys(settings)


async def in_thread(*arguments: str) -> tuple[int, object]:
    """The command runs a loop of its own, so it needs a thread of its own."""
    import asyncio

    result = await asyncio.to_thread(CliRunner().invoke, command_line.app, list(arguments))
    return result.exit_code, json.loads(result.stdout.splitlines()[-1])


def finding(settings: Settings) -> tuple[str, str]:
    """What the doctor says first of the personal store."""
    found = list(personal_findings(settings))
    return (found[0].verdict.value, found[0].detail) if found else ("", "")


@pytest.mark.anyio
async def test_the_doctor_knows_whether_people_can_be_read(database: Database) -> None:
    assert finding(database.settings) == ("fine", "0 people, all under the current master key")
    await kept(database.settings, uuid4())
    old = database.settings.personal_master_key
    new = SecretStr(base64.b64encode(b"n" * 32).decode())
    rotating = database.settings.model_copy(update={"personal_master_key": new, "personal_previous_keys": old})
    assert finding(rotating) == ("watch", "the keys of 1 people are under an earlier master key")
    lost = database.settings.model_copy(update={"personal_master_key": new})
    assert finding(lost) == ("wrong", "the data of 1 people cannot be read")
    assert finding(database.settings.model_copy(update={"personal_master_key": None}))[0] == "wrong"
    away = {"personal_database_url": "postgresql://vehicaid_app@127.0.0.1:1/nowhere"}
    assert finding(database.settings.model_copy(update=away))[0] == "wrong"
    make_old(database, "3 days")
    assert [one.verdict.value for one in personal_findings(database.settings)] == ["fine", "watch"]
