"""How is noted what the gateway says of a refund, also of one that nobody of us asked for?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from application.guards import check_role
from application.order_answers import order_told, refund_told
from application.whose_money import wallet_for
from domain import ledger
from domain.actor import Role
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import TryStatus, try_of
from domain.refund import Refund
from domain.refund_terms import told_refund
from domain.wallet_terms import WhyCredited

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Answer, Work
    from application.gateway import Refund as Told
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class RecordRefund:
    """The gateway tells of a refund of an order's payment."""

    actor: Actor
    order_id: UUID
    told: Told
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordNoRefund:
    """The gateway did not take our order (``is_certain``), or nobody knows whether it did."""

    actor: Actor
    refund_id: UUID
    is_certain: bool
    why: str
    at: datetime


async def record_refund(command: RecordRefund, work: Work) -> Answer:
    """Take it to the books; told twice, late or in another order it comes to the same.

    Of a payment that was never captured nothing was booked, and nothing is. What did not arrive goes to the wallet.
    Raises NotAllowed or NotFound.
    """
    check_role(work, command.actor, Role.SYSTEM)
    order, told, at = await work.get(PaymentOrder, command.order_id), command.told, command.at
    refund = await _refund(order, command, work)
    if refund is None:
        return order_told(order)
    if told.status == "pending":
        refund.accepted(told.refund_id, at)
    elif told.status == "processed":
        refund.processed(told.refund_id, at)
    elif refund.failed(told.refund_id, at):
        await _to_the_wallet(refund, work, at)
    return refund_told(refund)


async def record_no_refund(command: RecordNoRefund, work: Work) -> Answer:
    """Note a refusal, whose money goes to the wallet, or a doubt; of a refund that is known it is no news.

    Raises NotAllowed or NotFound.
    """
    check_role(work, command.actor, Role.SYSTEM)
    refund = await work.get(Refund, command.refund_id)
    if not command.is_certain:
        refund.doubted(command.why, command.at)
    elif refund.rejected(command.why, command.at):
        await _to_the_wallet(refund, work, command.at)
    return refund_told(refund)


async def _refund(order: PaymentOrder, command: RecordRefund, work: Work) -> Refund | None:
    told = command.told
    for wanted in (_asked_for(told), told_refund(order.id, told.refund_id)):
        known = None if wanted is None else await work.find(Refund, wanted)
        if known is not None:
            return known
    paid = try_of(order.tries, told.payment_id)
    if paid is None or paid.status is not TryStatus.CAPTURED:
        return None
    refund = Refund.recognise(
        told_refund(order.id, told.refund_id),
        order_id=order.id,
        customer_id=order.customer_id,
        payment=told.payment_id,
        gateway_refund=told.refund_id,
        amount_minor=told.amount_minor,
        currency=told.currency,
        at=command.at,
    )
    work.add(refund)
    return refund


def _asked_for(told: Told) -> UUID | None:
    try:
        return UUID(told.receipt or "")
    except ValueError:
        return None


async def _to_the_wallet(refund: Refund, work: Work, at: datetime) -> None:
    wallet = await wallet_for(work, refund.customer_id, refund.currency, at)
    transfer_id = uuid5(refund.id, "rerouted")
    wallet.credit(transfer_id, refund.amount_minor, WhyCredited.REFUND, ledger.REFUND_IN_FLIGHT, at)
