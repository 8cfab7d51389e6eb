"""Do people sign in by what is theirs, and does nobody learn by trying who is known to us?"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest

from domain.ids import Prefix, new_id, parse, show
from infra.bootstrap import Stack
from infra.identity.challenge import ProofRefused, Purpose, TooManyAsked
from infra.identity.people import Wanted
from infra.identity.postgres_proofs import PostgresProofs
from infra.identity.sign_in import Device, SignIn
from interfaces.http.app import OPEN_PATHS
from tests.support.api import Api

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
PASSWORD = "a tow rope and a map"
DEVICE = "6f1c9a52-3f0e-4f6b-9d51-1f6f8f2f7a10"
_numbers = itertools.count(9_845_000_000)


class Counted(PostgresProofs):
    """The real tables, noting what each of them is asked."""

    def __init__(self, real: PostgresProofs, asked_of: list[str]) -> None:
        self._real = real
        self._asked_of = asked_of

    def __getattribute__(self, name: str) -> Callable[..., Awaitable[object]]:
        mine = super().__getattribute__
        if name.startswith("_"):
            return mine(name)  # type: ignore[no-any-return]  # what object itself is asked
        mine("_asked_of").append(name)
        return getattr(mine("_real"), name)  # type: ignore[no-any-return]  # a method of the real ones


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


async def test_a_code_is_good_once_whoever_is_first(api: Api, stack: Stack, tenant: str) -> None:
    asked_for = await challenge(api, tenant, fresh_phone())
    code = code_of(stack, asked_for)
    told = await asyncio.gather(*(shown(api, asked_for, code) for _ in range(20)))
    assert sorted(one.status_code for one in told) == [200] + [401] * 19
    assert {one.json()["code"] for one in told if one.status_code == 401} == {"proof_refused"}


async def test_guessing_ends_after_five_tries_even_for_the_right_code(api: Api, stack: Stack, tenant: str) -> None:
    asked_for = await challenge(api, tenant, fresh_phone())
    wrong = wrong_code_of(stack, asked_for)
    told = await asyncio.gather(*(shown(api, asked_for, wrong) for _ in range(12)))
    told.append(await shown(api, asked_for, code_of(stack, asked_for)))
    assert {one.status_code for one in told} == {401}
    never = show(Prefix.CHALLENGE, new_id(api_now()))
    told.append(await shown(api, never, "000000"))
    bodies = [{**one.json(), "trace_id": ""} for one in told]
    assert all(body == bodies[0] for body in bodies), "wrong, spent and never asked are told in the same words"


async def test_another_code_has_to_wait_and_the_answer_says_how_long(api: Api, tenant: str) -> None:
    phone = fresh_phone()
    await challenge(api, tenant, phone)
    told = await asyncio.gather(*(asked(api, "/phone/challenges", tenant=tenant, phone=phone) for _ in range(5)))
    assert {one.status_code for one in told} == {429}
    assert told[0].json()["code"] == "too_many_codes"
    assert 0 < int(told[0].headers["Retry-After"]) <= 30


async def test_who_is_known_and_who_is_not_are_answered_alike(api: Api, stack: Stack, tenant: str) -> None:
    known, unknown = fresh_email(), fresh_email()
    registered = await asked(api, "/email/registrations", tenant=tenant, email=known, password=PASSWORD)
    challenge_id = registered.json()["challenge_id"]
    await me(api, await shown(api, challenge_id, code_of(stack, challenge_id), "/email/verification"))
    right = await asked(api, "/email/sessions", tenant=tenant, email=known.upper(), password=PASSWORD)
    assert (right.status_code, right.json()["second_factor"]) == (200, None)

    wrong = [
        await asked(api, "/email/sessions", tenant=tenant, email=email, password="not the one at all")
        for email in (known, unknown)
    ]
    assert [one.status_code for one in wrong] == [401, 401]
    assert {**wrong[0].json(), "trace_id": ""} == {**wrong[1].json(), "trace_id": ""}
    links = [await asked(api, "/email/magic-links", tenant=tenant, email=email) for email in (fresh_email(), unknown)]
    assert [one.status_code for one in links] == [202, 202]
    assert [sorted(one.json()) for one in links] == [["challenge_id", "expires_at", "resend_after_s"]] * 2


async def test_known_and_unknown_cost_the_same_questions_and_hashes(stack: Stack, tenant: str) -> None:
    sign_in, device, at = stack.sign_in, Device(address="192.0.2.1"), api_now()
    known = fresh_email()
    begun = await sign_in.register(tenant, known, PASSWORD, device, at)
    code = sign_in.keys.code(begun.challenge_id)
    await sign_in.by_code(begun.challenge_id, code, Purpose.REGISTER, device, Wanted(), at)
    asked_of: list[str] = []
    counted = Counted(stack.sign_in.proofs, asked_of)
    watched = SignIn(counted, sign_in.keys, sign_in.passwords, sign_in.people, stack.identity.sessions, stack.settings)
    costs = []
    for email in (known, fresh_email()):
        asked_of.clear()
        hashed = sign_in.passwords.hashed
        with pytest.raises(ProofRefused):
            await watched.by_password(tenant, email, "not the one at all", device, Wanted(), at)
        costs.append((tuple(asked_of), sign_in.passwords.hashed - hashed))
    assert costs[0] == costs[1] == (("note_try", "password_of"), 1)


async def test_a_registration_of_somebody_known_changes_nothing(api: Api, stack: Stack, tenant: str) -> None:
    email = fresh_email()
    first = (await asked(api, "/email/registrations", tenant=tenant, email=email, password=PASSWORD)).json()
    await me(api, await shown(api, first["challenge_id"], code_of(stack, first["challenge_id"]), "/email/verification"))
    at = api_now() + timedelta(seconds=60)
    begun = await stack.sign_in.register(tenant, email, "somebody else's wish", Device(), at)
    code = stack.sign_in.keys.code(begun.challenge_id)
    with pytest.raises(ProofRefused):
        await stack.sign_in.by_code(begun.challenge_id, code, Purpose.REGISTER, Device(), Wanted(), at)
    still = await asked(api, "/email/sessions", tenant=tenant, email=email, password=PASSWORD)
    assert still.status_code == 200


async def test_wrong_passwords_come_to_an_end_for_known_and_unknown(stack: Stack, tenant: str) -> None:
    at = api_now()
    for email in (fresh_email(), fresh_email()):
        for _ in range(stack.settings.passwords_per_handle):
            with pytest.raises(ProofRefused):
                await stack.sign_in.by_password(tenant, email, "wrong enough", Device(address=email), Wanted(), at)
        with pytest.raises(TooManyAsked):
            await stack.sign_in.by_password(tenant, email, "wrong enough", Device(address=email), Wanted(), at)
        later = at + timedelta(minutes=16)
        with pytest.raises(ProofRefused):
            await stack.sign_in.by_password(tenant, email, "wrong enough", Device(address=email), Wanted(), later)


async def test_a_link_signs_in_once_and_not_when_it_is_old(api: Api, stack: Stack, tenant: str) -> None:
    email = fresh_email()
    begun = (await asked(api, "/email/magic-links", tenant=tenant, email=email)).json()
    link = stack.sign_in.keys.link(parse(Prefix.CHALLENGE, begun["challenge_id"]))
    told = await asyncio.gather(*(asked(api, "/email/link-sessions", link=link) for _ in range(5)))
    assert sorted(one.status_code for one in told) == [200, 401, 401, 401, 401]
    at = api_now() + timedelta(seconds=60)
    old = await stack.sign_in.ask_link(tenant, email, Device(), at)
    late = at + timedelta(minutes=15)
    with pytest.raises(ProofRefused):
        await stack.sign_in.by_link(stack.sign_in.keys.link(old.challenge_id), Device(), Wanted(), late)
    code = stack.sign_in.keys.code(parse(Prefix.CHALLENGE, begun["challenge_id"]))
    assert (await shown(api, begun["challenge_id"], code)).status_code == 401, "a link's challenge has no code"


@pytest.mark.parametrize(
    "path", sorted(path.removeprefix("/v1/auth") for path in OPEN_PATHS if path.startswith("/v1/auth"))
)
async def test_what_makes_no_sense_is_told_and_lets_nobody_in(api: Api, path: str) -> None:
    for body in (b"", b"null", b"[]", b"{}", b'{"phone": 1}', b'{"email": "a@b", "password": ""}', b"{"):
        answer = await api.client.post(f"/v1/auth{path}", content=body, headers={"content-type": "application/json"})
        assert answer.status_code in {400, 422}, answer.text
        assert answer.json()["code"] in {"malformed_request", "validation_failed"}
