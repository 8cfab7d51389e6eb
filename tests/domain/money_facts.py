"""Which facts do the stories about money begin with?"""

from datetime import date, timedelta
from uuid import UUID

from domain import ledger
from domain.invoice import Invoice, InvoiceSeries
from domain.invoice_terms import SERIES, DocType, InvoiceLine, Series
from domain.ledger import Leg
from domain.payment import Payment
from domain.payment_terms import WhyWaived, payment_id
from domain.price_terms import LineKind, PaymentMethod, PriceLine
from domain.request_fare import Outcome
from domain.split import Split
from domain.wallet import Wallet
from domain.wallet_terms import WhyCredited, WhyDebited, WhyFrozen, WhyReleased
from tests.support.roadside import CUSTOMER, LATER, NOON, PROVIDER, REQUEST, SOON, TENANT, some_id
from tests.support.rulebook import STREAM, Fact, fact

HOLD, TOP_UP = some_id(81), some_id(82)
WEEK_LATER = NOON + timedelta(days=7)
SAC = "996744"
KARNATAKA = "29"
HOUSE = Split(commission_bp=1_500, tax_bp=1_800, state=KARNATAKA)

TOW_LINES = (
    PriceLine(LineKind.BASE, 100_000),
    PriceLine(LineKind.DISTANCE, 50_000),
    PriceLine(LineKind.TAX_CGST, 13_500),
    PriceLine(LineKind.TAX_SGST, 13_500),
)
"""The worked example of the reference: a tow of 1 500.00 and 18 % tax."""

TOW_TOTAL = 177_000
OF_THE_JOB = {"request_id": REQUEST, "customer_id": CUSTOMER}
ADVANCE, WALLET = ledger.advance_for(REQUEST), ledger.wallet_of(CUSTOMER)
PAYMENT = payment_id(REQUEST)


def moved(debited: str, credited: str, amount_minor: int) -> dict[str, object]:
    """From one account to another."""
    return {"currency": "INR", "legs": (Leg(debited, amount_minor), Leg(credited, -amount_minor))}


OPENED = fact(Wallet.Opened, NOON, customer_id=CUSTOMER, currency="INR")


def topped_up(amount_minor: int = TOW_TOTAL) -> Fact:
    """Money over the counter."""
    return fact(
        Wallet.Credited,
        NOON,
        customer_id=CUSTOMER,
        amount_minor=amount_minor,
        balance_minor=amount_minor,
        why=WhyCredited.TOP_UP,
        transfer_id=f"crd:{TOP_UP.hex}",
        **moved(ledger.CASH_DESK, WALLET, amount_minor),
    )


def held(amount_minor: int = TOW_TOTAL) -> Fact:
    """A part of the balance is kept for the job."""
    return fact(
        Wallet.HoldPlaced,
        SOON,
        **OF_THE_JOB,
        hold_id=HOLD,
        amount_minor=amount_minor,
        currency="INR",
        expires_at=WEEK_LATER,
    )


def captured(amount_minor: int = TOW_TOTAL, released_minor: int = 0, balance_minor: int = 0) -> Fact:
    """What was kept is taken."""
    return fact(
        Wallet.HoldCaptured,
        LATER,
        **OF_THE_JOB,
        hold_id=HOLD,
        amount_minor=amount_minor,
        released_minor=released_minor,
        balance_minor=balance_minor,
        transfer_id=f"cap:{HOLD.hex}",
        **moved(WALLET, ADVANCE, amount_minor),
    )


def released(why: WhyReleased, amount_minor: int = TOW_TOTAL) -> Fact:
    """What was kept is free again."""
    return fact(
        Wallet.HoldReleased, LATER, **OF_THE_JOB, hold_id=HOLD, amount_minor=amount_minor, currency="INR", why=why
    )


def debited(amount_minor: int = TOW_TOTAL, balance_minor: int = 0) -> Fact:
    """Taken without a hold."""
    return fact(
        Wallet.Debited,
        LATER,
        **OF_THE_JOB,
        amount_minor=amount_minor,
        balance_minor=balance_minor,
        why=WhyDebited.SERVICE,
        transfer_id=f"dbt:{PAYMENT.hex}",
        **moved(WALLET, ADVANCE, amount_minor),
    )


FROZEN = fact(Wallet.Frozen, SOON, customer_id=CUSTOMER, why=WhyFrozen.CUSTOMER_ASKED)
UNFROZEN = fact(Wallet.Unfrozen, LATER, customer_id=CUSTOMER)


def due_payment(method: PaymentMethod = PaymentMethod.WALLET, provider_id: UUID | None = PROVIDER) -> Payment:
    """The same as the aggregate: it was just begun."""
    return Payment.due(
        REQUEST,
        customer_id=CUSTOMER,
        provider_id=provider_id,
        method=method,
        outcome=Outcome.CHARGE,
        amount_minor=TOW_TOTAL,
        currency="INR",
        at=LATER,
    )


