"""Are callers limited, browsers kept apart, cookies out of reach, and is what happens at the door noted?"""

import asyncio
import io
import itertools
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi.routing import APIRoute

from domain.actor import Role
from domain.ids import Prefix, parse, show
from infra.audit import check_bundle
from infra.bootstrap import Stack
from infra.queries.security import SecurityEntry, SecurityWanted
from interfaces.http.app import described_app
from interfaces.http.cookies import ASKS, COOKIE
from tests.support.api import HELP, Api, a_request, in_process, somebody
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
PAGE = "https://app.example.org"
DEVICE = "6f1c9a52-3f0e-4f6b-9d51-1f6f8f2f7a10"
WEB = {ASKS: "1", "Origin": PAGE}
_numbers = itertools.count(9_845_200_000)


@asynccontextmanager
async def deployed(database: Database, **changed: object) -> AsyncIterator[Api]:
    """The API of the same database under other settings."""
    async with in_process(database.settings.model_copy(update=changed)) as api:
        yield api


async def entries(stack: Stack, at_least: int = 1, **wanted: Any) -> list[SecurityEntry]:
    """The newest of them, once so many are written: within a second, unless the machine is busy."""
    found: list[SecurityEntry] = []
    for _ in range(400):
        found = await stack.noted.entries(None, SecurityWanted(**wanted), None, 50)
        if len(found) >= at_least:
            break
        await asyncio.sleep(0.05)
    return found


async def signed_in(api: Api, stack: Stack, headers: dict[str, str] | None = None) -> httpx.Response:
    body = {"tenant": "demo", "phone": f"+91{next(_numbers)}"}
    asked = await api.client.post("/v1/auth/phone/challenges", json=body)
    challenge = asked.json()["challenge_id"]
    code = stack.sign_in.keys.code(parse(Prefix.CHALLENGE, challenge))
    shown = {"challenge_id": challenge, "code": code, "device": DEVICE}
    return await api.client.post("/v1/auth/phone/sessions", json=shown, headers=headers)


async def test_whoever_asks_too_often_is_told_when_to_come_back(shared_database: Database, stack: Stack) -> None:
    async with deployed(shared_database, rate_limits=True, rate_queries_per_minute=5) as api:
        caller, other = somebody(Role.CUSTOMER), somebody(Role.CUSTOMER)
        told = [await api.get("/v1/service-requests", caller) for _ in range(7)]
        assert [answer.status_code for answer in told] == [200] * 5 + [429] * 2
        assert [answer.headers["ratelimit"].split(";")[1] for answer in told[:5]] == ["r=4", "r=3", "r=2", "r=1", "r=0"]
        assert told[0].headers["ratelimit-policy"] == '"queries";q=5;w=60'
        refused = told[-1]
        assert (refused.json()["code"], refused.json()["limit"]) == ("too_many_requests", "queries")
        assert int(refused.headers["Retry-After"]) == refused.json()["retry_after_s"] > 0
        assert (await api.get("/v1/service-requests", other)).status_code == 200, "one is not limited by another"
    noted = await entries(stack, kind="limited", actor=caller.text)
    assert {(one.detail, one.operation) for one in noted} == {("queries", "")}
    assert sum(one.times for one in noted) == 2


async def test_a_call_for_help_is_taken_however_often_somebody_asks(shared_database: Database) -> None:
    async with deployed(
        shared_database, rate_limits=True, rate_commands_per_minute=2, rate_address_per_minute=3
    ) as api:
        caller = somebody(Role.CUSTOMER)
        asked = await api.post("/v1/service-requests", caller, HELP)
        for _ in range(5):
            asked = await api.post("/v1/service-requests", caller, HELP)
            assert asked.status_code == 201
        path = f"/v1/service-requests/{asked.json()['id']}"
        assert (await api.post(f"{path}/sos", caller)).status_code == 200
        version = (await api.post(f"{path}/sos", caller)).json()["version"]
        assert (
            await api.post(f"{path}/cancellation", caller, {"reason": "changed_mind"}, version=version)
        ).status_code != 429
        refused = await api.post(f"{path}/rating", caller, {"stars": 5})
        assert refused.status_code == 429
        assert (await api.get("/livez", None)).status_code == 200


async def test_signing_in_is_limited_by_address(shared_database: Database) -> None:
    async with deployed(shared_database, rate_limits=True, rate_sign_ins_per_minute=3) as api:
        body = {"challenge_id": "chl_" + "0" * 31 + "1", "code": "000000"}
        told = [await api.client.post("/v1/auth/phone/sessions", json=body) for _ in range(5)]
        assert [answer.status_code for answer in told] == [401] * 3 + [429] * 2


