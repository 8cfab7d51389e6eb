"""Which facts do the stories about disputes begin with?"""

from datetime import timedelta
from uuid import uuid5

from domain.dispute import Dispute
from domain.dispute_terms import Claim, DisputePhase, DisputeState, PaidBy, Shows, dispute_id
from domain.earnings_terms import earning_id
from domain.ledger import recipes
from domain.payment_order import PaymentOrder
from domain.payment_terms import payment_id
from tests.domain.payment_order_facts import AMOUNT, JOB_ORDER, PAY
from tests.support.roadside import CUSTOMER, LATER, NOON, PROVIDER, REQUEST, SOON, some_id
from tests.support.rulebook import Fact, fact

GATEWAY_DISPUTE = "disp_1"
DISPUTE, ANSWER = dispute_id(JOB_ORDER, GATEWAY_DISPUTE), some_id(185)
RECOVERY = uuid5(DISPUTE, "recovery/0")
RESPOND_BY = NOON + timedelta(days=7)
DIGEST = "ab" * 32
CLAIM = Claim(
    PAY, GATEWAY_DISPUTE, AMOUNT, "INR", DisputePhase.CHARGEBACK, "goods_or_services_not_received", RESPOND_BY
)
BY = PaidBy(JOB_ORDER)
OF = {"gateway_payment": PAY, "gateway_dispute": GATEWAY_DISPUTE, "amount_minor": AMOUNT}
LOST = recipes.dispute_lost(GATEWAY_DISPUTE, AMOUNT, "INR")

OPENED = fact(
    Dispute.Opened,
    NOON,
    order_id=JOB_ORDER,
    subscription_id=None,
    customer_id=CUSTOMER,
    request_id=REQUEST,
    currency="INR",
    phase=CLAIM.phase,
    reason_code=CLAIM.reason_code,
    respond_by=RESPOND_BY,
    **OF,
)
DRAFTED = fact(
    Dispute.EvidenceDrafted,
    SOON,
    known_at=12,
    sealed_segment=1,
    shows=(Shows.AGREED, Shows.COMPLETED),
    is_strong=False,
    sha256=DIGEST,
)

SAMPLES: tuple[Fact, ...] = (
    OPENED,
    fact(Dispute.MovedOn, SOON, status=DisputeState.UNDER_REVIEW, told_at=SOON, respond_by=RESPOND_BY),
    DRAFTED,
    fact(Dispute.ContestAsked, SOON, operation_id=ANSWER, sha256=DIGEST),
    fact(Dispute.AcceptanceAsked, SOON, operation_id=ANSWER),
    fact(Dispute.AnswerDoubted, SOON, operation_id=ANSWER, why="no_answer"),
    fact(Dispute.Contested, LATER, operation_id=ANSWER, gateway_document="doc_1"),
    fact(Dispute.Accepted, LATER, operation_id=ANSWER),
    fact(Dispute.AnswerRefused, LATER, operation_id=ANSWER, code="not_open"),
    fact(Dispute.Reminded, LATER, hours_left=24),
    fact(Dispute.HandedOver, LATER),
    fact(Dispute.Lapsed, LATER),
    fact(Dispute.PutOnHold, SOON, stream_id=earning_id(payment_id(REQUEST))),
    fact(
        Dispute.LossPassedOn,
        LATER,
        recovery_id=RECOVERY,
        provider_id=PROVIDER,
        request_id=REQUEST,
        amount_minor=AMOUNT,
        currency="INR",
    ),
    fact(Dispute.LossTakenBack, LATER, recovery_id=RECOVERY, provider_id=PROVIDER, amount_minor=AMOUNT),
    fact(Dispute.FundsHeld, SOON, **OF, **recipes.dispute_opened(GATEWAY_DISPUTE, AMOUNT, "INR").fields),
    fact(Dispute.FundsReleased, LATER, **OF, **recipes.dispute_won(GATEWAY_DISPUTE, AMOUNT, "INR").fields),
    fact(Dispute.ChargedBack, LATER, **OF, **LOST.fields),
    fact(Dispute.Regained, LATER, **OF, **LOST.reversed_by(f"{LOST.transfer_id}:rev").fields),
    fact(
        Dispute.FeeLearned,
        LATER,
        gateway_payment=PAY,
        gateway_dispute=GATEWAY_DISPUTE,
        gateway_settlement="setl_1",
        amount_minor=590,
        tax_minor=90,
        **recipes.dispute_fee(GATEWAY_DISPUTE, "setl_1", 590, 90, "INR").fields,
    ),
    fact(PaymentOrder.Disputed, SOON, dispute_id=DISPUTE, gateway_payment=PAY),
    fact(PaymentOrder.DisputeEnded, LATER, dispute_id=DISPUTE, gateway_payment=PAY, lost_minor=AMOUNT),
)
