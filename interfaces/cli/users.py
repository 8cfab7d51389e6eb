"""How does an operator create those who work for us, and decide who may act as what?"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from application.change_account import (
    GrantRole,
    RegisterStaff,
    ReinstateAccount,
    SuspendAccount,
    WithdrawRole,
    grant_role,
    register_staff,
    reinstate_account,
    suspend_account,
    withdraw_role,
)
from application.engine import Answer, Work
from application.security_log import SecurityKind
from domain.account_terms import AccountKind, Grant, HandleKind, SuspendedFor
from domain.actor import Actor, Duty, Role
from domain.ids import Prefix, new_id, parse, show
from domain.refusal import BadInput
from infra.bootstrap import Stack, build
from infra.database_url import app_dsn
from infra.identity.people import SIGN_IN
from infra.identity.staff_sign_in import StaffSignIn
from infra.queries.pool import reader_pool
from infra.queries.view import MOST_ROWS, ReadModelView
from infra.settings import load_settings
from projections.accounts import AccountRow, accounts

app = typer.Typer(help="Look after accounts: who there is, and who may act as what.", no_args_is_help=True)

T = TypeVar("T")

Tenant = Annotated[str, typer.Argument(help="Whose people: the tenant's name.")]
AccountId = Annotated[str, typer.Argument(help="usr_..., as the API shows it.")]
Company = Annotated[str, typer.Option(help="prv_...: in which company, for its people.")]


@app.command()
def create(
    tenant: Tenant,
    email: Annotated[str, typer.Argument(help="By what they sign in.")],
    role: Annotated[Role, typer.Option(help="What they may act as.")] = Role.ADMIN,
) -> None:
    """Register somebody who works for us, and print the link by which they choose a password; there is no default."""

    async def make(stack: Stack, at: datetime) -> dict[str, object]:
        address = email.strip().lower()
        index = stack.sign_in.keys.blind_index(tenant, HandleKind.EMAIL, address)
        if await stack.sign_in.proofs.whose(tenant, HandleKind.EMAIL, index) is not None:
            raise BadInput("somebody is known by this address already: see `vehicaid users list`")
        account_id, actor = new_id(at), _actor(tenant)
        grant = Grant(role).checked(AccountKind.STAFF)
        await _order(stack, tenant, lambda work: register_staff(RegisterStaff(actor, account_id, at), work), at)
        await stack.sign_in.proofs.claim(tenant, HandleKind.EMAIL, index, account_id, at)
        people = stack.sign_in.people
        await people.know(account_id, tenant, HandleKind.EMAIL, address, new_id(at), at, as_what=AccountKind.STAFF)
        await _order(stack, tenant, lambda work: grant_role(GrantRole(actor, account_id, grant, at), work), at)
        _note(stack, SecurityKind.ACCOUNT_CREATED, tenant, account_id, at, role.value)
        return await _link_told(stack, account_id, tenant, at)

    _tell(_with_stack(make))


@app.command()
def reset(tenant: Tenant, account_id: AccountId) -> None:
    """Sign somebody who works for us out everywhere, and print a link for another password and second factor."""

    async def begin(stack: Stack, at: datetime) -> dict[str, object]:
        person = parse(Prefix.USER, account_id)
        account = await stack.sign_in.people.account(tenant, person)
        if account is None or account.kind is not AccountKind.STAFF:
            raise BadInput("nobody who works for us has this account; customers ask for a code or a link")
        account.check_open()
        await stack.sign_in.proofs.drop_credentials(tenant, person)
        await stack.identity.sessions.revoke_all(person, tenant, at)
        _note(stack, SecurityKind.CREDENTIALS_SET, tenant, person, at, "reset")
        return await _link_told(stack, person, tenant, at)

    _tell(_with_stack(begin))


@app.command("list")
def list_accounts(
    tenant: Tenant, *, staff: Annotated[bool, typer.Option(help="Only those who work for us.")] = False
) -> None:
    """Name accounts, their roles and how they stand, the newest first; who they are is in no table."""

    async def read() -> list[AccountRow]:
        async with reader_pool(app_dsn(load_settings(), "vehicaid-users"), most=1) as pool:
            view = ReadModelView(pool, accounts, "registered_at")
            return await view.page(tenant, {"kind": "staff" if staff else None}, None, MOST_ROWS)

    for row in asyncio.run(read()):
        shown = {"kind": row.kind, "state": row.state, "roles": list(row.roles), "handles": list(row.handles)}
        _tell({"id": show(Prefix.USER, row.account_id), **shown})


@app.command()
def grant(
    tenant: Tenant,
    account_id: AccountId,
    role: Role,
    company: Company = "",
    duty: Annotated[Duty | None, typer.Option(help="What they do in the company.")] = None,
) -> None:
    """Let somebody act in a role."""
    person, scope = parse(Prefix.USER, account_id), _scope(company)

    async def run(stack: Stack, at: datetime) -> Answer:
        command = GrantRole(_actor(tenant), person, Grant(role, scope, duty), at)
        done = await _order(stack, tenant, lambda work: grant_role(command, work), at)
        _note(stack, SecurityKind.ROLE_GRANTED, tenant, person, at, role.value)
        return done

    _tell(_with_stack(run))


@app.command()
def withdraw(tenant: Tenant, account_id: AccountId, role: Role, company: Company = "") -> None:
    """Take a role back, and sign them out everywhere."""
    person, scope = parse(Prefix.USER, account_id), _scope(company)

    async def run(stack: Stack, at: datetime) -> Answer:
        command = WithdrawRole(_actor(tenant), person, role, scope, at)
        done = await _order(stack, tenant, lambda work: withdraw_role(command, work), at)
        _note(stack, SecurityKind.ROLE_WITHDRAWN, tenant, person, at, role.value)
        return done | {"sessions_ended": await stack.identity.sessions.revoke_all(person, tenant, at)}

    _tell(_with_stack(run))


@app.command()
def suspend(tenant: Tenant, account_id: AccountId, reason: SuspendedFor) -> None:
    """Keep somebody from signing in, and sign them out everywhere."""
    person = parse(Prefix.USER, account_id)

    async def run(stack: Stack, at: datetime) -> Answer:
        command = SuspendAccount(_actor(tenant), person, reason, at)
        done = await _order(stack, tenant, lambda work: suspend_account(command, work), at)
        _note(stack, SecurityKind.ACCOUNT_SUSPENDED, tenant, person, at, reason.value)
        return done | {"sessions_ended": await stack.identity.sessions.revoke_all(person, tenant, at)}

    _tell(_with_stack(run))


@app.command()
def reinstate(tenant: Tenant, account_id: AccountId) -> None:
    """Let them sign in again."""
    person = parse(Prefix.USER, account_id)

    async def run(stack: Stack, at: datetime) -> Answer:
        command = ReinstateAccount(_actor(tenant), person, at)
        done = await _order(stack, tenant, lambda work: reinstate_account(command, work), at)
        _note(stack, SecurityKind.ACCOUNT_REINSTATED, tenant, person, at)
        return done

    _tell(_with_stack(run))


def _actor(tenant: str) -> Actor:
    """Whoever sits at this terminal holds the deployment's own keys."""
    return Actor.system(SIGN_IN, tenant)


