"""Until when does an API key open anything, and is the database asked no more often than it has to be?"""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from application.log import LogUnavailable
from domain.ids import new_id
from infra.identity.access_tokens import BadToken
from infra.identity.api_key import ApiKey, key_for, read_key
from infra.identity.api_key_callers import ApiKeyCallers
from infra.identity.api_key_table import ApiKeyTable, Given, Wanted
from infra.queries.pool import reader_pool
from infra.telemetry.redaction import redact_text
from tests.support.servers import Database

pytestmark = pytest.mark.anyio

ROOT = b"r" * 32
NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


async def a_key(table: ApiKeyTable, life: timedelta = HOUR) -> Given:
    wanted = Wanted("demo", uuid4(), "claims", ("webhooks",), NOW + life, "system:test")
    return await table.issue(wanted, new_id(NOW), NOW, uuid4())


async def opens(callers: ApiKeyCallers, text: str | None, at: datetime) -> bool:
    try:
        caller = await callers.caller(text or "", at)
    except BadToken:
        return False
    return caller.scopes == frozenset({"webhooks"})


def test_a_key_follows_from_its_order_and_says_when_it_was_mistyped() -> None:
    key_id, order = uuid4(), uuid4()
    key = key_for(ROOT, key_id, order)
    assert key == key_for(ROOT, key_id, order) == read_key(key.text)
    others = {key_for(ROOT, key_id, uuid4()), key_for(ROOT, uuid4(), order), key_for(b"s" * 32, key_id, order)}
    assert len({one.secret for one in (key, *others)}) == 4
    assert len(key.digest) == 32
    assert key.digest != ApiKey(uuid4(), key.secret).digest
    for at in range(len(key.text)):
        wrong = key.text[:at] + ("b" if key.text[at] != "b" else "c") + key.text[at + 1 :]
        with pytest.raises(BadToken):
            read_key(wrong)
    assert key.secret not in redact_text(f"somebody wrote {key.text} into a message")


@pytest.mark.servers
class TestKept:
    """With the table."""

    async def test_it_ends_when_it_says_and_so_does_the_secret_before(self, database: Database) -> None:
        async with reader_pool(database.app_dsn) as pool:
            table = ApiKeyTable(pool, ROOT)
            callers = ApiKeyCallers(table, fresh_s=0)
            given = await a_key(table, 2 * HOUR)
            kept = given.kept
            turned = await table.rotate(kept.tenant, kept.partner_id, kept.key_id, NOW, HOUR, uuid4())
            seen = [
                (await opens(callers, given.text, at), await opens(callers, turned.text, at))
                for at in (NOW, NOW + HOUR - timedelta(seconds=1), NOW + HOUR, NOW + 2 * HOUR)
            ]
            assert seen == [(True, True), (True, True), (False, True), (False, False)]
            await callers.stop()

    async def test_another_process_hears_of_a_revocation_within_its_patience(self, database: Database) -> None:
        async with reader_pool(database.app_dsn) as pool:
            table = ApiKeyTable(pool, ROOT)
            patient, quick = ApiKeyCallers(table, fresh_s=3600), ApiKeyCallers(table, fresh_s=0)
            given = await a_key(table)
            assert await opens(patient, given.text, NOW)
            await table.revoke("demo", given.kept.partner_id, given.kept.key_id, NOW)
            assert [await opens(one, given.text, NOW) for one in (patient, quick)] == [True, False]
            patient.forget(given.kept.key_id)
            assert not await opens(patient, given.text, NOW)
            await patient.stop()

    async def test_its_last_use_is_noted_once_a_minute(self, database: Database) -> None:
        async with reader_pool(database.app_dsn) as pool:
            table = ApiKeyTable(pool, ROOT)
            callers = ApiKeyCallers(table)
            given = await a_key(table)
            seen: list[datetime | None] = []
            for seconds in (0, 59, 60, 30):
                assert await opens(callers, given.text, NOW + timedelta(seconds=seconds))
                await callers.stop()
                found = await table.one(given.kept.key_id)
                assert found is not None
                seen.append(found.used_at)
            assert seen == [NOW, NOW, NOW + timedelta(seconds=60), NOW + timedelta(seconds=60)]

    async def test_guesses_take_no_more_memory_than_there_is_room(self, database: Database) -> None:
        async with reader_pool(database.app_dsn) as pool:
            callers = ApiKeyCallers(ApiKeyTable(pool, ROOT), fresh_s=3600, most=8)
            given = await a_key(ApiKeyTable(pool, ROOT))
            for _ in range(20):
                assert not await opens(callers, ApiKey(uuid4(), "A" * 43).text, NOW)
            assert callers.remembered == 8
            assert await opens(callers, given.text, NOW)
            await callers.stop()

    async def test_without_a_database_nobody_knows(self, database: Database) -> None:
        closed = reader_pool(database.app_dsn)
        with pytest.raises(LogUnavailable):
            await ApiKeyCallers(ApiKeyTable(closed, ROOT)).caller(key_for(ROOT, uuid4(), uuid4()).text, NOW)
