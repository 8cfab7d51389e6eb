"""What does somebody get who sends more than was asked for, tries codes, shows a stolen token, or walks up the tree?"""

import asyncio
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel, SecretStr

from domain.actor import Role
from domain.ids import Prefix, parse
from infra.bootstrap import Stack
from infra.queries.security import SecurityEntry, SecurityWanted
from interfaces.http.app import described_app
from interfaces.http.routing import _body_of
from tests.support.api import HELP, Api, Json, a_request, in_process, somebody
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
# What somebody might like to decide: whose it is, what it is worth, how it stands.
MORE: dict[str, object] = {
    "tenant": "rival", "role": "admin", "state": "completed", "id": "req_" + "1" * 32,
    "amount_minor": 1, "price_minor": 1, "version": 1, "is_admin": True, "actor": "admin:usr_1", "__class__": "x",
    "provider_id": "prv_" + "1" * 32,
}  # fmt: skip
CLIMBS = (
    "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "....//....//etc/passwd",
    "..\\..\\windows\\win.ini", "%252e%252e%252fetc%252fpasswd", "/etc/passwd", ".git/config", ".env", "%00",
    "docs/..%00.html",
)  # fmt: skip


def bodies() -> list[tuple[str, type[BaseModel]]]:
    """Every body that the API takes."""
    found = []
    for route in described_app().routes:
        if isinstance(route, APIRoute) and "POST" in (route.methods or ()):
            _, body = _body_of(route.endpoint)
            if body is not None:
                found.append((route.path, body))
    return found


def parts_of(shape: type[BaseModel]) -> set[type[BaseModel]]:
    """A body and everything that stands in it."""
    found, waiting = {shape}, [shape]
    while waiting:
        for field in waiting.pop().model_fields.values():
            for one in inner(field.annotation):
                if one not in found:
                    found.add(one)
                    waiting.append(one)
    return found


def inner(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [one for part in getattr(annotation, "__args__", ()) for one in inner(part)]


async def entries(stack: Stack, tenant: str, kind: str) -> list[SecurityEntry]:
    """What was noted of it, once it is written."""
    for _ in range(400):
        found = await stack.noted.entries(tenant, SecurityWanted(kind), None, 50)
        if found:
            return found
        await asyncio.sleep(0.05)
    return []


def test_no_body_takes_a_field_that_is_not_its_own() -> None:
    assert len(bodies()) > 40
    for path, body in bodies():
        for part in parts_of(body):
            assert part.model_config.get("extra") == "forbid", f"{path} {part.__name__}"


async def test_more_than_was_asked_for_is_refused_and_changes_nothing(api: Api) -> None:
    caller = somebody(Role.CUSTOMER)
    for name, value in MORE.items():
        refused = await api.post("/v1/service-requests", caller, {**HELP, name: value})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"/{name}"), name
        nested: Json = {**HELP, "location": {"lat": 12.9, "lng": 77.5, name: value}}
        assert (await api.post("/v1/service-requests", caller, nested)).status_code == 422
    for_another = await api.post("/v1/service-requests", caller, {**HELP, "customer_id": "usr_" + "1" * 32})
    assert for_another.status_code == 403, "that is for the desk"
    _, request = await a_request(api, caller)
    page = await api.get("/v1/service-requests", caller, min_position=request["position"])
    assert [one["id"] for one in page.json()["data"]] == [request["id"]]


async def test_a_program_that_tries_codes_comes_to_an_end(api: Api, stack: Stack) -> None:
    """However many it tries at once, and however often it asks for another: five for each challenge, ten a day."""
    tenant, phone = "city-of-guesses", "+919845033333"
    asked = await api.client.post("/v1/auth/phone/challenges", json={"tenant": tenant, "phone": phone})
    challenge = asked.json()["challenge_id"]
    right = stack.sign_in.keys.code(parse(Prefix.CHALLENGE, challenge))

    async def shown(code: str) -> int:
        body = {"challenge_id": challenge, "code": code}
        return (await api.client.post("/v1/auth/phone/sessions", json=body)).status_code

    guesses = [f"{(int(right) + 1 + step) % 1_000_000:06d}" for step in range(30)]
    assert set(await asyncio.gather(*(shown(code) for code in guesses))) == {401}
    assert await shown(right) == 401, "the right one is worth nothing after that"
    again = await api.client.post("/v1/auth/phone/challenges", json={"tenant": tenant, "phone": phone})
    assert (again.status_code, again.json()["code"]) == (429, "too_many_codes")
    assert await entries(stack, tenant, "login_failed"), "and all of it is noted"


async def test_a_stolen_refresh_token_ends_both(api: Api, stack: Stack) -> None:
    asked = await api.client.post("/v1/auth/phone/challenges", json={"tenant": "demo", "phone": "+919845044444"})
    challenge = asked.json()["challenge_id"]
    code = stack.sign_in.keys.code(parse(Prefix.CHALLENGE, challenge))
    pair = (await api.client.post("/v1/auth/phone/sessions", json={"challenge_id": challenge, "code": code})).json()

    async def refreshed(token: str) -> tuple[int, Json]:
        answer = await api.client.post("/v1/sessions/refresh", json={"refresh_token": token})
        return answer.status_code, answer.json()

    _, second = await refreshed(pair["refresh_token"])
    _, third = await refreshed(str(second["refresh_token"]))
    assert (await refreshed(pair["refresh_token"]))[0] == 401, "a used one"
    assert (await refreshed(str(third["refresh_token"])))[0] == 401, "and with it the one that lived"
    noted = await entries(stack, "demo", "refresh_reused")
    assert [(one.object_id, one.detail) for one in noted] == [(pair["session_id"], "reused")]


async def test_a_webhook_that_comes_twice_has_one_effect(shared_database: Database) -> None:
    """And one whose body or name was changed on the way has none."""
    settings = shared_database.settings.model_copy(update={"razorpay_webhook_secrets": SecretStr("w" * 32)})
    body = json.dumps({"entity": "event", "event": "payment.captured", "payload": {}}).encode()
    signature = hmac.new(b"w" * 32, body, hashlib.sha256).hexdigest()
    head = {
        "X-Razorpay-Signature": signature,
        "X-Razorpay-Event-Id": "evt_replayed",
        "Content-Type": "application/json",
    }
    async with in_process(settings) as api:
        told = [await api.client.post("/v1/webhooks/razorpay", content=body, headers=head) for _ in range(3)]
        assert {answer.status_code for answer in told} == {200}, "who is refused would send it for ever"
        tampered = await api.client.post("/v1/webhooks/razorpay", content=body + b" ", headers=head)
        assert (tampered.status_code, tampered.json()["code"]) == (401, "forged_webhook")
    with psycopg.connect(shared_database.app_dsn) as connection:
        row = connection.execute("SELECT count(*) FROM webhook_inbox WHERE event_id = 'evt_replayed'").fetchone()
    assert row == (1,)


async def test_no_address_leads_out_of_the_api(api: Api) -> None:
    admin = somebody(Role.ADMIN)
    for climb in CLIMBS:
        for path in (f"/{climb}", f"/docs/{climb}", f"/problems/{climb}", f"/v1/service-requests/{climb}",
                     f"/v1/audit/streams/{climb}/state", f"/v1/files/{quote(climb)}"):  # fmt: skip
            answer = await api.client.get(path, headers=api.headers(admin))
            assert answer.status_code in {400, 401, 403, 404, 405, 422}, path
            assert "root:" not in answer.text
            assert "[core]" not in answer.text
