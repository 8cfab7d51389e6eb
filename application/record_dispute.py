"""How is noted what the gateway says of a dispute? Its money moves along; meanwhile nobody is paid or spends of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.disputed_money import freeze_wallet, job_of, let_wait
from application.guards import check_role
from application.order_answers import dispute_told
from application.recover_loss import give_loss_back
from domain.actor import Role
from domain.dispute import Dispute
from domain.dispute_terms import QUESTIONS, Claim, DisputeState, PaidBy, Told, dispute_id, phase_of
from domain.payment_order import PaymentOrder
from domain.subscription import Subscription

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from uuid import UUID

    from application.engine import Answer, Work
    from application.gateway_payouts import Dispute as GatewayDispute
    from domain.actor import Actor
    from domain.dispute_terms import Draft


@dataclass(frozen=True, slots=True)
class RecordDispute:
    """The gateway tells of a dispute: as an answer, as news, or because we asked."""

    actor: Actor
    paid_by: PaidBy
    claim: Claim
    told: Told
    at: datetime


@dataclass(frozen=True, slots=True)
class WatchDispute:
    """Somebody looks at a dispute that goes on: which pack there is, and whether its time has come."""

    actor: Actor
    dispute_id: UUID
    draft: Draft | None
    decides_before: timedelta
    at: datetime


async def record_dispute(command: RecordDispute, work: Work) -> Answer:
    """Take it to the books; told twice, late or in another order it comes to the same.

    Raises NotAllowed, NotFound, BadAmount or UnknownCurrency.
    """
    check_role(work, command.actor, Role.SYSTEM)
    paid_by, at = command.paid_by, command.at
    order = None if paid_by.order_id is None else await work.get(PaymentOrder, paid_by.order_id)
    dispute = await work.find(Dispute, dispute_id(paid_by.stream_id, command.claim.gateway_dispute))
    if dispute is None:
        whose = order or await work.get(Subscription, paid_by.stream_id)
        job = None if order is None else await job_of(order, work)
        dispute = Dispute.open(command.claim, paid_by, customer_id=whose.customer_id, request_id=job, at=at)
        work.add(dispute)
    dispute.learn(command.told, at)
    if order is not None:
        if dispute.phase not in QUESTIONS:
            order.disputed(dispute.id, dispute.gateway_payment, at)
        if dispute.is_over and (dispute.phase not in QUESTIONS or dispute.lost_minor):
            order.dispute_ended(dispute.id, dispute.gateway_payment, dispute.lost_minor, at)
        await let_wait(dispute, order, work, at)
        await give_loss_back(dispute, work, at)
        await freeze_wallet(dispute, order, work, at)
    return dispute_told(dispute)


async def watch_dispute(command: WatchDispute, work: Work) -> Answer:
    """Keep the pack, hold what the job earned since, and do what the deadline asks for; twice changes nothing.

    Raises NotAllowed or NotFound.
    """
    check_role(work, command.actor, Role.SYSTEM)
    dispute = await work.get(Dispute, command.dispute_id)
    if command.draft is not None:
        dispute.take_draft(command.draft, command.at)
    if dispute.order_id is not None:
        await let_wait(dispute, await work.get(PaymentOrder, dispute.order_id), work, command.at)
    dispute.watch_deadline(command.at, command.decides_before)
    return dispute_told(dispute)


def claim_of(dispute: GatewayDispute) -> Claim:
    """What the bank asks back, in our words."""
    return Claim(
        dispute.payment_id,
        dispute.dispute_id,
        dispute.amount_minor,
        dispute.currency,
        phase_of(dispute.phase),
        dispute.reason_code,
        dispute.respond_by,
    )


def told_of(dispute: GatewayDispute, said_at: datetime, *, wants_more: bool = False) -> Told:
    """How far it is; one that is open although it has our evidence, or that news calls so, wants more of it."""
    state = DisputeState(dispute.status)
    if state is DisputeState.OPEN and (wants_more or dispute.evidence_submitted_at is not None):
        state = DisputeState.ACTION_REQUIRED
    return Told(state, said_at, dispute.deducted_minor, dispute.respond_by)
