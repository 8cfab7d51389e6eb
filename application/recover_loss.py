"""How does a provider bear a dispute that was lost by its fault, and get it back when it is won after all?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid5

from application.disputed_money import earning_of, tip_of
from application.guards import check_role, check_version
from application.paying_reserve import reserve_for
from application.whose_money import payment_of
from domain.actor import TREASURERS
from domain.dispute import Dispute
from domain.dispute_terms import NobodyAtFault
from domain.earning import Earning
from domain.earning_rules import RIGHT_AWAY
from domain.earnings_terms import WhyHeld, reserve_id
from domain.money import CurrencyMismatch
from domain.payment_order import PaymentOrder
from domain.reserve import Reserve

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.dispute_terms import Borne
    from domain.money import Money
    from domain.tip import Tip


@dataclass(frozen=True, slots=True)
class RecoverLoss:
    """Finance found that the provider is at fault: it bears so much of what was lost."""

    actor: Actor
    dispute_id: UUID
    money: Money
    at: datetime
    expected_version: int | None = None


async def recover_loss(command: RecoverLoss, work: Work) -> Answer:
    """Take it out of what is kept back, and the rest out of what it earns; the same again changes nothing.

    What it earned by the disputed money is paid again: it bears the loss, not both. Raises NotAllowed, NotFound,
    StaleVersion, BadAmount, CurrencyMismatch, NobodyAtFault, NothingLost, MoreThanLost or AlreadyPassedOn.
    """
    check_role(work, command.actor, *TREASURERS)
    dispute = await work.get(Dispute, command.dispute_id)
    check_version(dispute, command.expected_version)
    money, at = command.money, command.at
    if money.currency != dispute.currency:
        raise CurrencyMismatch(f"the dispute is in {dispute.currency}", currency=money.currency)
    order = None if dispute.order_id is None else await work.get(PaymentOrder, dispute.order_id)
    tip = None if order is None else await tip_of(order, work)
    provider_id, request_id = await _at_fault(dispute, tip, work)
    borne = dispute.pass_on(provider_id, request_id, money.amount_minor, money.currency, at)
    reserve = await reserve_for(work, provider_id, money.currency, at)
    if borne.recovery_id not in reserve.recovered:
        short = reserve.recover(borne.recovery_id, request_id, borne.amount_minor, at)
        if short:
            whose = provider_id, borne.recovery_id
            work.add(Earning.accrue(*whose, -short, money.currency, RIGHT_AWAY, at))
        earning = await earning_of(dispute, tip, work)
        is_open = order is not None and any(each.is_open for each in order.challenges)
        if earning is not None and earning.held is WhyHeld.DISPUTED and not is_open:
            earning.end_hold(at)
    return _told(dispute, borne, reserve)


async def give_loss_back(dispute: Dispute, work: Work, at: datetime) -> None:
    """Undo what a provider bears when less is lost than that: the reserve has it again, or it is earned again.

    In the save that tells that it is not lost; what no payout was lessened by yet meets what is earned again.
    """
    borne = dispute.take_loss_back(at)
    if borne is None:
        return
    reserve = await work.get(Reserve, reserve_id(borne.provider_id, dispute.currency))
    earned = reserve.give_back(borne.recovery_id, at)
    if earned:
        whose = borne.provider_id, uuid5(borne.recovery_id, "back")
        work.add(Earning.accrue(*whose, earned, dispute.currency, RIGHT_AWAY, at))


async def _at_fault(dispute: Dispute, tip: Tip | None, work: Work) -> tuple[UUID, UUID]:
    """Whoever earned by the money, and by which job; raises NobodyAtFault."""
    if tip is not None and not tip.is_returned:
        return tip.provider_id, tip.request_id
    payment = None if dispute.request_id is None else await payment_of(work, dispute.request_id)
    if payment is None or payment.provider_id is None:
        raise NobodyAtFault
    return payment.provider_id, payment.request_id


def _told(dispute: Dispute, borne: Borne, reserve: Reserve) -> Answer:
    took = reserve.recovered[borne.recovery_id]
    return {
        "id": dispute.id.hex,
        "version": dispute.version,
        "recovery_id": borne.recovery_id.hex,
        "provider_id": borne.provider_id.hex,
        "amount_minor": borne.amount_minor,
        "from_reserve_minor": took.drawn_minor,
        "owed_minor": reserve.owed.get(borne.recovery_id, 0),
        "currency": dispute.currency,
    }
