"""How is a payout asked for, or stopped before anybody was asked?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid5

from application.guards import check_role, check_version
from application.payout_answers import payout_told
from domain.actor import BOOKKEEPERS, Role
from domain.earning import Earning
from domain.earning_rules import RIGHT_AWAY
from domain.payout import Payout
from domain.payout_account import PayoutAccount

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class RequestPayout:
    """Have a payout paid by the gateway."""

    actor: Actor
    payout_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawPayout:
    """Do not pay it after all."""

    actor: Actor
    payout_id: UUID
    at: datetime
    expected_version: int | None = None


def operation_of(payout_id: UUID) -> UUID:
    """The operation under which the gateway is asked for a payout: there is never another one."""
    return uuid5(payout_id, "pay_out")


async def request_payout(command: RequestPayout, work: Work) -> Answer:
    """Mean it: the worker carries it out. Twice changes nothing.

    Raises NotAllowed, NotFound, OutOfTurn, or AccountNotVerified or AccountOnHold when the account changed meanwhile.
    """
    check_role(work, command.actor, Role.SYSTEM, Role.ADMIN)
    payout = await work.get(Payout, command.payout_id)
    account = await work.get(PayoutAccount, payout.account_id)
    if payout.operation_id is None:
        payout.request(operation_of(payout.id), account.account_to_pay(command.at), command.at)
    return payout_told(payout)


async def withdraw_payout(command: WithdrawPayout, work: Work) -> Answer:
    """Let its amount wait again; twice changes nothing. Raises NotAllowed, NotFound, StaleVersion or OutOfTurn."""
    check_role(work, command.actor, *BOOKKEEPERS)
    payout = await work.get(Payout, command.payout_id)
    check_version(payout, command.expected_version)
    if payout.withdraw(command.at):
        restore(work, payout, command.at)
    return payout_told(payout)


def restore(work: Work, payout: Payout, at: datetime) -> None:
    """Owe a provider again, at once, what a payout did not bring; within the save that ends it, which happens once."""
    whose = payout.provider_id, payout.id
    work.add(Earning.accrue(*whose, payout.amount_minor, payout.currency, RIGHT_AWAY, at))
