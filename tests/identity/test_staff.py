"""Do those who work for us begin by a command, sign in with two factors, and stop when somebody says so?"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import anyio.to_thread
import pytest
from typer.testing import CliRunner

from domain.account_terms import AccountSuspended
from domain.actor import Role
from domain.ids import Prefix, new_id, parse
from domain.refusal import NotAllowed
from infra.bootstrap import Stack, build
from infra.identity import totp
from infra.identity.challenge import ProofRefused, Purpose
from infra.identity.passwords import WeakPassword
from infra.identity.people import Wanted
from infra.identity.sessions import Pair, SessionOver
from infra.identity.sign_in import Begun, Device
from infra.identity.staff_sign_in import Enrolled, StaffSignIn
from interfaces.cli import users
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
EMAIL = "desk.lead@example.org"
PASSWORD = "two ropes and a torch"
HERE = Device("6f1c9a52", "Firefox on Linux", "192.0.2.7")


@pytest.fixture(scope="module")
async def stack(shared_database: Database) -> AsyncIterator[Stack]:
    stack = await build(shared_database.settings, "vehicaid-test")
    yield stack
    await stack.close()


@pytest.fixture(autouse=True)
def here(shared_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users, "load_settings", lambda: shared_database.settings)


@pytest.fixture
def tenant() -> str:
    return f"city-{new_id(now()).hex}"


def now() -> datetime:
    return datetime.now(UTC)


async def command(*words: str) -> dict[str, object]:
    """What `vehicaid users` prints."""
    done = await anyio.to_thread.run_sync(lambda: CliRunner().invoke(users.app, list(words), catch_exceptions=False))
    assert done.exit_code == 0, done.output
    told: dict[str, object] = json.loads(done.output.splitlines()[-1])
    return told


async def enrolled(stack: Stack, tenant: str, role: str = "admin") -> Enrolled:
    made = await command("create", tenant, EMAIL, "--role", role)
    return await StaffSignIn(stack.sign_in).set_up(str(made["link"]), PASSWORD, now())


async def begun(stack: Stack, tenant: str, at: datetime, wanted: Wanted | None = None) -> UUID:
    asked = await stack.sign_in.by_password(tenant, EMAIL, PASSWORD, HERE, wanted or Wanted(), at)
    assert isinstance(asked, Begun), "a password alone lets nobody in who works for us"
    return asked.challenge_id


def shown_by(one: Enrolled, at: datetime) -> str:
    return totp.code_at(base64.b32decode(one.secret), totp.step_of(at))


async def entered(stack: Stack, tenant: str, code: str, at: datetime) -> Pair:
    return await StaffSignIn(stack.sign_in).by_second_factor(await begun(stack, tenant, at), code, HERE, at)


async def test_the_first_admin_comes_by_command_and_signs_in_with_two_factors(stack: Stack, tenant: str) -> None:
    made = await command("create", tenant, EMAIL)
    staff, at = StaffSignIn(stack.sign_in), now()
    with pytest.raises(WeakPassword):
        await staff.set_up(str(made["link"]), "too short", at)
    one = await staff.set_up(str(made["link"]), PASSWORD, at)
    with pytest.raises(ProofRefused):
        await staff.set_up(str(made["link"]), PASSWORD, at)
    pair = await entered(stack, tenant, shown_by(one, at), at)
    caller = stack.identity.authority.verify(pair.access_token, at)
    assert (caller.actor.role, caller.actor.subject_id) == (Role.ADMIN, parse(Prefix.USER, str(made["id"])))
    (session,) = await stack.identity.sessions.living(caller.actor, at)
    assert session.amr == ("pwd", "otp", "mfa")


async def test_a_code_of_the_authenticator_lets_one_in_however_many_show_it(stack: Stack, tenant: str) -> None:
    one, at = await enrolled(stack, tenant), now()
    asked = [await begun(stack, tenant, at) for _ in range(6)]
    staff, code = StaffSignIn(stack.sign_in), shown_by(one, at)
    told = await asyncio.gather(
        *(staff.by_second_factor(each, code, HERE, at) for each in asked), return_exceptions=True
    )
    assert [type(each) for each in told].count(Pair) == 1
    assert [type(each) for each in told].count(ProofRefused) == 5
    await entered(stack, tenant, shown_by(one, at + timedelta(seconds=30)), at + timedelta(seconds=30))


async def test_a_recovery_code_is_good_once_and_guesses_come_to_an_end(stack: Stack, tenant: str) -> None:
    one, at = await enrolled(stack, tenant), now()
    await entered(stack, tenant, one.recovery_codes[0].upper(), at)
    with pytest.raises(ProofRefused):
        await entered(stack, tenant, one.recovery_codes[0], at)
    await entered(stack, tenant, one.recovery_codes[1].replace("-", ""), at)
    asked, staff = await begun(stack, tenant, at), StaffSignIn(stack.sign_in)
    wrong = f"{(int(shown_by(one, at)) + 1) % 1_000_000:06d}"
    for code in (*[wrong] * 5, shown_by(one, at)):
        with pytest.raises(ProofRefused):
            await staff.by_second_factor(asked, code, HERE, at)


async def test_nobody_who_works_for_us_signs_in_by_a_link_alone(stack: Stack, tenant: str) -> None:
    await enrolled(stack, tenant)
    asked = await stack.sign_in.ask_link(tenant, EMAIL, HERE, now())
    with pytest.raises(ProofRefused):
        await stack.sign_in.by_link(stack.sign_in.keys.link(asked.challenge_id), HERE, Wanted(), now())


async def test_who_is_suspended_is_signed_out_and_kept_out_until_reinstated(stack: Stack, tenant: str) -> None:
    one, at = await enrolled(stack, tenant), now()
    pair = await entered(stack, tenant, shown_by(one, at), at)
    account_id = f"usr_{one.account_id.hex}"
    done = await command("suspend", tenant, account_id, "taken_over")
    assert (done["state"], done["sessions_ended"]) == ("suspended", 1)
    with pytest.raises(SessionOver):
        await stack.identity.sessions.refresh(pair.refresh_token, device=HERE.name, at=now())
    with pytest.raises(AccountSuspended):
        await begun(stack, tenant, now())
    assert (await command("reinstate", tenant, account_id))["state"] == "open"
    await begun(stack, tenant, now())


async def test_roles_come_and_go_and_nobody_acts_as_what_they_are_not(stack: Stack, tenant: str) -> None:
    one = await enrolled(stack, tenant, "dispatcher")
    account_id = f"usr_{one.account_id.hex}"
    with pytest.raises(NotAllowed):
        await begun(stack, tenant, now(), Wanted(Role.ADMIN))
    assert (await command("grant", tenant, account_id, "auditor"))["roles"] == ["dispatcher", "auditor"]
    await begun(stack, tenant, now(), Wanted(Role.AUDITOR))
    assert (await command("withdraw", tenant, account_id, "auditor"))["roles"] == ["dispatcher"]
    with pytest.raises(NotAllowed):
        await begun(stack, tenant, now(), Wanted(Role.AUDITOR))


async def test_a_reset_takes_password_and_second_factor_away(stack: Stack, tenant: str) -> None:
    one, at = await enrolled(stack, tenant), now()
    await entered(stack, tenant, shown_by(one, at), at)
    made = await command("reset", tenant, f"usr_{one.account_id.hex}")
    with pytest.raises(ProofRefused):
        await begun(stack, tenant, at)
    again = await StaffSignIn(stack.sign_in).set_up(str(made["link"]), PASSWORD, at)
    assert again.secret != one.secret
    await entered(stack, tenant, shown_by(again, at), at)


async def test_a_driver_acts_for_the_company_and_stays_who_they_are(stack: Stack, tenant: str) -> None:
    at = now()
    asked = await stack.sign_in.ask_phone(tenant, "+919845077001", HERE, at)
    code = stack.sign_in.keys.code(asked.challenge_id)
    pair = await stack.sign_in.by_code(asked.challenge_id, code, Purpose.SIGN_IN, HERE, Wanted(), at)
    person = stack.identity.authority.verify(pair.access_token, at).actor.subject_id
    assert person is not None
    company = new_id(at)
    await command(
        "grant", tenant, f"usr_{person.hex}", "provider", "--company", f"prv_{company.hex}", "--duty", "driver"
    )
    later = at + timedelta(minutes=1)
    asked = await stack.sign_in.ask_phone(tenant, "+919845077001", HERE, later)
    code = stack.sign_in.keys.code(asked.challenge_id)
    wanted = Wanted(Role.PROVIDER, company)
    pair = await stack.sign_in.by_code(asked.challenge_id, code, Purpose.SIGN_IN, HERE, wanted, later)
    actor = stack.identity.authority.verify(pair.access_token, later).actor
    assert (actor.subject_id, actor.person_id, actor.duty) == (company, person, "driver")
    assert (await command("suspend", tenant, f"usr_{person.hex}", "abuse"))["sessions_ended"] == 2
