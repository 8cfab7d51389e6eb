"""How do roles come and go, and how is somebody kept from signing in?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role, check_version
from application.know_account import account_told
from domain.account import Account
from domain.account_terms import OF_STAFF, AccountKind, ClosedFor, Grant, SuspendedFor
from domain.actor import DESK, Duty, Role
from domain.provider import Provider
from domain.refusal import NotAllowed

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class RegisterStaff:
    """Let somebody work for us: they have no role yet, and set up how they sign in by a link."""

    actor: Actor
    account_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class GrantRole:
    """Let somebody act in a role."""

    actor: Actor
    account_id: UUID
    grant: Grant
    at: datetime
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class WithdrawRole:
    """Take a role back."""

    actor: Actor
    account_id: UUID
    role: Role
    scope_id: UUID | None
    at: datetime
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class SuspendAccount:
    """Keep somebody from signing in."""

    actor: Actor
    account_id: UUID
    reason: SuspendedFor
    at: datetime
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class ReinstateAccount:
    """Let them sign in again."""

    actor: Actor
    account_id: UUID
    at: datetime
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class CloseAccount:
    """End an account for good."""

    actor: Actor
    account_id: UUID
    reason: ClosedFor
    at: datetime


async def register_staff(command: RegisterStaff, work: Work) -> Answer:
    """Register an account of staff. Raises NotAllowed."""
    check_role(work, command.actor, Role.ADMIN, Role.SYSTEM)
    account = Account.register(command.account_id, AccountKind.STAFF, command.at)
    work.add(account)
    return account_told(account)


async def grant_role(command: GrantRole, work: Work) -> Answer:
    """Grant a role. Raises NotAllowed, NotFound, StaleVersion, BadGrant or AccountOver."""
    _check_may_decide(command.actor, command.grant.role, command.grant.scope_id, work)
    account = await work.get(Account, command.account_id)
    check_version(account, command.expected_version)
    account.grant(command.grant, command.at)
    return account_told(account)


async def withdraw_role(command: WithdrawRole, work: Work) -> Answer:
    """Withdraw a role; whoever was one of a company's crew by this account is it no more.

    Raises NotAllowed, NotFound, StaleVersion or AccountOver.
    """
    _check_may_decide(command.actor, command.role, command.scope_id, work)
    account = await work.get(Account, command.account_id)
    check_version(account, command.expected_version)
    account.withdraw(command.role, command.scope_id, command.at)
    if command.role is Role.PROVIDER and command.scope_id is not None:
        await _leave_crew(command.scope_id, account.id, command.at, work)
    return account_told(account)


async def suspend_account(command: SuspendAccount, work: Work) -> Answer:
    """Suspend an account; whoever runs this ends its sessions next.

    Raises NotAllowed, NotFound, StaleVersion or AccountOver.
    """
    account = await _of_somebody(command.actor, command.account_id, work)
    check_version(account, command.expected_version)
    account.suspend(command.reason, command.at)
    return account_told(account)


async def reinstate_account(command: ReinstateAccount, work: Work) -> Answer:
    """Reinstate an account. Raises NotAllowed, NotFound, StaleVersion or AccountOver."""
    account = await _of_somebody(command.actor, command.account_id, work)
    check_version(account, command.expected_version)
    account.reinstate(command.at)
    return account_told(account)


async def close_account(command: CloseAccount, work: Work) -> Answer:
    """Close an account. Raises NotAllowed or NotFound."""
    account = await _of_somebody(command.actor, command.account_id, work)
    account.close(command.reason, command.at)
    return account_told(account)


async def _leave_crew(provider_id: UUID, account_id: UUID, at: datetime, work: Work) -> None:
    """Roles are given for companies of which the log knows nothing yet, so there may be none."""
    provider = await work.find(Provider, provider_id)
    crew_id = None if provider is None else provider.crew_of(account_id)
    if provider is not None and crew_id is not None:
        provider.unlink_account(crew_id, at)


def _check_may_decide(actor: Actor, role: Role, scope_id: UUID | None, work: Work) -> None:
    """Roles of staff are the admin's to give, duties in a company its owner's and the desk's."""
    if role in OF_STAFF or role is Role.CUSTOMER:
        check_role(work, actor, Role.ADMIN, Role.SYSTEM)
        return
    is_owner = actor.duty is Duty.OWNER and actor.is_provider(scope_id)
    check_role(work, actor, *DESK, Role.PROVIDER)
    if not (actor.is_desk or is_owner):
        raise NotAllowed("duties in a company are given by its owner")


async def _of_somebody(actor: Actor, account_id: UUID, work: Work) -> Account:
    """The desk looks after customers and crews, an admin after those who work for us as well."""
    check_role(work, actor, *DESK)
    account = await work.get(Account, account_id)
    if account.kind is AccountKind.STAFF:
        check_role(work, actor, Role.ADMIN, Role.SYSTEM)
    return account
