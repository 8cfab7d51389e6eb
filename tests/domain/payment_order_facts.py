"""Which facts do the stories about orders at the gateway and refunds begin with?"""

from datetime import timedelta
from uuid import uuid5

from domain import ledger
from domain.ledger import recipes
from domain.payment_link_terms import LinkState, link_of, message_of
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import Becomes, OrderPurpose, Source, TryStatus, capture_of, opening_of
from domain.refund import Refund
from domain.refund_terms import WhyRefunded
from domain.wallet import Wallet
from tests.support.roadside import CUSTOMER, LATER, NOON, REQUEST, SOON, some_id
from tests.support.rulebook import Fact, fact

ORDER, JOB_ORDER, REFUND = some_id(181), some_id(182), some_id(183)
LINK, CONTACT, LINK_ENDS = link_of(ORDER, 0), some_id(184), NOON + timedelta(days=2)
GATEWAY_LINK, LINK_URL = "plink_1", "https://links.example/plink_1"
CANCELLING, MESSAGE = uuid5(LINK, "cancel/1"), message_of(LINK)
AMOUNT, FEE, TAX = 50_000, 1_180, 180
PAY, OTHER_PAY, GATEWAY_ORDER, GATEWAY_REFUND = "pay_1", "pay_2", "order_1", "rfnd_1"
OPENING, CAPTURE = opening_of(ORDER), capture_of(JOB_ORDER, PAY)
ASKED_FOR = {"customer_id": CUSTOMER, "amount_minor": AMOUNT, "currency": "INR"}

REQUESTED = fact(
    PaymentOrder.Requested,
    NOON,
    operation_id=OPENING,
    purpose=OrderPurpose.TOP_UP,
    subject_id=None,
    captures_at_once=True,
    **ASKED_FOR,
)
REQUESTED_FOR_A_JOB = fact(
    PaymentOrder.Requested,
    NOON,
    operation_id=opening_of(JOB_ORDER),
    purpose=OrderPurpose.JOB,
    subject_id=REQUEST,
    captures_at_once=False,
    **ASKED_FOR,
)
OPENED = fact(PaymentOrder.Opened, SOON, operation_id=OPENING, gateway_order=GATEWAY_ORDER)
CAPTURED = fact(
    PaymentOrder.PaymentCaptured,
    SOON,
    customer_id=CUSTOMER,
    gateway_payment=PAY,
    amount_minor=AMOUNT,
    becomes=Becomes.PAYS,
    source=Source.WEBHOOK,
    **recipes.captured(PAY, ORDER, AMOUNT, "INR").fields,
)
FEE_LEARNED = fact(
    PaymentOrder.FeeLearned,
    SOON,
    gateway_payment=PAY,
    fee_minor=FEE,
    tax_minor=TAX,
    **recipes.gateway_fee(PAY, FEE, TAX, "INR").fields,
)
LEARNED = fact(
    PaymentOrder.FactLearned,
    SOON,
    gateway_payment=PAY,
    status=TryStatus.AUTHORIZED,
    amount_minor=AMOUNT,
    source=Source.WEBHOOK,
)
REFUND_REQUESTED = fact(
    Refund.Requested, NOON, order_id=ORDER, gateway_payment=OTHER_PAY, why=WhyRefunded.DUPLICATE, **ASKED_FOR
)
PROMISED = fact(
    Refund.Promised,
    NOON,
    operation_id=REFUND,
    gateway_payment=OTHER_PAY,
    amount_minor=AMOUNT,
    **recipes.refund_promised(REFUND.hex, {ledger.advance_for(ORDER): AMOUNT}, "INR").fields,
)
RETURNED = fact(
    Wallet.Returned,
    SOON,
    customer_id=CUSTOMER,
    refund_id=REFUND,
    order_id=ORDER,
    amount_minor=AMOUNT,
    balance_minor=0,
    **ledger.transfer(
        "ret", REFUND, "INR", {ledger.wallet_of(CUSTOMER): AMOUNT, ledger.advance_for(ORDER): -AMOUNT}
    ).fields,
)
TOLD_OF_CAPTURE = {"operation_id": CAPTURE}
LINK_ASKED = fact(
    PaymentOrder.LinkAsked,
    SOON,
    operation_id=LINK,
    purpose=OrderPurpose.TOP_UP,
    subject_id=None,
    expires_at=LINK_ENDS,
    contact_id=CONTACT,
    **ASKED_FOR,
)
LINK_OPENED = fact(PaymentOrder.LinkOpened, SOON, operation_id=LINK, gateway_link=GATEWAY_LINK, url=LINK_URL)
OF_CANCEL, OF_MESSAGE = {"operation_id": CANCELLING, "link_id": LINK}, {"operation_id": MESSAGE, "link_id": LINK}
OF_LINKS: tuple[Fact, ...] = (
    LINK_ASKED,
    LINK_OPENED,
    fact(PaymentOrder.LinkRejected, SOON, operation_id=LINK, why="refused"),
    fact(PaymentOrder.LinkDoubted, SOON, operation_id=LINK, why="no_answer"),
    fact(PaymentOrder.LinkEnded, LATER, link_id=LINK, end=LinkState.PAID, gateway_order=GATEWAY_ORDER),
    fact(PaymentOrder.LinkCancelAsked, LATER, gateway_link=GATEWAY_LINK, **OF_CANCEL),
    fact(PaymentOrder.LinkCancelConfirmed, LATER, **OF_CANCEL),
    fact(PaymentOrder.LinkCancelRejected, LATER, why="refused", **OF_CANCEL),
    fact(PaymentOrder.LinkCancelDoubted, LATER, why="no_answer", **OF_CANCEL),
    fact(PaymentOrder.LinkMessageAsked, SOON, contact_id=CONTACT, **OF_MESSAGE),
    fact(PaymentOrder.LinkMessageSent, SOON, **OF_MESSAGE),
    fact(PaymentOrder.LinkMessageRefused, SOON, why="not_open", **OF_MESSAGE),
    fact(PaymentOrder.LinkMessageDoubted, SOON, why="no_answer", **OF_MESSAGE),
)

