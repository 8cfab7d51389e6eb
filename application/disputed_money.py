"""What waits of that which others have of disputed money? Earnings, tips and wallets, in the save that tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.whose_money import payment_of, wallet_of
from domain.dispute_terms import QUESTIONS
from domain.earning import Earning
from domain.earnings_terms import WhyHeld, earning_id
from domain.payment import Payment
from domain.payment_order_terms import OrderPurpose
from domain.tip import Tip, tip_id
from domain.wallet_terms import WhyFrozen

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Work
    from domain.dispute import Dispute
    from domain.payment_order import PaymentOrder


async def job_of(order: PaymentOrder, work: Work) -> UUID | None:
    """The job that the order pays for, at once or as a debt."""
    if order.purpose is OrderPurpose.JOB:
        return order.subject_id
    if order.purpose is OrderPurpose.DEBT and order.subject_id is not None:
        payment = await work.find(Payment, order.subject_id)
        return None if payment is None else payment.request_id
    return None


async def let_wait(dispute: Dispute, order: PaymentOrder, work: Work, at: datetime) -> None:
    """Pay nobody for the job, or the tip, while it is disputed; lost, the desk decides who bears it. Paid is paid.

    A tip that went back already is doubted by nobody: what was earned and what was taken off go into one payout. What
    people let go meanwhile is not held again by the same dispute.
    """
    tip = await tip_of(order, work)
    if tip is not None:
        _tell_tip(dispute, tip, at)
    earning = await earning_of(dispute, tip, work)
    if earning is None or earning.payout_id is not None:
        return
    is_open = not dispute.is_over or any(each.is_open for each in order.challenges)
    if is_open and not (tip and tip.is_returned):
        if earning.held in {None, WhyHeld.DISPUTED} and dispute.hold_once(earning.id, at):
            earning.hold(WhyHeld.DISPUTED, at)
    elif earning.held is WhyHeld.DISPUTED and not dispute.lost_minor:
        earning.end_hold(at)


def _tell_tip(dispute: Dispute, tip: Tip, at: datetime) -> None:
    """As the order is told: what a bank asks back, or took, the desk does not give back as well."""
    if dispute.phase not in QUESTIONS:
        tip.disputed(dispute.id, at)
    if dispute.is_over and (dispute.phase not in QUESTIONS or dispute.lost_minor):
        tip.dispute_ended(dispute.id, dispute.lost_minor, at)


async def tip_of(order: PaymentOrder, work: Work) -> Tip | None:
    """The tip that the order's money became; none where another was given meanwhile, and it stayed in the wallet."""
    if order.purpose is not OrderPurpose.TIP or order.subject_id is None:
        return None
    tip = await work.find(Tip, tip_id(order.subject_id))
    return tip if tip is not None and tip.amount_minor == order.amount_minor else None


async def earning_of(dispute: Dispute, tip: Tip | None, work: Work) -> Earning | None:
    """What somebody earned by the money that is asked back."""
    if tip is not None:
        return await work.find(Earning, earning_id(tip.id))
    payment = None if dispute.request_id is None else await payment_of(work, dispute.request_id)
    return None if payment is None else await work.find(Earning, earning_id(payment.id))


async def freeze_wallet(dispute: Dispute, order: PaymentOrder, work: Work, at: datetime) -> None:
    """Let nobody spend what their bank asks back; lost, the desk lets it go.

    Another reason to freeze it stays; what people let go meanwhile is not frozen again by the same dispute.
    """
    if order.purpose is not OrderPurpose.TOP_UP or dispute.phase in QUESTIONS:
        return
    wallet = await wallet_of(work, order.customer_id)
    if wallet is None:
        return
    if any(each.is_open for each in order.challenges):
        if wallet.frozen in {None, WhyFrozen.DISPUTED} and dispute.hold_once(wallet.id, at):
            wallet.freeze(WhyFrozen.DISPUTED, at)
    elif wallet.frozen is WhyFrozen.DISPUTED and not dispute.lost_minor:
        wallet.unfreeze(at)