def _note(stack: Stack, kind: SecurityKind, tenant: str, person: UUID, at: datetime, detail: str = "") -> None:
    """Tell the security log too: it is where an auditor looks for who may act as whom."""
    told = show(Prefix.USER, person)
    stack.security.note(kind, tenant=tenant, at=at, actor=_actor(tenant).text, object_id=told, detail=detail)


def _scope(company: str) -> UUID | None:
    return parse(Prefix.PROVIDER, company) if company else None


async def _order(stack: Stack, tenant: str, decide: Callable[[Work], Awaitable[Answer]], at: datetime) -> Answer:
    told = await stack.sign_in.people.order(tenant, f"users/{new_id(at).hex}", decide, at)
    return {**told, "id": show(Prefix.USER, UUID(hex=str(told["id"])))}


async def _link_told(stack: Stack, account_id: UUID, tenant: str, at: datetime) -> dict[str, object]:
    link = await StaffSignIn(stack.sign_in).begin_set_up(account_id, tenant, "", at)
    return {
        "id": show(Prefix.USER, account_id),
        "link": link,
        "hours": stack.settings.setup_lives_s / 3_600,
        "hand_it_to": "POST /v1/auth/set-ups",
    }


def _tell(told: object) -> None:
    typer.echo(json.dumps(told))


def _with_stack(use: Callable[[Stack, datetime], Awaitable[T]]) -> T:
    async def run() -> T:
        stack = await build(load_settings(), "vehicaid-users")
        try:
            return await use(stack, datetime.now(UTC))
        finally:
            await stack.close()

    return asyncio.run(run())
