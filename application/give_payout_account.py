"""How does a provider say to which bank account it is paid, and how is that looked at again?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid5

from application.guards import check_role, check_version, hidden
from application.payout_answers import account_told
from domain.actor import BOOKKEEPERS, Role
from domain.payout_account import PayoutAccount, payout_account_id
from domain.provider import Provider
from domain.refusal import NotFound

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class GivePayoutAccount:
    """Pay a provider to the account that is in the personal store under ``record_id``; told beside the command."""

    actor: Actor
    provider_id: UUID
    record_id: UUID
    at: datetime
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class CheckPayoutAccount:
    """Ask the bank once more whether the account is there."""

    actor: Actor
    provider_id: UUID
    at: datetime
    expected_version: int | None = None


async def give_payout_account(command: GivePayoutAccount, work: Work) -> Answer:
    """Note the account and have it checked; another one than before is paid to after a day at the earliest.

    Raises NotAllowed, NotFound or StaleVersion.
    """
    check_role(work, command.actor, Role.PROVIDER, *BOOKKEEPERS)
    _check_sees(command.actor, command.provider_id)
    await work.get(Provider, command.provider_id)
    operation_id = uuid5(work.context.command_id, "check_account")
    try:
        account = await work.get(PayoutAccount, payout_account_id(command.provider_id))
    except NotFound:
        account = PayoutAccount.give(command.provider_id, command.record_id, operation_id, command.at)
        work.add(account)
    else:
        check_version(account, command.expected_version)
        account.change(command.record_id, operation_id, command.at)
    return account_told(account)


async def check_payout_account(command: CheckPayoutAccount, work: Work) -> Answer:
    """Have the bank asked again; while it is asked that is no news. Raises NotAllowed, NotFound or StaleVersion."""
    check_role(work, command.actor, Role.PROVIDER, *BOOKKEEPERS)
    _check_sees(command.actor, command.provider_id)
    account = await work.get(PayoutAccount, payout_account_id(command.provider_id))
    check_version(account, command.expected_version)
    account.check(uuid5(work.context.command_id, "check_account"), command.at)
    return account_told(account)


def _check_sees(actor: Actor, provider_id: UUID) -> None:
    if not (actor.role in BOOKKEEPERS or actor.is_provider(provider_id)):
        raise hidden("Provider", provider_id)
