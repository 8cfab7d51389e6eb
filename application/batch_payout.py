"""How does what a provider has earned become a payout, among those of a day?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid5

from application.cash_in_hand import set_cash_off
from application.decide_earning_rules import earning_rules_of
from application.guards import check_role
from application.paying_reserve import reserve_for
from application.payout_answers import payout_told
from domain.actor import Role
from domain.earning import Earning
from domain.earnings_terms import MOST_IN_A_PAYOUT, NothingToPay, earning_id
from domain.payout import Payout
from domain.payout_account import PayoutAccount, payout_account_id
from domain.payout_batch import PayoutBatch, batch_id
from domain.payout_terms import AccountNotVerified
from domain.refusal import NotFound

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.reserve import Reserve


@dataclass(frozen=True, slots=True)
class BatchPayout:
    """Pay a provider these earnings on a day: one payout a day, whoever orders it how often."""

    actor: Actor
    provider_id: UUID
    currency: str
    earnings: tuple[UUID, ...]
    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class FinishBatch:
    """None of the day's payouts is on its way any more."""

    actor: Actor
    currency: str
    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class CloseBatch:
    """Every provider was looked at on that day."""

    actor: Actor
    currency: str
    day: date
    at: datetime


def payout_id_of(batch: UUID, provider_id: UUID) -> UUID:
    """The payout of a provider in a batch: there is one."""
    return uuid5(batch, f"payout/{provider_id}")


async def batch_payout(command: BatchPayout, work: Work) -> Answer:
    """Put the earnings into a payout, all in one save; twice changes nothing.

    Who orders it proposes which, from what it has seen; each says itself whether it may be paid. Raises NotAllowed,
    NotFound, NotPayable, NothingToPay, AccountNotVerified, AccountOnHold, or OutOfTurn once the day is closed.
    """
    check_role(work, command.actor, Role.SYSTEM, Role.ADMIN)
    batch = await _batch(work, command)
    payout_id = payout_id_of(batch.id, command.provider_id)
    if payout_id in batch.payouts:
        return payout_told(await work.get(Payout, payout_id))
    account = await _account(work, command.provider_id)
    account.account_to_pay(command.at)
    amount = await _taken_along(work, command, payout_id)
    payout = Payout.batch(
        payout_id,
        provider_id=command.provider_id,
        batch_id=batch.id,
        account_id=account.id,
        amount_minor=amount,
        currency=command.currency,
        at=command.at,
    )
    batch.add(payout_id, command.provider_id, amount, command.at)
    work.add(payout)
    return payout_told(payout)


async def close_batch(command: CloseBatch, work: Work) -> Answer:
    """Note that the day's payouts are complete; twice changes nothing. Raises NotAllowed or NotFound."""
    check_role(work, command.actor, Role.SYSTEM, Role.ADMIN)
    batch = await work.get(PayoutBatch, batch_id(work.context.tenant, command.day, command.currency))
    batch.close(command.at)
    return _told(batch)


async def finish_batch(command: FinishBatch, work: Work) -> Answer:
    """Note what became of the day's payouts, each of which says itself how far it is; twice changes nothing.

    Raises NotAllowed, NotFound, or OutOfTurn while one of them is on its way.
    """
    check_role(work, command.actor, Role.SYSTEM, Role.ADMIN)
    batch = await work.get(PayoutBatch, batch_id(work.context.tenant, command.day, command.currency))
    if not batch.is_finished:
        batch.finish({one: (await work.get(Payout, one)).state for one in batch.payouts}, command.at)
    return _told(batch)


def _told(batch: PayoutBatch) -> Answer:
    return {
        "id": batch.id.hex,
        "version": batch.version,
        "state": batch.state,
        "payouts": len(batch.payouts),
        "amount_minor": batch.amount_minor,
        "currency": batch.currency,
    }


async def _taken_along(work: Work, command: BatchPayout, payout_id: UUID) -> int:
    """The earnings' sum, less what is kept back of it."""
    rules = await earning_rules_of(work, command.at)
    whose = command.provider_id, command.currency
    reserve = await reserve_for(work, *whose, command.at)
    total, causes = 0, []
    for earning in await _chosen(work, command, reserve):
        total += earning.batch(payout_id, *whose, command.at)
        causes.append(earning.cause_id)
    if total < rules.least_minor:
        raise NothingToPay(payable_minor=total, least_minor=rules.least_minor)
    await set_cash_off(work, *whose, payout_id, causes, command.at)
    reserve.set_off(payout_id, tuple(causes), command.at)
    amount = total - reserve.keep(payout_id, total, rules, command.at)
    if amount < rules.least_minor:
        raise NothingToPay(payable_minor=amount, least_minor=rules.least_minor)
    return amount


async def _chosen(work: Work, command: BatchPayout, reserve: Reserve) -> list[Earning]:
    """What is owed for lost disputes first, whoever proposed it or not: the reserve knows all of it.

    What finance holds of that waits; what was proposed and is held is refused.
    """
    owed = [await work.get(Earning, earning_id(each)) for each in sorted(reserve.owed)]
    first = [earning for earning in owed if earning.held is None]
    room = max(0, MOST_IN_A_PAYOUT - len(first))
    others = sorted(set(command.earnings) - {earning.id for earning in first})[:room]
    return first + [await work.get(Earning, each) for each in others]


async def _batch(work: Work, command: BatchPayout) -> PayoutBatch:
    tenant = work.context.tenant
    try:
        return await work.get(PayoutBatch, batch_id(tenant, command.day, command.currency))
    except NotFound:
        batch = PayoutBatch.open(tenant, command.day, command.currency, command.at)
        work.add(batch)
        return batch


async def _account(work: Work, provider_id: UUID) -> PayoutAccount:
    try:
        return await work.get(PayoutAccount, payout_account_id(provider_id))
    except NotFound as error:
        raise AccountNotVerified(provider_id=str(provider_id)) from error
