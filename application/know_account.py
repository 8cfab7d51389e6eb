"""How does somebody become known to us, or show that one more handle is theirs?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.account import Account

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.account_terms import AccountKind, HandleKind


@dataclass(frozen=True, slots=True)
class KnowAccount:
    """Register an account where there is none, and note a handle that was shown to be its person's."""

    account_id: UUID
    kind: AccountKind
    handle: HandleKind
    record_id: UUID
    at: datetime


async def know_account(command: KnowAccount, work: Work) -> Answer:
    """For our own sign-in, after the proof. Raises AccountOver."""
    account = await work.find(Account, command.account_id)
    if account is None:
        account = Account.register(command.account_id, command.kind, command.at)
        work.add(account)
    account.verify_handle(command.handle, command.record_id, command.at)
    return account_told(account)


def account_told(account: Account) -> Answer:
    """What a command about an account answers."""
    state = "closed" if account.closed_for else "suspended" if account.suspended_for else "open"
    return {
        "id": account.id.hex,
        "kind": account.kind.value,
        "state": state,
        "roles": [grant.role.value for grant in account.roles],
        "version": account.version,
    }
