"""Do partners' systems get in by keys that are shown once, do what their scopes say, and end when they are ended?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from application.security_log import SecurityKind
from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, parse, show
from infra.identity.api_key import ApiKey, read_key
from infra.identity.api_key_table import MOST_OF_A_PARTNER
from interfaces.http.app import ALL_ROUTES
from interfaces.http.declared import is_public, operations
from interfaces.http.routing import row_of
from interfaces.http.scopes import SCOPES
from tests.interfaces.http.admitted import tagged
from tests.support.api import Api, Json, fresh_key, in_process, somebody

if TYPE_CHECKING:
    import httpx

    from infra.bootstrap import Stack
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

KEYS = "/v1/partner-accounts/{partner_id}/api-keys"
ONE = KEYS + "/{key_id}"
HOOKS = "/v1/webhook-endpoints"
BODY: Json = {"name": "claims system", "scopes": ["webhooks"]}
TERMS = {"currency": "INR", "credit_limit_minor": 5_000_000, "most_per_job_minor": 150_000}


@dataclass
class Partner:
    """A partner with an account, in a tenant of its own."""

    admin: Actor
    actor: Actor
    keys: str


@pytest.fixture
async def partner(api: Api) -> Partner:
    admin = somebody(Role.ADMIN, f"keys-{new_id(datetime.now(UTC)).hex}")
    opened = await api.done("/v1/partner-accounts", admin, TERMS)
    actor = somebody(Role.PARTNER, admin.tenant, parse(Prefix.PARTNER, str(opened["id"])))
    return Partner(admin, actor, KEYS.replace("{partner_id}", str(opened["id"])))


async def called(
    api: Api, key: str, path: str = HOOKS, method: str = "GET", body: Json | None = None
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": fresh_key()}
    return await api.client.request(method, path, headers=headers, json=body)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def noted(stack: Stack, what: str) -> list[str]:
    """The whole security log, once it holds that."""
    async with asyncio.timeout(60):
        while True:
            async with stack.readers.connection() as connection:
                found = await (await connection.execute("SELECT to_jsonb(n)::text FROM security_log AS n")).fetchall()
            rows = [str(row[0]) for row in found]
            if any(what in row for row in rows):
                return rows
            await asyncio.sleep(0.1)


def test_no_route_is_missing_here() -> None:
    assert tagged("API keys") == {f"POST {KEYS}", f"GET {KEYS}", f"POST {ONE}/rotation", f"POST {ONE}/revocation"}


async def test_a_key_speaks_for_its_partner_within_its_scopes(api: Api, partner: Partner) -> None:
    made = await api.done(partner.keys, partner.actor, BODY)
    key = str(made["key"])
    assert (made["state"], made["scopes"], made["used_at"]) == ("active", ["webhooks"], None)
    added = await called(api, key, HOOKS, "POST", {"url": "https://hooks.example.com/in"})
    assert added.json()["partner_id"] == made["partner_id"]
    assert [one["id"] for one in (await called(api, key)).json()["data"]] == [added.json()["id"]]
    ours = await api.done(HOOKS, partner.admin, {"url": "https://hooks.example.com/ours"})
    assert code_of(await called(api, key, f"{HOOKS}/{ours['id']}")) == (404, "not_found")
    for operation, method, path in operations(ALL_ROUTES):
        if not is_public(row_of(operation)) and operation not in SCOPES["webhooks"]:
            assert code_of(await called(api, key, path, method)) == (403, "forbidden"), operation
    (listed,) = (await api.get(partner.keys, partner.admin)).json()["data"]
    assert "key" not in listed
    assert listed["used_at"] is not None


async def test_a_key_is_shown_once_and_kept_nowhere(api: Api, partner: Partner, stack: Stack) -> None:
    order = fresh_key()
    first = await api.post(partner.keys, partner.actor, BODY, key=order)
    assert first.headers["Cache-Control"] == "no-store"
    again = await api.post(partner.keys, partner.actor, BODY, key=order)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json()["key"] == first.json()["key"]
    other = await api.post(partner.keys, partner.actor, {**BODY, "name": "other"}, key=order)
    assert code_of(other) == (422, "key_reused")
    assert len((await api.get(partner.keys, partner.actor)).json()["data"]) == 1
    one = f"{partner.keys}/{first.json()['id']}"
    turn = fresh_key()
    rotated, repeated = [await api.post(f"{one}/rotation", partner.actor, {}, key=turn) for _ in range(2)]
    assert rotated.json()["key"] == repeated.json()["key"] != first.json()["key"]
    assert (await api.post(partner.keys, partner.actor, BODY, key=order)).json()["key"] is None, "another followed"
    async with stack.readers.connection() as connection:
        rows = await (await connection.execute("SELECT to_jsonb(k)::text FROM api_keys AS k")).fetchall()
    secrets = [read_key(answer.json()["key"]).secret for answer in (first, rotated)]
    assert not [row for row in rows for secret in secrets if secret in str(row)]


async def test_an_old_order_brings_no_old_secret_back(api: Api, partner: Partner) -> None:
    made = await api.done(partner.keys, partner.actor, BODY)
    rotation, order = f"{partner.keys}/{made['id']}/rotation", fresh_key()
    old = (await api.post(rotation, partner.actor, {}, key=order)).json()["key"]
    keys = [(await api.done(rotation, partner.actor, {"overlap_h": 0}))["key"] for _ in range(3)]
    assert (await api.post(rotation, partner.actor, {}, key=order)).json()["key"] is None
    assert [(await called(api, str(key))).status_code for key in (old, *keys)] == [401, 401, 401, 200]


async def test_secrets_overlap_and_the_last_word_is_revocation(api: Api, partner: Partner) -> None:
    made = await api.done(partner.keys, partner.actor, BODY)
    one = f"{partner.keys}/{made['id']}"
    second = await api.done(f"{one}/rotation", partner.actor, {"overlap_h": 1})
    assert [(await called(api, str(key))).status_code for key in (made["key"], second["key"])] == [200, 200]
    third = await api.done(f"{one}/rotation", partner.actor, {"overlap_h": 0})
    statuses = [(await called(api, str(key))).status_code for key in (made["key"], second["key"], third["key"])]
    assert statuses == [401, 401, 200]
    ended = await api.done(f"{one}/revocation", partner.actor)
    assert (ended["state"], await api.done(f"{one}/revocation", partner.admin)) == ("revoked", ended)
    assert code_of(await called(api, str(third["key"]))) == (401, "unauthenticated")
    assert code_of(await api.post(f"{one}/rotation", partner.actor, {})) == (409, "out_of_turn")


async def test_what_is_no_key_of_ours_opens_nothing(api: Api, partner: Partner, stack: Stack) -> None:
    made = await api.done(partner.keys, partner.actor, BODY)
    key = str(made["key"])
    kept = read_key(key)
    swapped = key[:-1] + ("0" if key[-1] != "0" else "1")
    guessed = ApiKey(kept.key_id, "A" * 43).text
    nobodys = ApiKey(uuid4(), kept.secret).text
    for forged in (key[:-1], swapped, guessed, nobodys, key.upper(), key + "x", "vak_", f"vak_{'é' * 20}"):
        answer = await api.client.get(HOOKS, headers={b"Authorization": f"Bearer {forged}".encode()})
        assert code_of(answer) == (401, "unauthenticated"), forged
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert forged not in answer.text
    assert (await api.client.get(HOOKS, headers={"Authorization": f"Basic {key}"})).status_code == 401
    assert (await called(api, key)).is_success
    rows = await noted(stack, '"unauthenticated"')
    assert not [row for row in rows if kept.secret in row]


async def test_guesses_are_counted_by_address_like_those_of_tokens(shared_database: Database) -> None:
    change = {"rate_limits": True, "rate_address_per_minute": 3}
    async with in_process(shared_database.settings.model_copy(update=change)) as limited:
        guesses = [await called(limited, ApiKey(uuid4(), "A" * 43).text) for _ in range(4)]
        assert [one.status_code for one in guesses] == [401, 401, 401, 429]


async def test_keys_are_a_partners_own_and_the_administrators(api: Api, partner: Partner) -> None:
    made = await api.done(partner.keys, partner.admin, BODY)
    stranger = somebody(Role.PARTNER, partner.admin.tenant)
    elsewhere = somebody(Role.ADMIN, "rival")
    one = f"{partner.keys}/{made['id']}"
    for actor in (stranger, elsewhere, somebody(Role.PARTNER, "rival", partner.actor.subject_id)):
        assert code_of(await api.get(partner.keys, actor)) == (404, "not_found")
        for path, body in ((partner.keys, BODY), (f"{one}/rotation", {}), (f"{one}/revocation", None)):
            assert code_of(await api.post(path, actor, body)) == (404, "not_found")
    other = await api.done("/v1/partner-accounts", partner.admin, TERMS)
    theirs = KEYS.replace("{partner_id}", str(other["id"]))
    assert code_of(await api.post(f"{theirs}/{made['id']}/revocation", partner.admin)) == (404, "not_found")
    nobody = KEYS.replace("{partner_id}", show(Prefix.PARTNER, uuid4()))
    assert code_of(await api.post(nobody, partner.admin, BODY)) == (404, "not_found")
    assert (await called(api, str(made["key"]))).is_success, "it lives on"


async def test_what_cannot_be_is_refused_by_name(api: Api, partner: Partner) -> None:
    now = datetime.now(UTC)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"scopes": []}, "validation_failed"),
        ({"scopes": ["everything"]}, "validation_failed"),
        ({"name": ""}, "validation_failed"),
        ({"name": "two\nlines"}, "validation_failed"),
        ({"expires_at": (now - timedelta(seconds=1)).isoformat()}, "bad_key_life"),
        ({"expires_at": (now + timedelta(days=366)).isoformat()}, "bad_key_life"),
        ({"partner_id": show(Prefix.PARTNER, uuid4())}, "validation_failed"),
    ]
    for change, code in wrong:
        assert code_of(await api.post(partner.keys, partner.actor, {**BODY, **change})) == (422, code)
    assert (await api.get(partner.keys, partner.actor)).json() == {"data": []}
    for number in range(MOST_OF_A_PARTNER):
        await api.done(partner.keys, partner.actor, {**BODY, "name": f"system {number}"})
    assert code_of(await api.post(partner.keys, partner.actor, BODY)) == (409, "too_many_api_keys")
    first = (await api.get(partner.keys, partner.actor)).json()["data"][0]
    await api.done(f"{partner.keys}/{first['id']}/revocation", partner.actor)
    await api.done(partner.keys, partner.actor, BODY)


async def test_a_session_of_long_ago_makes_no_keys(api: Api, partner: Partner) -> None:
    at = datetime.now(UTC)
    token = api.authority.sign(partner.actor, at, session_id=new_id(at), amr=("pwd", "otp"))
    orders: list[tuple[str, Json]] = [
        (partner.keys, BODY),
        (f"{partner.keys}/{show(Prefix.API_KEY, uuid4())}/rotation", {}),
    ]
    for path, body in orders:
        assert code_of(await called(api, token, path, "POST", body)) == (403, "sign_in_again")
    assert (await called(api, token, partner.keys)).is_success


async def test_in_production_a_token_without_a_session_makes_no_keys(
    shared_database: Database, partner: Partner, stack: Stack
) -> None:
    token = stack.identity.authority.sign(partner.actor, datetime.now(UTC))
    async with in_process(shared_database.settings.model_copy(update={"environment": "production"})) as strict:
        assert (await called(strict, token, partner.keys)).is_success
        assert code_of(await called(strict, token, partner.keys, "POST", BODY)) == (403, "sign_in_again")


async def test_every_change_is_in_the_security_log(api: Api, partner: Partner) -> None:
    made = await api.done(partner.keys, partner.actor, BODY)
    one = f"{partner.keys}/{made['id']}"
    await api.done(f"{one}/rotation", partner.actor, {})
    await api.done(f"{one}/revocation", partner.admin)
    wanted = {(what, made["id"]) for what in ("issued", "rotated", "revoked")}
    query = {"kind": SecurityKind.API_KEY_CHANGED.value}
    async with asyncio.timeout(60):
        found: set[tuple[object, object]] = set()
        while found != wanted:
            rows = (await api.look("/v1/audit/security", query, partner.admin)).json()["data"]
            found = {(row["detail"], row["object_id"]) for row in rows}
