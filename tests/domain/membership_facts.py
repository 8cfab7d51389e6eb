"""Which facts do the stories about plans and subscriptions begin with?"""

from datetime import timedelta

from domain import ledger
from domain.catalogue import Service
from domain.coverage import Coverage
from domain.coverage_terms import UnitUse
from domain.ledger import Leg
from domain.payment import Payment
from domain.plan import Plan
from domain.plan_terms import FIRST_FOUR, Benefit, bill_of_term
from domain.subscription import Subscription
from domain.subscription_terms import WhyEnded, charge_id, operation_of, term_id
from tests.support.roadside import CUSTOMER, LATER, NOON, REQUEST, SOON, some_id
from tests.support.rulebook import STREAM, Fact, fact

PLUS, PREMIUM = FIRST_FOUR["plus"], FIRST_FOUR["premium"]
PLAN, VEHICLE, MANDATE = some_id(940), some_id(941), some_id(942)
PRICE = PLUS.price_minor
NET = bill_of_term(PRICE, PLUS.tax_bp).net_minor
HALF = (PRICE - NET) // 2
ENDS = NOON + timedelta(days=45)
CHARGE = charge_id(STREAM, 2)
OPERATION = operation_of(CHARGE, 1)
DEFERRED = ledger.deferred_for(STREAM)


def paid(name: str) -> dict[str, object]:
    """The price of a term, in its parts."""
    legs = (
        Leg(ledger.CLEARING, PRICE),
        Leg(DEFERRED, -NET),
        Leg(ledger.gst_out(ledger.GstKind.CGST, "29"), -HALF),
        Leg(ledger.gst_out(ledger.GstKind.SGST, "29"), -HALF),
    )
    return {"transfer_id": f"sbc:{name}", "currency": "INR", "legs": legs}


