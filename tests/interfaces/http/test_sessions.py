"""Does the API know who calls, and do sessions begin, go on and end through it?"""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import psycopg
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from domain.actor import Actor, Role
from domain.ids import Prefix, show
from infra.bootstrap import Stack, build
from infra.identity.access_tokens import TokenAuthority
from infra.identity.key_ring import KeyRing
from infra.identity.place import local_authority
from infra.identity.sessions import Pair
from interfaces.http.app import build_app
from tests.support.api import HELP, Api, fresh_key, in_process, somebody
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
PATH = "/v1/sessions"
PHONE = "6f1c9a52-3f0e-4f6b-9d51-1f6f8f2f7a10"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer x.y.z", "Basic dXNlcjpwYXNz", "Bearer  "])
async def test_the_api_answers_a_bad_token_with_a_problem(api: Api, sent: str) -> None:
    answer = await api.client.post("/v1/service-requests", json=HELP, headers={"Authorization": sent})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_local_token_is_made_and_works(api: Api) -> None:
    made = await api.client.post("/v1/tokens", json={"role": "customer"})
    assert made.status_code == 201, made.text
    headers = {"Authorization": f"Bearer {made.json()['access_token']}"}
    assert (await api.client.get("/v1/service-requests", headers=headers)).status_code == 200
    wrong = await api.client.post("/v1/tokens", json={"role": "provider"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/subject")


async def signed_in(stack: Stack, actor: Actor, device: str = PHONE) -> Pair:
    return await stack.identity.sessions.open(actor, amr=("sms",), device=device, at=now(), label="Firefox on Android")


async def refreshed(api: Api, pair: Pair, device: str = PHONE) -> httpx.Response:
    return await api.client.post(f"{PATH}/refresh", json={"refresh_token": pair.refresh_token, "device": device})


async def get(api: Api, pair: Pair, path: str = PATH) -> httpx.Response:
    return await api.client.get(path, headers={"Authorization": f"Bearer {pair.access_token}"})


async def post(api: Api, pair: Pair, path: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {pair.access_token}", "Idempotency-Key": fresh_key()}
    return await api.client.post(path, headers=headers)


async def until_refused(api: Api, pair: Pair) -> None:
    """Until the other process has heard of it; 5 s are promised, a busy machine is given more."""
    async with asyncio.timeout(60):
        while (await get(api, pair)).status_code != 401:  # noqa: ASYNC110  nobody tells us
            await asyncio.sleep(0.05)


async def test_a_session_goes_on_and_shows_where_one_is_signed_in(api: Api, stack: Stack) -> None:
    actor = somebody(Role.CUSTOMER)
    pair, other = await signed_in(stack, actor), await signed_in(stack, actor, "")
    answer = await refreshed(api, pair)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json()
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 900)
    assert told["session_id"] == show(Prefix.SESSION, pair.session_id)
    assert (await refreshed(api, pair)).json() == told, "the same pair again: the answer may have been lost"
    shown = (await get(api, pair)).json()["data"]
    assert [(one["id"], one["is_this"]) for one in shown] == [
        (told["session_id"], True),
        (show(Prefix.SESSION, other.session_id), False),
    ]
    assert (shown[0]["label"], shown[0]["amr"]) == ("Firefox on Android", ["sms"])
    assert not {"device", "live", "before", "salt"} & set(shown[0])


async def test_a_refresh_that_is_refused_says_nothing_about_why(api: Api, stack: Stack) -> None:
    stolen, unknown = await signed_in(stack, somebody(Role.CUSTOMER)), "vrt_" + "A" * 86
    answers = [await refreshed(api, stolen, "another"), await refreshed(api, stolen)]
    answers.append(await api.client.post(f"{PATH}/refresh", json={"refresh_token": unknown}))
    answers.append(await api.client.post(f"{PATH}/refresh", json={"refresh_token": "vrt_"}))
    told = [{**answer.json(), "trace_id": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == [401] * 4
    assert all(one == told[0] for one in told)
    assert told[0]["code"] == "session_over"


async def test_sessions_of_others_are_neither_seen_nor_ended(api: Api, stack: Stack) -> None:
    actor = somebody(Role.CUSTOMER)
    pair = await signed_in(stack, actor)
    path = f"{PATH}/{show(Prefix.SESSION, pair.session_id)}/revocation"
    for stranger in (somebody(Role.CUSTOMER), replace(actor, tenant="other"), somebody(Role.ADMIN)):
        theirs = await signed_in(stack, stranger)
        assert (await post(api, theirs, path)).json()["code"] == "not_found"
        assert [one["is_this"] for one in (await get(api, theirs)).json()["data"]] == [True]
    for nothing in ("ses_" + "0" * 32, "ses_x", "..", "usr_" + "0" * 32):
        assert (await post(api, pair, f"{PATH}/{nothing}/revocation")).status_code == 404
    assert (await get(api, pair)).status_code == 200


async def test_what_is_ended_here_is_ended_in_every_process(api: Api, stack: Stack, shared_database: Database) -> None:
    actor = somebody(Role.PROVIDER)
    pair, lost, third = [await signed_in(stack, actor) for _ in range(3)]
    async with in_process(shared_database.settings.model_copy(update={"sessions_poll_s": 0.1})) as elsewhere:
        for each in (pair, lost, third):
            assert (await get(elsewhere, each)).status_code == 200
        ended = await post(api, pair, f"{PATH}/{show(Prefix.SESSION, lost.session_id)}/revocation")
        assert (ended.status_code, ended.json()) == (200, {"ended": 1})
        assert (await get(api, lost)).json()["code"] == "unauthenticated", "here it is known at once"
        await until_refused(elsewhere, lost)
        assert (await refreshed(elsewhere, lost)).status_code == 401
        assert (await post(api, pair, f"{PATH}/revocation")).json() == {"ended": 1}
        await until_refused(elsewhere, third)
        assert (await get(elsewhere, pair)).status_code == 200
    async with in_process(shared_database.settings) as later:
        assert (await get(later, third)).status_code == 401, "a process that starts later knows it too"
        assert (await get(later, pair)).status_code == 200


async def test_a_process_that_has_not_heard_lets_no_session_in(api: Api, stack: Stack) -> None:
    pair = await signed_in(stack, somebody(Role.CUSTOMER))
    ended = stack.identity.authority.ended
    settings = stack.settings
    async with AsyncExitStack() as closers:
        deaf = await build(settings)
        closers.push_async_callback(deaf.close)
        await deaf.identity.stop()
        deaf.identity.authority.ended.is_heard = False
        transport = httpx.ASGITransport(app=build_app(settings, deaf), raise_app_exceptions=False)
        client = await closers.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://api"))
        answer = await get(Api(client, api.authority), pair)
        assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    assert ended.is_heard


async def test_a_key_that_another_process_has_just_made_is_looked_for(api: Api, stack: Stack) -> None:
    keys = stack.identity.keys
    await keys.rotate(now(), now())
    fresh = KeyRing()
    fresh.take(one.key for one in await keys.kept())
    token = TokenAuthority(fresh, 900).sign(somebody(Role.CUSTOMER), now())
    answer = await api.client.get(PATH, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, "an unknown name is asked for once, before it is refused"


async def test_the_public_keys_are_published_and_nothing_else(api: Api, stack: Stack) -> None:
    answer = await api.client.get("/.well-known/jwks.json")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    pair = await signed_in(stack, somebody(Role.CUSTOMER))
    keys = answer.json()["keys"]
    assert all(set(key) == {"kty", "crv", "x", "kid", "use", "alg"} for key in keys)
    read = jwt.decode(pair.access_token, KeySet.import_key_set({"keys": keys}), algorithms=["Ed25519"])
    assert read.claims["sid"] == show(Prefix.SESSION, pair.session_id)


async def test_in_production_no_token_is_made_for_the_asking(shared_database: Database, stack: Stack) -> None:
    strict = shared_database.settings.model_copy(update={"environment": "production"})
    async with in_process(strict) as api:
        asked = await api.client.post("/v1/tokens", json={"role": "admin"})
        assert (asked.status_code, asked.json()["code"]) == (404, "unknown_route")
        own = local_authority(strict.token_key, 900)
        signed_locally = await Api(api.client, own).get(PATH, somebody(Role.ADMIN))
        assert (signed_locally.status_code, signed_locally.json()["code"]) == (401, "unauthenticated")
        pair = await signed_in(stack, somebody(Role.CUSTOMER))
        assert (await get(api, pair)).status_code == 200
        published = (await api.client.get("/.well-known/jwks.json")).json()["keys"]
        assert own.ring.published(now())[0]["kid"] not in {key["kid"] for key in published}


def test_who_is_signed_in_is_nothing_for_people_who_read_with_sql(shared_database: Database) -> None:
    with psycopg.connect(shared_database.admin_dsn, autocommit=True) as connection:
        connection.execute("SET ROLE vehicaid_reader")
        for question in ("SELECT 1 FROM sessions", "SELECT 1 FROM signing_keys"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(question)
    with psycopg.connect(shared_database.app_dsn, autocommit=True) as connection:
        for statement in ("UPDATE sessions SET tenant = 'other'", "UPDATE sessions SET account_id = session_id",
                          "UPDATE signing_keys SET public_key = wrapped_seed", "DELETE FROM signing_keys"):  # fmt: skip
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