def due(method: PaymentMethod = PaymentMethod.WALLET, amount_minor: int = TOW_TOTAL) -> Fact:
    """A tow is to be paid for."""
    return fact(
        Payment.Due,
        LATER,
        **OF_THE_JOB,
        provider_id=PROVIDER,
        method=method,
        outcome=Outcome.CHARGE,
        amount_minor=amount_minor,
        currency="INR",
    )


def paid(amount_minor: int = TOW_TOTAL) -> Fact:
    """From the wallet."""
    return fact(Payment.Captured, LATER, **OF_THE_JOB, amount_minor=amount_minor, currency="INR")


COLLECTED = fact(
    Payment.Collected,
    LATER,
    **OF_THE_JOB,
    provider_id=PROVIDER,
    amount_minor=TOW_TOTAL,
    transfer_id=f"col:{STREAM.hex}",
    **moved(ledger.cash_with(PROVIDER), ADVANCE, TOW_TOTAL),
)


def owed(amount_minor: int = TOW_TOTAL) -> Fact:
    """On account of the customer."""
    return fact(
        Payment.Owed,
        LATER,
        **OF_THE_JOB,
        amount_minor=amount_minor,
        transfer_id=f"owe:{STREAM.hex}",
        **moved(ledger.receivable_from(CUSTOMER), ADVANCE, amount_minor),
    )


def divided(*, cash_kept: int = 0) -> Fact:
    """The worked example: commission 225.00, its tax 40.50, the rest the provider's."""
    shares = [
        Leg(ADVANCE, TOW_TOTAL),
        Leg(ledger.COMMISSION, -22_500),
        Leg(ledger.gst_out(ledger.GstKind.CGST, KARNATAKA), -2_025),
        Leg(ledger.gst_out(ledger.GstKind.SGST, KARNATAKA), -2_025),
        Leg(ledger.payable_to(PROVIDER), cash_kept - 150_450),
    ]
    if cash_kept:
        shares.append(Leg(ledger.cash_with(PROVIDER), -cash_kept))
    return fact(
        Payment.Settled,
        LATER,
        **OF_THE_JOB,
        provider_id=PROVIDER,
        outcome=Outcome.CHARGE,
        amount_minor=TOW_TOTAL,
        commission_minor=22_500,
        commission_tax_minor=4_050,
        income_minor=0,
        payable_minor=150_450,
        tcs_minor=0,
        tds_minor=0,
        cash_kept_minor=cash_kept,
        transfer_id=f"set:{STREAM.hex}",
        currency="INR",
        legs=tuple(shares),
    )


WAIVED = fact(Payment.Waived, LATER, **OF_THE_JOB, amount_minor=TOW_TOTAL, currency="INR", why=WhyWaived.OUR_FAULT)


def repaid(amount_minor: int) -> Fact:
    """Later, from the wallet."""
    return fact(Payment.Repaid, LATER, **OF_THE_JOB, amount_minor=amount_minor, currency="INR")


THE_SERIES = Series(TENANT, "", DocType.INVOICE, SERIES, "25-26")
THE_INVOICE = some_id(83)

ISSUED = fact(
    Invoice.Issued,
    LATER,
    **OF_THE_JOB,
    series_id=THE_SERIES.id,
    doc_type=DocType.INVOICE,
    gstin="",
    series=SERIES,
    financial_year="25-26",
    issued_on=date(2026, 3, 2),
    payment_id=PAYMENT,
    provider_id=PROVIDER,
    outcome=Outcome.CHARGE,
    lines=(InvoiceLine(LineKind.BASE, SAC, 100_000), InvoiceLine(LineKind.DISTANCE, SAC, 50_000)),
    tax_lines=(InvoiceLine(LineKind.TAX_CGST, SAC, 13_500), InvoiceLine(LineKind.TAX_SGST, SAC, 13_500)),
    net_minor=150_000,
    tax_minor=27_000,
    total_minor=TOW_TOTAL,
    currency="INR",
    place_of_supply=KARNATAKA,
    sac=SAC,
)

NUMBERED = fact(
    InvoiceSeries.NumberTaken,
    LATER,
    invoice_id=THE_INVOICE,
    doc_type=DocType.INVOICE,
    gstin="",
    series=SERIES,
    financial_year="25-26",
)

SAMPLES: tuple[Fact, ...] = (
    OPENED,
    topped_up(),
    debited(),
    held(),
    captured(),
    released(WhyReleased.NOT_NEEDED),
    FROZEN,
    UNFROZEN,
    due(),
    paid(),
    COLLECTED,
    owed(),
    divided(),
    repaid(5_000),
    WAIVED,
    ISSUED,
    NUMBERED,
)
"""One of each topic, as it is written today."""
