"""How are roles given and taken, and how is somebody kept from signing in?"""

from uuid import UUID

from starlette.responses import Response

from application.change_account import (
    GrantRole,
    ReinstateAccount,
    SuspendAccount,
    WithdrawRole,
    grant_role,
    reinstate_account,
    suspend_account,
    withdraw_role,
)
from application.engine import Done
from application.security_log import SecurityKind
from domain.account_terms import Grant
from domain.ids import Prefix, parse
from interfaces.http import answers
from interfaces.http.calls import Command, id_in_path
from interfaces.http.noted import note_done
from interfaces.http.routing import Routes
from interfaces.http.shapes.accounts import AccountDone, AccountSuspensionBody, RoleGrantBody, RoleWithdrawalBody

ONE = "/v1/accounts/{account_id}"
PROBLEMS = ("not_allowed", "not_found", "account_closed")

routes = Routes("Accounts")


@routes.command(f"{ONE}/role-grants", AccountDone, problems=(*PROBLEMS, "bad_grant"))
async def give_role(call: Command, account_id: str, body: RoleGrantBody) -> Response:
    """Let somebody act in a role.

    Duties in a company are given by its owner or the desk, roles of those who work for us by an admin.
    """
    grant = Grant(body.role, _company(body.provider_id), body.duty)
    command = GrantRole(call.actor, id_in_path(Prefix.USER, account_id), grant, call.at, call.expected_version)
    done = await call.run(grant_role, command)
    note_done(call.request.scope, SecurityKind.ROLE_GRANTED, body.role.value)
    return _told(done)


@routes.command(f"{ONE}/role-withdrawals", AccountDone, problems=PROBLEMS)
async def take_role(call: Command, account_id: str, body: RoleWithdrawalBody) -> Response:
    """Take a role back, and sign them out everywhere."""
    person, company = id_in_path(Prefix.USER, account_id), _company(body.provider_id)
    command = WithdrawRole(call.actor, person, body.role, company, call.at, call.expected_version)
    done = await call.run(withdraw_role, command)
    note_done(call.request.scope, SecurityKind.ROLE_WITHDRAWN, body.role.value)
    return await _signed_out(call, person, done)


@routes.command(f"{ONE}/suspension", AccountDone, problems=PROBLEMS)
async def suspend_somebody(call: Command, account_id: str, body: AccountSuspensionBody) -> Response:
    """Keep somebody from signing in, and sign them out everywhere.

    Those who work for us are suspended by an admin.
    """
    person = id_in_path(Prefix.USER, account_id)
    command = SuspendAccount(call.actor, person, body.reason, call.at, call.expected_version)
    done = await call.run(suspend_account, command)
    note_done(call.request.scope, SecurityKind.ACCOUNT_SUSPENDED, body.reason.value)
    return await _signed_out(call, person, done)


@routes.command(f"{ONE}/reinstatement", AccountDone, problems=PROBLEMS)
async def reinstate_somebody(call: Command, account_id: str) -> Response:
    """Let somebody sign in again."""
    command = ReinstateAccount(call.actor, id_in_path(Prefix.USER, account_id), call.at, call.expected_version)
    done = await call.run(reinstate_account, command)
    note_done(call.request.scope, SecurityKind.ACCOUNT_REINSTATED)
    return _told(done)


async def _signed_out(call: Command, person: UUID, done: Done) -> Response:
    """Repeated under the same key it ends what was opened since: nobody should be in by then."""
    await call.stack.identity.sessions.revoke_all(person, call.tenant, call.at)
    return _told(done)


def _told(done: Done) -> Response:
    return answers.done(done, Prefix.USER)


def _company(provider_id: str | None) -> UUID | None:
    return None if provider_id is None else parse(Prefix.PROVIDER, provider_id)
