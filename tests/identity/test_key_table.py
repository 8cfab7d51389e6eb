"""Does one key follow another without a moment in which nobody could sign, or a token that nobody could check?"""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from typer.testing import CliRunner

from domain.refusal import NotFound
from infra.identity.access_tokens import BadToken, TokenAuthority
from infra.identity.deployment_key import DeploymentKey
from infra.identity.key_ring import KeyRing
from infra.identity.key_table import KeyTable, OnlyKey
from infra.identity.place import local_authority
from infra.queries.pool import Pool, reader_pool
from interfaces.cli import keys as command
from tests.identity.forging import CUSTOMER, members_of
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
SECRET = b"a-key-for-these-tests-0123456789"
NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    async with reader_pool(database.app_dsn) as pool:
        yield pool


@pytest.fixture
def keys(pool: Pool) -> KeyTable:
    return KeyTable(pool, DeploymentKey(SECRET), 900)


async def taken(keys: KeyTable) -> TokenAuthority:
    ring = KeyRing()
    ring.take(one.key for one in await keys.kept())
    return TokenAuthority(ring, 900)


def kid_in(token: str) -> object:
    return members_of(token.partition(".")[0])["kid"]


async def test_processes_that_start_together_make_one_key(pool: Pool, keys: KeyTable, database: Database) -> None:
    others = [KeyTable(pool, DeploymentKey(SECRET), 900) for _ in range(5)]
    for kept in await asyncio.gather(*(each.ensure(NOW) for each in (keys, *others))):
        assert len(kept) == 1
    with psycopg.connect(database.admin_dsn) as connection:
        row = connection.execute("SELECT wrapped_seed, public_key FROM signing_keys").fetchone()
    (only,) = await keys.kept()
    assert row is not None
    assert only.key.seed is not None
    assert only.key.seed not in row[0], "no private half lies in the database"
    assert only.key.public == row[1]


async def test_a_rotation_leaves_nobody_out(keys: KeyTable) -> None:
    await keys.ensure(NOW)
    before = await taken(keys)
    old = before.sign(CUSTOMER, NOW)
    following = await keys.rotate(NOW, NOW + timedelta(seconds=60))
    during = await taken(keys)
    assert kid_in(during.sign(CUSTOMER, NOW)) == kid_in(old), "published first, used later"
    late = before.sign(CUSTOMER, NOW + timedelta(seconds=60))
    after = NOW + timedelta(seconds=61)
    assert kid_in(during.sign(CUSTOMER, after)) == following.kid
    for token, until_s in ((old, 900), (late, 959)):
        assert during.verify(token, NOW + timedelta(seconds=until_s)).actor == CUSTOMER
    assert during.ring.verifier(str(kid_in(old)), NOW + timedelta(seconds=60 + 900 + 5 + 60)) is None
    assert len(await keys.ensure(after)) == 2, "there is one that signs: none is made"


async def test_when_the_successor_is_retired_another_is_made_in_time(keys: KeyTable) -> None:
    await keys.ensure(NOW)
    following = await keys.rotate(NOW, NOW + timedelta(seconds=60))
    await keys.retire(following.kid, NOW)
    assert len(await keys.ensure(NOW)) == 2
    assert len(await keys.ensure(NOW + timedelta(seconds=121))) == 3, "before a token would outlive its key"


async def test_a_retired_key_is_worth_nothing_at_once(keys: KeyTable) -> None:
    (only,) = await keys.ensure(NOW)
    with pytest.raises(NotFound):
        await keys.retire("0" * 16, NOW)
    with pytest.raises(OnlyKey):
        await keys.retire(only.key.kid, NOW)
    token = (await taken(keys)).sign(CUSTOMER, NOW)
    await keys.rotate(NOW, NOW)
    for _ in range(2):
        await keys.retire(only.key.kid, NOW)
    authority = await taken(keys)
    with pytest.raises(BadToken):
        authority.verify(token, NOW)
    assert next(one for one in await keys.kept() if one.key.kid == only.key.kid).has_seed is False


async def test_under_another_secret_a_key_is_made_and_the_old_ones_still_verify(pool: Pool, keys: KeyTable) -> None:
    await keys.ensure(NOW)
    token = (await taken(keys)).sign(CUSTOMER, NOW)
    changed = KeyTable(pool, DeploymentKey(SECRET + b"x"), 900)
    assert len(await changed.ensure(NOW)) == 2
    assert len(await changed.ensure(NOW)) == 2
    authority = await taken(changed)
    assert authority.verify(token, NOW).actor == CUSTOMER
    assert kid_in(authority.sign(CUSTOMER, NOW)) != kid_in(token)
    with pytest.raises(BadToken):
        authority.verify(local_authority(SECRET, 900).sign(CUSTOMER, NOW), NOW)


def test_an_operator_rotates_and_retires(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "load_settings", lambda: database.settings)

    def tell(*arguments: str) -> str:
        done = CliRunner().invoke(command.app, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    assert "no key yet" in tell("list")
    first = json.loads(tell("rotate", "--now"))["kid"]
    second = json.loads(tell("rotate"))["kid"]
    assert [(one["kid"], one["state"]) for one in json.loads(tell("list", "--json"))] == [
        (second, "to come"),
        (first, "signs"),
    ]
    third = json.loads(tell("rotate", "--now"))["kid"]
    tell("retire", first)
    states = {one["kid"]: one["state"] for one in json.loads(tell("list", "--json"))}
    assert states == {second: "to come", third: "signs", first: "retired"}
    assert first in tell("list")
