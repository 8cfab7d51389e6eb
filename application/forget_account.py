"""What is left in the log of somebody who is forgotten: an account that ends, a company that says so?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import provider_told
from application.guards import check_role
from application.know_account import account_told
from domain.account import Account
from domain.account_terms import AccountKind, ClosedFor
from domain.actor import Role
from domain.provider import Provider

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class ForgetAccount:
    """Leave word in the log that somebody was erased, and let nobody act as them again."""

    actor: Actor
    account_id: UUID
    at: datetime


async def forget_account(command: ForgetAccount, work: Work) -> Answer:
    """For the erasure itself. Whoever only telephoned gets an account that ends as it begins. Raises NotAllowed."""
    check_role(work, command.actor, Role.SYSTEM)
    account = await work.find(Account, command.account_id)
    if account is None:
        account = Account.register(command.account_id, AccountKind.CUSTOMER, command.at)
        work.add(account)
    account.close(ClosedFor.ERASED, command.at)
    return account_told(account)


@dataclass(frozen=True, slots=True)
class ForgetCompany:
    """Leave word in the log that a company was erased."""

    actor: Actor
    provider_id: UUID
    at: datetime


async def forget_company(command: ForgetCompany, work: Work) -> Answer:
    """For the erasure itself; where there is no such company nothing is left to say. Raises NotAllowed."""
    check_role(work, command.actor, Role.SYSTEM)
    company = await work.find(Provider, command.provider_id)
    if company is None:
        return {}
    company.forget(command.at)
    return provider_told(company)
