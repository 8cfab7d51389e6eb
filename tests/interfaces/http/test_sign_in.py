"""Do people sign in by what is theirs, and does nobody learn by trying who is known to us?"""

import itertools
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest

from domain.ids import Prefix, new_id, parse
from infra.bootstrap import Stack
from tests.support.api import Api

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
PASSWORD = "a tow rope and a map"
DEVICE = "6f1c9a52-3f0e-4f6b-9d51-1f6f8f2f7a10"
_numbers = itertools.count(9_845_000_000)


@pytest.fixture
def tenant() -> str:
    """A tenant that nobody else uses: limits count in it."""
    return f"city-{new_id(api_now()).hex}"


def fresh_phone() -> str:
    return f"+91{next(_numbers)}"


def fresh_email() -> str:
    return f"asha.{next(_numbers)}@example.org"


async def asked(api: Api, path: str, **body: object) -> httpx.Response:
    return await api.client.post(f"/v1/auth{path}", json=body)


async def challenge(api: Api, tenant: str, phone: str) -> str:
    answer = await asked(api, "/phone/challenges", tenant=tenant, phone=phone)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["challenge_id"])


def code_of(stack: Stack, challenge_id: str) -> str:
    return stack.sign_in.keys.code(parse(Prefix.CHALLENGE, challenge_id))


def wrong_code_of(stack: Stack, challenge_id: str) -> str:
    return f"{(int(code_of(stack, challenge_id)) + 1) % 1_000_000:06d}"


async def shown(api: Api, challenge_id: str, code: str, path: str = "/phone/sessions") -> httpx.Response:
    return await asked(api, path, challenge_id=challenge_id, code=code, device=DEVICE)


async def me(api: Api, pair: httpx.Response) -> UUID:
    """Whose token it is, and that it is good on a route that was there before."""
    assert pair.status_code == 200, pair.text
    headers = {"Authorization": f"Bearer {pair.json()['access_token']}"}
    assert (await api.client.get("/v1/service-requests", headers=headers)).status_code == 200
    sessions = await api.client.get("/v1/sessions", headers=headers)
    assert [one["is_this"] for one in sessions.json()["data"]].count(True) == 1
    caller = api.authority.verify(pair.json()["access_token"], api_now())
    assert caller.actor.subject_id is not None
    return caller.actor.subject_id


def api_now() -> datetime:
    return datetime.now(UTC)


async def by_phone(api: Api, stack: Stack, tenant: str, phone: str) -> UUID:
    asked_for = await challenge(api, tenant, phone)
    return await me(api, await shown(api, asked_for, code_of(stack, asked_for)))


async def test_a_telephone_signs_in_and_is_the_same_person_the_next_time(api: Api, stack: Stack, tenant: str) -> None:
    phone = fresh_phone()
    first = await by_phone(api, stack, tenant, phone)
    account = await stack.sign_in.people.account(tenant, first)
    assert account is not None
    assert [grant.role for grant in account.roles] == ["customer"]
    elsewhere = f"{tenant[:30]}-b"
    assert await by_phone(api, stack, elsewhere, phone) != first, "another tenant knows nobody of this one"
