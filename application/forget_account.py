"""How is an account ended of somebody who is forgotten, even of one who never signed in?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role
from application.know_account import account_told
from domain.account import Account
from domain.account_terms import AccountKind, ClosedFor
from domain.actor import Role

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
