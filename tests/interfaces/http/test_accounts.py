"""Who may give and take roles over the API, and is whoever is suspended signed out?"""

from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from domain.actor import Actor, Duty, Role
from domain.ids import Prefix, new_id, show
from infra.bootstrap import Stack
from infra.identity.people import Wanted
from infra.identity.sign_in import Device
from tests.support.api import Api, fresh_key, somebody

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
COMPANY = new_id(datetime.now(UTC))
DRIVES = {"role": "provider", "provider_id": show(Prefix.PROVIDER, COMPANY), "duty": "driver"}
OWNER = replace(somebody(Role.PROVIDER, subject=COMPANY), person_id=new_id(datetime.now(UTC)), duty=Duty.OWNER)
HERE = Device("6f1c9a52", "Firefox on Android", "192.0.2.9")


@pytest.fixture
async def person(stack: Stack) -> Actor:
    """Somebody who has just signed in."""
    at, sign_in = datetime.now(UTC), stack.sign_in
    begun = await sign_in.ask_link("demo", f"p{new_id(at).hex}@example.org", HERE, at)
    pair = await sign_in.by_link(sign_in.keys.link(begun.challenge_id), HERE, Wanted(), at)
    return stack.identity.authority.verify(pair.access_token, at).actor


async def ordered(api: Api, by: Actor, person: Actor, act: str, body: dict[str, str] | None = None) -> httpx.Response:
    assert person.subject_id is not None
    headers = api.headers(by, {"Idempotency-Key": fresh_key()})
    path = f"/v1/accounts/{show(Prefix.USER, person.subject_id)}/{act}"
    return await api.client.post(path, json=body or {}, headers=headers)


@pytest.mark.parametrize(
    ("by", "status"),
    [
        (OWNER, 200),
        (somebody(Role.DISPATCHER), 200),
        (somebody(Role.ADMIN), 200),
        (replace(OWNER, duty=Duty.DRIVER), 403),
        (replace(OWNER, duty=None), 403),
        (replace(OWNER, subject_id=new_id(datetime.now(UTC))), 403),
        (somebody(Role.CUSTOMER), 403),
        (somebody(Role.AUDITOR), 403),
        (somebody(Role.DISPATCHER, "other"), 404),
    ],
)
async def test_a_duty_is_given_by_the_owner_or_the_desk(api: Api, person: Actor, by: Actor, status: int) -> None:
    given = await ordered(api, by, person, "role-grants", DRIVES)
    assert given.status_code == status, given.text
    if status == 200:
        assert given.json()["roles"] == ["customer", "provider"]
        taken = await ordered(api, by, person, "role-withdrawals", {k: v for k, v in DRIVES.items() if k != "duty"})
        assert taken.json()["roles"] == ["customer"]


@pytest.mark.parametrize("by", [OWNER, somebody(Role.DISPATCHER), somebody(Role.ADMIN)])
async def test_nobody_makes_a_customer_an_admin(api: Api, person: Actor, by: Actor) -> None:
    refused = await ordered(api, by, person, "role-grants", {"role": "admin"})
    wanted = (422, "bad_grant") if by.role is Role.ADMIN else (403, "not_allowed")
    assert (refused.status_code, refused.json()["code"]) == wanted


async def test_whoever_is_suspended_is_signed_out_until_reinstated(api: Api, stack: Stack, person: Actor) -> None:
    at = datetime.now(UTC)
    assert len(await stack.identity.sessions.living(person, at)) == 1
    for by in (person, OWNER, somebody(Role.AUDITOR)):
        assert (await ordered(api, by, person, "suspension", {"reason": "abuse"})).status_code == 403
    done = await ordered(api, api.desk, person, "suspension", {"reason": "abuse"})
    assert (done.status_code, done.json()["state"]) == (200, "suspended")
    assert await stack.identity.sessions.living(person, at) == []
    again = await ordered(api, api.desk, person, "reinstatement")
    assert (again.status_code, again.json()["state"]) == (200, "open")
    stale = api.headers(api.desk, {"Idempotency-Key": fresh_key(), "If-Match": '"1"'})
    path = f"/v1/accounts/{show(Prefix.USER, person.subject_id or COMPANY)}/reinstatement"
    assert (await api.client.post(path, headers=stale)).status_code == 412