async def test_only_listed_pages_may_call_from_a_browser(shared_database: Database, api: Api) -> None:
    asks = {
        "Origin": PAGE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "idempotency-key",
    }
    nobody = await api.client.options("/v1/service-requests", headers=asks)
    assert "access-control-allow-origin" not in nobody.headers
    async with deployed(shared_database, cors_origins=f"{PAGE}, https://desk.example.org/") as open_to_pages:
        may = await open_to_pages.client.options("/v1/service-requests", headers=asks)
        assert (may.status_code, may.headers["access-control-allow-origin"]) == (200, PAGE)
        assert may.headers["access-control-allow-credentials"] == "true"
        other = await open_to_pages.client.options(
            "/v1/service-requests", headers={**asks, "Origin": "https://evil.example"}
        )
        assert "access-control-allow-origin" not in other.headers
        refused = await open_to_pages.client.get("/v1/service-requests", headers={"Origin": PAGE})
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, PAGE)


async def test_a_web_app_gets_its_refresh_token_in_a_cookie_alone(shared_database: Database, stack: Stack) -> None:
    async with deployed(shared_database, cors_origins=PAGE) as api:
        made = await signed_in(api, stack, WEB)
        assert (made.status_code, made.json()["refresh_token"]) == (200, "")
        cookie = made.headers["set-cookie"]
        assert cookie.startswith(f"{COOKIE}=vrt_")
        assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        kept = {"Cookie": cookie.split(";")[0]}
        again = await api.client.post("/v1/sessions/refresh", json={"device": DEVICE}, headers={**WEB, **kept})
        assert (again.status_code, again.json()["refresh_token"]) == (200, ""), again.text
        assert again.headers["set-cookie"].split(";")[0] != cookie.split(";")[0]


async def test_another_page_cannot_use_the_cookie(shared_database: Database, stack: Stack) -> None:
    async with deployed(shared_database, cors_origins=PAGE) as api:
        kept = {"Cookie": (await signed_in(api, stack, WEB)).headers["set-cookie"].split(";")[0]}

        async def refreshed(**headers: str) -> httpx.Response:
            return await api.client.post("/v1/sessions/refresh", json={"device": DEVICE}, headers={**kept, **headers})

        assert (await refreshed()).json()["code"] == "session_over", "without the header of a page of ours"
        evil = await refreshed(**{ASKS: "1", "Origin": "https://evil.example"})
        assert (evil.status_code, evil.json()["code"]) == (403, "wrong_origin")
        assert (await refreshed(**{ASKS: "1"})).json()["code"] == "wrong_origin", "a browser always says which page"
        assert (await refreshed(**WEB)).status_code == 200, "none of that has used the token up"


async def test_signing_out_takes_the_cookie_away(shared_database: Database, stack: Stack) -> None:
    async with deployed(shared_database, cors_origins=PAGE) as api:
        made = (await signed_in(api, stack, WEB)).json()
        headers = {"Authorization": f"Bearer {made['access_token']}", "Idempotency-Key": "out", **WEB}
        out = await api.client.post(f"/v1/sessions/{made['session_id']}/revocation", headers=headers)
        assert out.status_code == 200
        assert out.headers["set-cookie"].startswith(f'{COOKIE}="";')
        assert "Max-Age=0" in out.headers["set-cookie"]


async def test_sign_ins_refusals_and_views_are_noted(api: Api, stack: Stack) -> None:
    pair = (await signed_in(api, stack)).json()
    actor = api.authority.verify(pair["access_token"], datetime.now(UTC)).actor
    [login] = await entries(stack, kind="login", actor=actor.text)
    assert (login.tenant, login.object_id, login.detail) == ("demo", pair["session_id"], "sms")
    customer, request = await a_request(api)
    path = f"/v1/service-requests/{request['id']}"
    stranger = somebody(Role.CUSTOMER)
    assert (await api.get(path, stranger, min_position=request["position"])).status_code == 404
    assert (await api.get("/v1/audit/security", stranger)).status_code == 403
    assert {
        (one.operation, one.object_id, one.detail)
        for one in await entries(stack, 2, kind="denied", actor=stranger.text)
    } == {
        ("read_service_request", request["id"], "not_found"),
        ("list_security_entries", "", "forbidden"),
    }
    assert (await api.get(f"{path}/customer-details", customer)).status_code == 200
    looker = somebody(Role.DISPATCHER)
    for _ in range(3):
        assert (await api.get(f"{path}/customer-details", looker)).status_code == 200
    [seen] = await entries(stack, kind="staff_view", actor=looker.text)
    assert (seen.operation, seen.object_id) == ("read_customer_details", request["id"])
    assert not await stack.noted.entries("demo", SecurityWanted("staff_view", customer.text), None, 5)
    # The first in its minute is a row at once, whichever test of this file made it.
    assert (await api.client.get("/v1/audit/root", headers={"Authorization": "Bearer forged"})).status_code == 401
    unknown = await entries(stack, kind="denied", actor="")
    assert {(one.tenant, one.detail) for one in unknown} == {("", "unauthenticated")}


