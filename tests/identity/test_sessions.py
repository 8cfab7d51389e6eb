"""Does a session go on by its live refresh token alone, and end when another one is used?"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.actor import Actor, Duty, Role
from domain.refusal import BadInput
from infra.identity.access_tokens import BadToken
from infra.identity.postgres_sessions import PostgresSessions
from infra.identity.refresh_token import RefreshToken, RefreshTokens, read
from infra.identity.session import End
from infra.identity.session_table import SessionTable
from infra.identity.sessions import Pair, SessionOver
from infra.in_memory.sessions import SessionsInMemory
from infra.queries.pool import reader_pool
from infra.session_settings import SessionSettings
from tests.identity.keeping import KEY, NOW, Desk, after
from tests.support.api import somebody
from tests.support.servers import Database

pytestmark = pytest.mark.anyio
PHONE = "6f1c9a52-3f0e-4f6b-9d51-1f6f8f2f7a10"


@pytest.fixture(scope="module")
async def kept(shared_database: Database) -> AsyncIterator[SessionTable]:
    pool = reader_pool(shared_database.app_dsn)
    await pool.open()
    yield PostgresSessions(pool, timedelta(minutes=16))
    await pool.close()


@pytest.fixture(params=["memory", "postgres"])
def desk(request: pytest.FixtureRequest) -> Desk:
    if request.param == "memory":
        return Desk(SessionsInMemory(lambda: NOW))
    return Desk(request.getfixturevalue("kept"))


def customer() -> Actor:
    return somebody(Role.CUSTOMER)


async def opened(desk: Desk, actor: Actor | None = None) -> Pair:
    return await desk.sessions.open(actor or customer(), amr=("sms",), device=PHONE, at=NOW, label="Firefox on Android")


async def end_of(desk: Desk, pair: Pair) -> End | None:
    found = await desk.table.find(pair.session_id)
    assert found is not None
    return found.ended_by


async def test_a_session_is_listed_as_it_was_opened(desk: Desk) -> None:
    actor = customer()
    pair = await opened(desk, actor)
    (session,) = await desk.sessions.living(actor, NOW)
    assert (session.session_id, session.actor, session.amr) == (pair.session_id, actor, ("sms",))
    assert (session.label, session.opened_at, session.lives_until) == ("Firefox on Android", NOW, pair.refresh_until)
    caller = desk.authority.verify(pair.access_token, NOW)
    assert (caller.actor, caller.session_id, caller.amr) == (actor, pair.session_id, ("sms",))
    assert pair.refresh_token.startswith("vrt_")
    assert PHONE.encode() not in session.device


async def test_each_refresh_gives_the_next_pair(desk: Desk) -> None:
    pair = await opened(desk)
    seen = {pair.refresh_token}
    for minutes in range(15, 90, 15):
        at = after(minutes=minutes)
        following = await desk.sessions.refresh(pair.refresh_token, device=PHONE, at=at)
        assert following.session_id == pair.session_id
        assert desk.authority.verify(following.access_token, at).session_id == pair.session_id
        assert following.refresh_token not in seen
        seen.add(following.refresh_token)
        pair = following


async def test_a_lost_answer_is_given_again_to_the_same_device(desk: Desk) -> None:
    pair = await opened(desk)
    first = await desk.sessions.refresh(pair.refresh_token, device=PHONE, at=after(minutes=15))
    for seconds in (0, 4, 10):
        again = await desk.sessions.refresh(pair.refresh_token, device=PHONE, at=after(minutes=15, seconds=seconds))
        assert again == first
    last = await desk.sessions.refresh(first.refresh_token, device=PHONE, at=after(minutes=30))
    assert last.refresh_token != first.refresh_token


async def test_a_used_token_ends_the_session_for_everybody(desk: Desk) -> None:
    pair = await opened(desk)
    following = await desk.sessions.refresh(pair.refresh_token, device=PHONE, at=after(minutes=15))
    with pytest.raises(SessionOver):
        await desk.sessions.refresh(pair.refresh_token, device=PHONE, at=after(minutes=15, seconds=11))
    assert await end_of(desk, pair) is End.REUSED
    for token in (following.refresh_token, pair.refresh_token):
        with pytest.raises(SessionOver):
            await desk.sessions.refresh(token, device=PHONE, at=after(minutes=15, seconds=12))
    with pytest.raises(BadToken):
        desk.authority.verify(following.access_token, after(minutes=15, seconds=12))


async def test_within_the_grace_only_the_last_token_is_given_again(desk: Desk) -> None:
    pair = await opened(desk)
    following = await desk.sessions.refresh(pair.refresh_token, device=PHONE, at=after(seconds=1))
    await desk.sessions.refresh(following.refresh_token, device=PHONE, at=after(seconds=2))
    with pytest.raises(SessionOver):
        await desk.sessions.refresh(pair.refresh_token, device=PHONE, at=after(seconds=3))
    assert await end_of(desk, pair) is End.REUSED


@pytest.mark.parametrize("is_used", [False, True])
async def test_a_token_from_another_device_ends_the_session(desk: Desk, *, is_used: bool) -> None:
    pair = await opened(desk)
    if is_used:
        await desk.sessions.refresh(pair.refresh_token, device=PHONE, at=after(seconds=1))
    with pytest.raises(SessionOver):
        await desk.sessions.refresh(pair.refresh_token, device="another", at=after(seconds=2))
    assert await end_of(desk, pair) is End.OTHER_DEVICE


async def test_fifty_refreshes_at_once_leave_one_token_alive(desk: Desk) -> None:
    pair = await opened(desk)
    one, two = desk, Desk(desk.table)
    asked = [
        each.sessions.refresh(pair.refresh_token, device=PHONE, at=after(minutes=15))
        for _ in range(25)
        for each in (one, two)
    ]
    answers = await asyncio.gather(*asked)
    assert len({answer.refresh_token for answer in answers}) == 1, "one family, one live member"
    assert len({answer.access_token for answer in answers}) == 1
    session = await desk.table.find(pair.session_id)
    live = read(answers[0].refresh_token)
    assert session is not None
    assert live is not None
    assert (session.live, session.ended_at) == (live.digest, None)
    following = await desk.sessions.refresh(answers[0].refresh_token, device=PHONE, at=after(minutes=16))
    assert following.refresh_token != answers[0].refresh_token


async def test_garbage_ends_nothing(desk: Desk) -> None:
    pair = await opened(desk)
    token = read(pair.refresh_token)
    assert token is not None
    forged = RefreshToken(token.raw[:16] + bytes(48)).text
    neighbour = RefreshTokens(KEY + b"x").first(pair.session_id, bytes(32)).text
    unknown = RefreshTokens(KEY).first(somebody(Role.CUSTOMER).subject_id or pair.session_id, bytes(32)).text
    misspelt = ["", "vrt_", pair.refresh_token[4:], pair.refresh_token + "A", pair.refresh_token[:-1], "é" * 90]
    spelling = pair.refresh_token[:-1] + chr(ord(pair.refresh_token[-1]) + 1)
    for text in (forged, neighbour, unknown, *misspelt, spelling, pair.refresh_token.replace("vrt_", "VRT_")):
        with pytest.raises(SessionOver):
            await desk.sessions.refresh(text, device=PHONE, at=after(seconds=1))
    assert await end_of(desk, pair) is None
    following = await desk.sessions.refresh(pair.refresh_token, device=PHONE, at=after(seconds=1))
    assert following.session_id == pair.session_id


async def test_an_idle_session_lapses_and_a_busy_one_ends_in_its_time() -> None:
    staff = somebody(Role.DISPATCHER)
    desk = Desk()
    pair = await opened(desk, staff)
    assert pair.refresh_until == after(hours=1)
    with pytest.raises(SessionOver):
        await desk.sessions.refresh(pair.refresh_token, device=PHONE, at=after(hours=1))
    pair = await opened(desk, staff)
    for quarter in range(1, 48):
        pair = await desk.sessions.refresh(pair.refresh_token, device=PHONE, at=after(minutes=15 * quarter))
    assert pair.refresh_until == after(hours=12)
    with pytest.raises(SessionOver):
        await desk.sessions.refresh(pair.refresh_token, device=PHONE, at=after(hours=12))
    assert (await opened(desk)).refresh_until == after(days=30)


async def test_whoever_signs_in_too_often_is_signed_out_where_they_were_last() -> None:
    desk = Desk(settings=SessionSettings(sessions_per_account=3))
    actor = customer()
    pairs = [
        await desk.sessions.open(actor, amr=("sms",), device=PHONE, at=after(minutes=minutes)) for minutes in range(5)
    ]
    living = await desk.sessions.living(actor, after(minutes=5))
    assert [one.session_id for one in living] == [pair.session_id for pair in reversed(pairs[-3:])]
    assert await end_of(desk, pairs[0]) is End.TOO_MANY


async def test_only_ones_own_sessions_can_be_ended(desk: Desk) -> None:
    actor = customer()
    pair = await opened(desk, actor)
    for stranger in (customer(), replace(actor, tenant="other"), Actor.system("worker", "demo")):
        assert not await desk.sessions.revoke(stranger, pair.session_id)
        assert await desk.sessions.living(stranger, NOW) == []
    assert await end_of(desk, pair) is None
    assert await desk.sessions.revoke(actor, pair.session_id)
    assert await desk.sessions.revoke(actor, pair.session_id), "twice is no news"
    assert await end_of(desk, pair) is End.REVOKED
    assert await desk.sessions.living(actor, NOW) == []


async def test_all_but_one_are_ended_of_one_account_in_one_tenant(desk: Desk) -> None:
    actor = customer()
    pairs = [await opened(desk, actor) for _ in range(3)]
    elsewhere = await opened(desk, replace(actor, tenant="other"))
    assert actor.subject_id is not None
    assert await desk.sessions.revoke_all(actor.subject_id, "demo", NOW, but=pairs[1].session_id) == 2
    assert [one.session_id for one in await desk.sessions.living(actor, NOW)] == [pairs[1].session_id]
    assert await end_of(desk, elsewhere) is None
    assert await desk.sessions.revoke_all(actor.subject_id, "demo", NOW) == 1
    with pytest.raises(BadToken):
        desk.authority.verify(pairs[1].access_token, NOW)


async def test_an_erased_person_is_signed_out_and_no_device_is_remembered(desk: Desk) -> None:
    actor = customer()
    pairs = [await opened(desk, actor) for _ in range(2)]
    await desk.sessions.revoke(actor, pairs[0].session_id)
    assert actor.subject_id is not None
    assert await desk.sessions.forget(actor.subject_id, "demo") == 1
    for pair in pairs:
        found = await desk.table.find(pair.session_id)
        assert found is not None
        assert (found.label, found.device) == ("", b"")
        with pytest.raises(SessionOver):
            await desk.sessions.refresh(pair.refresh_token, device=PHONE, at=after(seconds=1))
        with pytest.raises(BadToken):
            desk.authority.verify(pair.access_token, after(seconds=1))
    assert await end_of(desk, pairs[1]) is End.ERASED


async def test_nobody_but_a_person_has_sessions() -> None:
    desk = Desk()
    with pytest.raises(BadInput):
        await opened(desk, Actor.system("worker", "demo"))
    with pytest.raises(BadInput):
        await desk.sessions.open(customer(), amr=(), device="x" * 129, at=NOW)


async def test_people_of_one_company_have_sessions_of_their_own(desk: Desk) -> None:
    company = somebody(Role.PROVIDER)
    owner = replace(company, person_id=customer().subject_id, duty=Duty.OWNER)
    driver = replace(company, person_id=customer().subject_id, duty=Duty.DRIVER)
    pairs = [await opened(desk, each) for each in (owner, driver)]
    (session,) = await desk.sessions.living(driver, NOW)
    assert (session.session_id, session.actor) == (pairs[1].session_id, driver)
    assert not await desk.sessions.revoke(driver, pairs[0].session_id)
    following = await desk.sessions.refresh(pairs[1].refresh_token, device=PHONE, at=after(minutes=15))
    assert desk.authority.verify(following.access_token, after(minutes=15)).actor == driver


async def test_what_ended_is_told_to_whoever_asks_since_when(desk: Desk) -> None:
    actor = customer()
    pairs = [await opened(desk, actor) for _ in range(2)]
    await desk.sessions.revoke(actor, pairs[0].session_id)
    ended = dict(await desk.table.ended_since(None))
    assert pairs[0].session_id in ended
    assert pairs[1].session_id not in ended
    at = ended[pairs[0].session_id]
    assert pairs[0].session_id in dict(await desk.table.ended_since(at - timedelta(seconds=1)))
    assert pairs[0].session_id not in dict(await desk.table.ended_since(at))