STARTED = fact(
    Subscription.Started, NOON, customer_id=CUSTOMER, plan_id=PLAN, plan_version=1, terms=PLUS, vehicle_ids=(VEHICLE,)
)
ASKED = fact(Subscription.MandateAsked, NOON, operation_id=MANDATE)
OPENED = fact(Subscription.MandateOpened, NOON, operation_id=MANDATE, gateway_order="order_1")
MANDATE_DOUBTED = fact(Subscription.MandateDoubted, NOON, operation_id=MANDATE)
WANTED = fact(Subscription.PaidPlanWanted, SOON, operation_id=some_id(957), plan_id=PLAN, plan_version=2, terms=PLUS)
GIVEN = fact(Subscription.MandateGiven, NOON, operation_id=MANDATE, mandate="sub_1")
CHARGED = fact(
    Subscription.Charged,
    NOON,
    customer_id=CUSTOMER,
    term=1,
    amount_minor=PRICE,
    net_minor=NET,
    gateway_payment="pay_1",
    **paid("pay_1"),
)
BEGUN = fact(
    Subscription.TermBegun,
    NOON,
    customer_id=CUSTOMER,
    term=1,
    term_id=term_id(STREAM, 1),
    terms=PLUS,
    net_minor=NET,
    begins_at=NOON,
    ends_at=ENDS,
)
RUNNING = (STARTED, ASKED, OPENED, GIVEN, CHARGED, BEGUN)
EARNED = fact(
    Subscription.Earned,
    NOON + timedelta(days=9),
    term=1,
    day=9,
    earned_minor=NET // 5,
    transfer_id=f"rec:{term_id(STREAM, 1).hex}:9",
    currency="INR",
    legs=(Leg(DEFERRED, NET // 5), Leg(ledger.SERVICE, -(NET // 5))),
)
NOTIFIED = fact(
    Subscription.ChargeNotified,
    ENDS - timedelta(days=3),
    charge_id=CHARGE,
    term=2,
    attempt=1,
    amount_minor=PRICE,
    currency="INR",
    due_at=ENDS,
)
REQUESTED = fact(
    Subscription.ChargeRequested, ENDS, charge_id=CHARGE, operation_id=OPERATION, amount_minor=PRICE, currency="INR"
)
CONFIRMED = fact(Subscription.ChargeConfirmed, ENDS, operation_id=OPERATION)
FAILED = fact(Subscription.ChargeFailed, ENDS, operation_id=OPERATION, why="insufficient_balance")
DOUBTED = fact(Subscription.ChargeDoubted, ENDS, operation_id=OPERATION)
IN_VAIN = fact(
    Subscription.ChargedInVain,
    ENDS,
    customer_id=CUSTOMER,
    amount_minor=PRICE,
    gateway_payment="pay_9",
    transfer_id="sbx:pay_9",
    currency="INR",
    legs=(Leg(ledger.CLEARING, PRICE), Leg(ledger.SUSPENSE, -PRICE)),
)
FEE = fact(
    Subscription.FeeLearned,
    NOON,
    fee_minor=470,
    tax_minor=72,
    gateway_payment="pay_1",
    transfer_id="fee:pay_1",
    currency="INR",
    legs=(Leg(ledger.CLEARING, -470), Leg(ledger.PSP_FEE, 398), Leg(ledger.GST_INPUT, 72)),
)
UPGRADE_ASKED = fact(
    Subscription.UpgradeAsked,
    NOON,
    order_id=some_id(953),
    plan_id=PLAN,
    plan_version=2,
    terms=PREMIUM,
    amount_minor=PRICE,
    term=1,
)
CHANGED_NOW = fact(Subscription.ChangedNow, NOON, plan_id=PLAN, plan_version=2, terms=PREMIUM)
UPGRADED = fact(
    Subscription.Upgraded,
    NOON,
    customer_id=CUSTOMER,
    plan_id=PLAN,
    plan_version=2,
    terms=PREMIUM,
    amount_minor=PRICE,
    net_minor=NET,
    gateway_payment="pay_2",
    **paid("pay_2"),
)

SHOWN = fact(
    Coverage.Shown,
    SOON,
    subscription_id=some_id(943),
    vehicle_id=VEHICLE,
    term=1,
    quote_version=1,
    uses=(UnitUse(Benefit.EVENTS, 1),),
    covered_minor=PRICE,
    total_minor=PRICE,
    currency="INR",
    attempt=1,
)
USED = fact(
    Coverage.Used,
    LATER,
    request_id=REQUEST,
    customer_id=CUSTOMER,
    subscription_id=some_id(943),
    covered_minor=PRICE,
    transfer_id=f"cov:{STREAM.hex}",
    currency="INR",
    legs=(Leg(ledger.MEMBERSHIP, PRICE), Leg(ledger.advance_for(REQUEST), -PRICE)),
)

SAMPLES: tuple[Fact, ...] = (
    fact(Plan.Opened, NOON, code="plus"),
    fact(Plan.Offered, NOON, plan_version=1, effective_from=NOON, terms=PLUS),
    fact(Plan.Withdrawn, LATER, plan_version=2, effective_from=LATER),
    *RUNNING,
    MANDATE_DOUBTED,
    WANTED,
    fact(Subscription.ClockSet, NOON, due_at=ENDS - timedelta(days=3)),
    EARNED,
    NOTIFIED,
    REQUESTED,
    CONFIRMED,
    FAILED,
    DOUBTED,
    IN_VAIN,
    FEE,
    UPGRADE_ASKED,
    CHANGED_NOW,
    UPGRADED,
    fact(Coverage.Opened, SOON, request_id=REQUEST, customer_id=CUSTOMER),
    SHOWN,
    fact(Coverage.Kept, SOON, subscription_id=some_id(943)),
    USED,
    fact(Coverage.Freed, LATER, subscription_id=some_id(943)),
    fact(Payment.Covered, LATER, request_id=REQUEST, customer_id=CUSTOMER, amount_minor=PRICE, currency="INR"),
    fact(Subscription.Helps, LATER, request_id=REQUEST, vehicle_id=VEHICLE, service=Service.TOW),
    fact(Subscription.MandateRefused, SOON, operation_id=MANDATE),
    fact(Subscription.GraceBegun, ENDS, until_at=ENDS + timedelta(days=10)),
    fact(Subscription.Paused, SOON),
    fact(Subscription.Resumed, LATER, ends_at=ENDS),
    fact(Subscription.ChangePlanned, SOON, plan_id=PLAN, plan_version=2, terms=PREMIUM),
    fact(Subscription.EndPlanned, SOON),
    fact(
        Subscription.Ended,
        LATER,
        customer_id=CUSTOMER,
        why=WhyEnded.CUSTOMER,
        unearned_minor=NET,
        currency="INR",
    ),
)
"""One of each topic, as it is written today."""