SAMPLES: tuple[Fact, ...] = (
    REQUESTED,
    OPENED,
    fact(PaymentOrder.OpeningRejected, SOON, operation_id=OPENING, why="refused"),
    fact(PaymentOrder.OpeningDoubted, SOON, operation_id=OPENING, why="no_answer"),
    fact(PaymentOrder.CallbackVerified, SOON, gateway_payment=PAY),
    LEARNED,
    CAPTURED,
    FEE_LEARNED,
    fact(PaymentOrder.Abandoned, LATER),
    fact(PaymentOrder.RefundAsked, SOON, refund_id=REFUND, gateway_payment=PAY, amount_minor=AMOUNT, currency="INR"),
    RETURNED,
    fact(PaymentOrder.Reopened, LATER, gateway_payment=PAY),
    fact(PaymentOrder.CaptureAsked, SOON, gateway_payment=PAY, amount_minor=AMOUNT, currency="INR", **TOLD_OF_CAPTURE),
    fact(PaymentOrder.CaptureConfirmed, SOON, gateway_payment=PAY, **TOLD_OF_CAPTURE),
    fact(PaymentOrder.CaptureRejected, SOON, gateway_payment=PAY, why="refused", **TOLD_OF_CAPTURE),
    fact(PaymentOrder.CaptureDoubted, SOON, why="no_answer", **TOLD_OF_CAPTURE),
    REFUND_REQUESTED,
    PROMISED,
    fact(
        Refund.Recognised,
        NOON,
        gateway_refund=GATEWAY_REFUND,
        gateway_payment=OTHER_PAY,
        amount_minor=AMOUNT,
        **recipes.refund_promised(REFUND.hex, {ledger.SUSPENSE: AMOUNT}, "INR").fields,
    ),
    fact(Refund.Doubted, SOON, operation_id=REFUND, why="no_answer"),
    fact(Refund.Accepted, SOON, operation_id=REFUND, gateway_refund=GATEWAY_REFUND),
    fact(Refund.Rejected, SOON, operation_id=REFUND, why="refused"),
    fact(
        Refund.Processed,
        SOON,
        gateway_refund=GATEWAY_REFUND,
        gateway_payment=OTHER_PAY,
        amount_minor=AMOUNT,
        **recipes.refund_paid(REFUND.hex, AMOUNT, "INR").fields,
    ),
    fact(
        Refund.PutBack,
        SOON,
        gateway_refund=GATEWAY_REFUND,
        gateway_payment=OTHER_PAY,
        amount_minor=AMOUNT,
        **recipes.refund_failed(recipes.refund_promised(REFUND.hex, {ledger.SUSPENSE: AMOUNT}, "INR")).fields,
    ),
    fact(Refund.Rerouted, SOON, **ASKED_FOR),
    *OF_LINKS,
)
