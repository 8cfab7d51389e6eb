"""May support look as somebody else does: for minutes, on the record, and without touching money, consent or proofs?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest

from domain.actor import Actor, Duty, Impersonator, Role
from domain.ids import Prefix, new_id, parse, show
from infra.bootstrap import Stack
from infra.identity.access_tokens import BadToken
from interfaces.http.policy import DONE_IN_ANOTHERS_NAME, POLICY, SEEN_IN_ANOTHERS_NAME
from tests.interfaces.http.things import an_account
from tests.support.api import HELP, Api, a_shift, fresh_key, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

PATH = "/v1/impersonations"
ADMIN = somebody(Role.ADMIN)


async def begun(api: Api, whom: str, by: Actor = ADMIN, **more: object) -> httpx.Response:
    body = {"role": "customer", "subject": whom, "reason": "complaint", **more}
    return await api.client.post(PATH, json=body, headers=api.headers(by, {"Idempotency-Key": fresh_key()}))


async def as_them(api: Api, token: str, method: str, path: str, body: object = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": fresh_key()}
    return await api.client.request(method, path, json=body, headers=headers)


@pytest.fixture
async def person(stack: Stack) -> str:
    return await an_account(stack, "demo")


async def test_support_looks_and_does_nothing_unless_it_says_so(api: Api, person: str) -> None:
    made = (await begun(api, person)).json()
    token = made["access_token"]
    assert (made["expires_in"], made["may_act"]) == (900, False)
    assert (await as_them(api, token, "GET", "/v1/my-requests")).status_code == 200
    refused = await as_them(api, token, "POST", "/v1/service-requests", HELP)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_what_support_orders_names_both_and_the_person_sees_it(api: Api, stack: Stack, person: str) -> None:
    made = (await begun(api, person, may_act=True)).json()
    asked = await as_them(api, made["access_token"], "POST", "/v1/service-requests", HELP)
    assert asked.status_code == 201, asked.text
    auditor = somebody(Role.AUDITOR)
    named = f"customer:{person}~{ADMIN.text}"
    found = (
        await api.look("/v1/audit/events", {"actor": named, "min_position": str(asked.json()["position"])}, auditor)
    ).json()["data"]
    assert {event["actor"] for event in found} == {named}
    themselves = somebody(Role.CUSTOMER, subject=parse(Prefix.USER, person))
    sessions = (await api.get("/v1/sessions", themselves)).json()["data"]
    assert made["id"] in {one["id"] for one in sessions if one["label"] == "support"}
    assert (
        await api.get(f"/v1/my-requests/{asked.json()['id']}", themselves, min_position=asked.json()["position"])
    ).is_success


async def test_money_consent_proofs_and_roles_are_closed_to_it(api: Api, person: str) -> None:
    token = (await begun(api, person, may_act=True)).json()["access_token"]
    nothing = show(Prefix.REQUEST, new_id(datetime.now(UTC)))
    for path in (
        "/v1/payment-orders",
        "/v1/subscriptions",
        f"/v1/service-requests/{nothing}/confirmation",
        f"/v1/service-requests/{nothing}/fare/approval",
        f"/v1/service-requests/{nothing}/need-changes/consent",
        "/v1/sessions/revocation",
        PATH,
    ):
        refused = await as_them(api, token, "POST", path, {})
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), path


async def test_it_ends_when_it_is_ended_and_in_a_quarter_of_an_hour_anyway(api: Api, stack: Stack, person: str) -> None:
    made = (await begun(api, person)).json()
    now, authority = datetime.now(UTC), api.authority
    actor = authority.verify(made["access_token"], now).actor
    assert actor.impersonator == Impersonator(Role.ADMIN, cast("Any", ADMIN.subject_id), may_act=False)
    with pytest.raises(BadToken):
        authority.verify(made["access_token"], now + timedelta(minutes=16))
    stranger = somebody(Role.ADMIN, "rival")
    end = f"{PATH}/{made['id']}/end"
    assert (await api.post(end, stranger)).status_code == 404
    for _ in range(2):
        assert (await api.post(end, ADMIN)).status_code == 200
    assert (await as_them(api, made["access_token"], "GET", "/v1/my-requests")).status_code == 401


async def test_it_ends_with_the_session_of_whoever_began_it(api: Api, stack: Stack, person: str) -> None:
    now = datetime.now(UTC)
    pair = await stack.identity.sessions.open(somebody(Role.ADMIN), amr=("pwd", "otp"), device="", at=now)
    body = {"role": "customer", "subject": person, "reason": "complaint"}
    made = await as_them(api, pair.access_token, "POST", PATH, body)
    token = made.json()["access_token"]
    assert (await as_them(api, token, "GET", "/v1/my-requests")).status_code == 200
    admin = api.authority.verify(pair.access_token, now).actor
    assert (await api.post("/v1/sessions/revocation", admin)).json()["ended"] == 1
    assert (await as_them(api, token, "GET", "/v1/my-requests")).status_code == 401


async def test_only_the_desk_and_only_for_whom_is_there(api: Api, person: str) -> None:
    unknown = show(Prefix.USER, new_id(datetime.now(UTC)))
    assert (await begun(api, unknown)).json()["code"] == "not_found"
    assert (await begun(api, person, somebody(Role.ADMIN, "rival"))).json()["code"] == "not_found"
    for role in (Role.CUSTOMER, Role.AUDITOR, Role.FINANCE, Role.SYSTEM):
        assert (await begun(api, person, somebody(role))).json()["code"] == "forbidden"
    assert (await begun(api, person, role="admin")).json()["code"] == "validation_failed"


async def test_a_company_is_seen_as_one_of_its_people_sees_it(api: Api) -> None:
    provider, shift = await a_shift(api)
    company = str(shift["provider_id"])
    nobody = await begun(api, company, api.desk, role="provider", duty="driver")
    assert nobody.json()["code"] == "validation_failed", "a driver is one of the crew"
    crew = (await api.get(f"/v1/shifts/{shift['id']}", api.desk, min_position=api.reached)).json()["crew_id"]
    made = await begun(api, company, api.desk, role="provider", duty="driver", crew_id=crew)
    token = made.json()["access_token"]
    actor = api.authority.verify(token, datetime.now(UTC)).actor
    assert (actor.subject_id, actor.duty) == (provider.subject_id, Duty.DRIVER)
    assert (await as_them(api, token, "GET", f"/v1/shifts/{shift['id']}")).status_code == 200
    account = await as_them(api, token, "GET", f"/v1/providers/{shift['provider_id']}/earnings")
    assert account.json()["code"] == "forbidden"


def test_nothing_that_moves_money_is_done_in_anothers_name() -> None:
    assert not SEEN_IN_ANOTHERS_NAME & DONE_IN_ANOTHERS_NAME
    for operation in SEEN_IN_ANOTHERS_NAME | DONE_IN_ANOTHERS_NAME:
        assert {Role.CUSTOMER, Role.PROVIDER} & set(POLICY[operation]), operation


def test_an_actor_in_anothers_name_says_both() -> None:
    customer = somebody(Role.CUSTOMER)
    named = replace(customer, impersonator=Impersonator(Role.ADMIN, cast("Any", ADMIN.subject_id), may_act=True))
    assert named.text == f"{customer.text}~{ADMIN.text}"