async def test_a_suspension_is_noted_with_the_sessions_that_it_ends(api: Api, stack: Stack) -> None:
    pair, admin = (await signed_in(api, stack)).json(), somebody(Role.ADMIN)
    subject = api.authority.verify(pair["access_token"], datetime.now(UTC)).actor.subject_id
    assert subject is not None
    account = show(Prefix.USER, subject)
    await api.done(f"/v1/accounts/{account}/suspension", admin, {"reason": "fraud"})
    [suspended] = await entries(stack, kind="account_suspended", actor=admin.text)
    assert (suspended.object_id, suspended.detail, suspended.operation) == (account, "fraud", "suspend_somebody")
    [ended] = await entries(stack, kind="session_ended", object_id=pair["session_id"])
    assert (ended.actor, ended.detail) == (admin.text, "revoked")


async def test_an_auditor_reads_the_security_log_page_by_page(api: Api, stack: Stack) -> None:
    stranger, auditor, path = somebody(Role.CUSTOMER), somebody(Role.AUDITOR), "/v1/audit/security"
    for refused in ("/v1/kpis", "/v1/audit/events", "/v1/audit/root", f"{path}/root"):
        await api.get(refused, stranger)
    await entries(stack, 4, kind="denied", actor=stranger.text)
    wanted = {"actor": stranger.text, "limit": "2"}
    first = (await api.look(path, wanted, auditor)).json()
    assert [one["detail"] for one in first["data"]] == ["forbidden"] * 2
    assert UUID(hex=first["data"][0]["correlation_id"]).int
    rest = (await api.look(path, {**wanted, "cursor": first["next_cursor"]}, auditor)).json()
    assert len({one["position"] for one in first["data"] + rest["data"]}) == 4
    stolen = await api.look(path, {"limit": "2", "cursor": first["next_cursor"]}, auditor)
    assert stolen.json()["code"] == "invalid_cursor"
    assert (await api.look(path, wanted, somebody(Role.AUDITOR, "rival"))).json()["data"] == []
    for bad in ({"kind": "party"}, {"actor": "x'; --"}, {"object": "req_1"}, {"from": "yesterday"}):
        answer = await api.look(path, bad, auditor)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_an_auditor_takes_both_logs_of_their_tenant_away(api: Api, stack: Stack) -> None:
    auditor = somebody(Role.AUDITOR, "bundled")
    _, request = await a_request(api, somebody(Role.CUSTOMER, "bundled"))
    await a_request(api)
    taken = await api.get("/v1/audit/bundle/file", auditor)
    assert (taken.status_code, taken.headers["content-type"]) == (200, "application/zip")
    jwks = (await api.client.get("/.well-known/jwks.json")).json()
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        manifest = check_bundle.check(archive, jwks)
        events = [json.loads(line) for line in archive.read("events.jsonl").splitlines()]
    assert (manifest["tenant"], {event["tenant"] for event in events}) == ("bundled", {"bundled"})
    assert events[0]["stream_id"].replace("-", "") == str(request["id"])[4:]
    await entries(stack, kind="audit_export", actor=auditor.text)
    again = await api.look("/v1/audit/bundle/file", {"until": "2020-01-01T00:00:00Z"}, auditor)
    with zipfile.ZipFile(io.BytesIO(again.content)) as archive:
        assert [one["lines"] for one in check_bundle.check(archive)["files"]] == [0, 0]
    backwards = {"from": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
    refused = await api.look("/v1/audit/bundle/file", backwards, auditor)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_input")


async def test_nothing_redirects(api: Api) -> None:
    for path in ("/v1/service-requests/", "/docs/", "//evil.example/v1", "/v1/audit/events/"):
        answer = await api.client.get(path, headers=api.headers(somebody(Role.ADMIN)))
        assert not 300 <= answer.status_code < 400
        assert "location" not in answer.headers


def test_no_address_takes_anything_personal() -> None:
    personal = {"name", "phone", "email", "plate", "password", "token", "lat", "lng", "otp"}
    for route in described_app().routes:
        if isinstance(route, APIRoute):
            taken = {one.alias for one in (*route.dependant.query_params, *route.dependant.path_params)}
            # Which page of ours is asked for is nobody's name.
            assert not taken & personal or route.path.startswith("/docs/"), route.path


def test_staff_read_personal_data_in_one_place_only() -> None:
    """Where it is noted: a route that opened the store itself would let somebody look unseen."""
    rooms = Path(__file__).parents[2] / "interfaces" / "http"
    found = sorted(
        str(file.relative_to(rooms))
        for file in rooms.rglob("*.py")
        if "stack.personal.get(" in file.read_text(encoding="utf-8")
    )
    # The second compares an account number with the one that is known, and shows nothing.
    assert found == ["calls.py", "routes/payouts.py"]
