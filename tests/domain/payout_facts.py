"""Which facts do the stories about providers' money begin with?"""

from datetime import date, datetime, timedelta
from uuid import UUID

from domain import ledger
from domain.cash_in_hand import CashInHand
from domain.earning import Earning
from domain.earning_rules import EarningRulebook, EarningRules
from domain.earnings_terms import WhyHeld
from domain.gateway_settlement import GatewaySettlement
from domain.ledger import Leg, recipes
from domain.payout import Payout
from domain.payout_account import PayoutAccount
from domain.payout_batch import PayoutBatch
from domain.payout_terms import PayoutState, PayoutTold
from domain.reserve import Reserve
from domain.withholding import Rates
from tests.domain.money_facts import PAYMENT, moved
from tests.support.roadside import LATER, NOON, OFFER, PROVIDER, REQUEST, SOON, some_id
from tests.support.rulebook import Fact, fact

BATCH, PAYOUT, ACCOUNT = some_id(171), some_id(172), some_id(173)
RECORD, OTHER_RECORD = some_id(174), some_id(175)
OPERATION, CHECK = some_id(176), some_id(177)
EARNED, OWED = 150_450, -26_550
A_DAY = timedelta(days=1)
TOMORROW = NOON + A_DAY
PAYABLE, RESERVE = ledger.payable_to(PROVIDER), ledger.reserve_of(PROVIDER)
POUT, FA, FAV = "pout_1", "fa_1", "fav_1"

LAW = Rates(tcs_bp=50, tds_bp=10, tds_without_pan_bp=500, contract_tds_bp=200, contract_tds_without_pan_bp=2_000)
RULES = EarningRules(LAW, waits_s=86_400, reserve_bp=1_000, reserve_most_minor=20_000, least_minor=100)
BOOK = fact(EarningRulebook.Opened, NOON)
DECIDED = fact(EarningRulebook.Decided, NOON, rules_version=1, effective_from=TOMORROW, rules=RULES)


def accrued(amount_minor: int = EARNED, cause_id: UUID = PAYMENT, waits: timedelta = A_DAY) -> Fact:
    """A job came to that much for the provider."""
    return fact(
        Earning.Accrued,
        NOON,
        provider_id=PROVIDER,
        cause_id=cause_id,
        amount_minor=amount_minor,
        currency="INR",
        payable_from=NOON + waits,
    )


HELD = fact(Earning.Held, SOON, why=WhyHeld.DISPUTED)
HOLD_ENDED = fact(Earning.HoldEnded, LATER)
BATCHED = fact(Earning.Batched, TOMORROW, payout_id=PAYOUT)

RESERVE_OPENED = fact(Reserve.Opened, NOON, provider_id=PROVIDER, currency="INR")
KEPT = fact(
    Reserve.Kept,
    TOMORROW,
    provider_id=PROVIDER,
    payout_id=PAYOUT,
    amount_minor=15_045,
    transfer_id=f"rsv:{PAYOUT.hex}",
    **moved(PAYABLE, RESERVE, 15_045),
)
FREED = fact(
    Reserve.Freed,
    TOMORROW,
    provider_id=PROVIDER,
    cause_id=OFFER,
    amount_minor=15_045,
    transfer_id=f"rsf:{OFFER.hex}",
    **moved(RESERVE, PAYABLE, 15_045),
)

RECOVERY = some_id(178)
BORNE = {"provider_id": PROVIDER, "recovery_id": RECOVERY, "request_id": REQUEST}
DRAWN_MINOR, SHORT_MINOR = 15_045, 4_955
DRAWN_BOOKED = recipes.recovered_from_reserve(RECOVERY, PROVIDER, DRAWN_MINOR, "INR")
SHORT_BOOKED = recipes.recovered_from_earnings(RECOVERY, PROVIDER, SHORT_MINOR, "INR")
DRAWN = fact(Reserve.Drawn, TOMORROW, **BORNE, amount_minor=DRAWN_MINOR, **DRAWN_BOOKED.fields)
FELL_SHORT = fact(Reserve.FellShort, TOMORROW, **BORNE, amount_minor=SHORT_MINOR, **SHORT_BOOKED.fields)
LOSS_SET_OFF = fact(Reserve.SetOff, TOMORROW, payout_id=PAYOUT, recoveries=(RECOVERY,), amount_minor=SHORT_MINOR)
PUT_BACK = fact(
    Reserve.PutBack,
    TOMORROW,
    **BORNE,
    amount_minor=DRAWN_MINOR,
    **DRAWN_BOOKED.reversed_by(f"{DRAWN_BOOKED.transfer_id}:back").fields,
)
FORGIVEN = fact(
    Reserve.Forgiven,
    TOMORROW,
    **BORNE,
    amount_minor=SHORT_MINOR,
    **SHORT_BOOKED.reversed_by(f"{SHORT_BOOKED.transfer_id}:back").fields,
)

CASH_OPENED = fact(CashInHand.Opened, NOON, provider_id=PROVIDER, currency="INR")
CASH_COLLECTED = fact(CashInHand.Collected, SOON, payment_id=PAYMENT, collected_minor=118_000, owed_minor=17_700)
CASH_SET_OFF = fact(CashInHand.SetOff, LATER, payout_id=PAYOUT, causes=(PAYMENT,), amount_minor=17_700)
CASH_HANDED_IN = fact(
    CashInHand.HandedIn,
    LATER,
    provider_id=PROVIDER,
    receipt_id=OFFER,
    amount_minor=7_700,
    transfer_id=f"han:{OFFER.hex}",
    **moved(ledger.CASH_DESK, PAYABLE, 7_700),
)

OPENED_BATCH = fact(PayoutBatch.Opened, TOMORROW, day=date(2026, 3, 3), currency="INR")
ADDED = fact(PayoutBatch.Added, TOMORROW, payout_id=PAYOUT, provider_id=PROVIDER, amount_minor=EARNED)
CLOSED_BATCH = fact(PayoutBatch.Closed, TOMORROW, payouts=1, amount_minor=EARNED)
FINISHED_BATCH = fact(PayoutBatch.Finished, TOMORROW, paid=1, paid_minor=EARNED, came_back=0, came_back_minor=0)

TO_PAY = fact(
    Payout.Batched,
    TOMORROW,
    provider_id=PROVIDER,
    batch_id=BATCH,
    account_id=ACCOUNT,
    amount_minor=EARNED,
    currency="INR",
)
REQUESTED = fact(
    Payout.Requested, TOMORROW, operation_id=OPERATION, gateway_account=FA, amount_minor=EARNED, currency="INR"
)
DOUBTED = fact(Payout.Doubted, TOMORROW, operation_id=OPERATION, why="no_answer")
ACCEPTED = fact(Payout.Accepted, TOMORROW, operation_id=OPERATION, gateway_payout=POUT)
REFUSED = fact(Payout.Refused, TOMORROW, operation_id=OPERATION, provider_id=PROVIDER, code="refused")
PROCESSING = fact(Payout.MovedOn, TOMORROW, state=PayoutState.PROCESSING)
OF_PAYOUT = {"provider_id": PROVIDER, "gateway_payout": POUT, "amount_minor": EARNED}
PROCESSED = fact(
    Payout.Processed,
    TOMORROW,
    **OF_PAYOUT,
    fee_minor=0,
    tax_minor=0,
    bank_reference="utr1",
    transfer_id=f"po:{POUT}",
    **moved(PAYABLE, ledger.BANK, EARNED),
)
REVERSED = fact(
    Payout.Reversed,
    TOMORROW,
    **OF_PAYOUT,
    transfer_id=f"po:{POUT}:rev",
    currency="INR",
    legs=(Leg(PAYABLE, -EARNED), Leg(ledger.BANK, EARNED)),
)


def ended(state: PayoutState = PayoutState.FAILED, why: PayoutTold = PayoutTold.BANK) -> Fact:
    """It came to nothing before the bank had it."""
    return fact(Payout.Ended, TOMORROW, provider_id=PROVIDER, state=state, why=why)


GIVEN = fact(PayoutAccount.Given, NOON, provider_id=PROVIDER, record_id=RECORD)
CHANGED = fact(PayoutAccount.Changed, LATER, record_id=OTHER_RECORD, held_until=LATER + A_DAY)


def check_asked(record_id: UUID = RECORD, operation_id: UUID = CHECK, at: datetime = NOON) -> Fact:
    """The bank is to be asked."""
    return fact(PayoutAccount.CheckAsked, at, operation_id=operation_id, record_id=record_id)


CHECK_BEGUN = fact(PayoutAccount.CheckBegun, SOON, operation_id=CHECK, gateway_account=FA, check_id=FAV)
CHECK_DOUBTED = fact(PayoutAccount.Doubted, SOON, operation_id=CHECK, why="no_answer")
VERIFIED = fact(PayoutAccount.Verified, SOON, operation_id=CHECK, gateway_account=FA)
NOT_THERE = fact(PayoutAccount.Refused, SOON, operation_id=CHECK, code="not_there")

SETTLEMENT_TOLD = fact(
    GatewaySettlement.Told,
    TOMORROW,
    gateway_settlement="setl_1",
    amount_minor=EARNED,
    currency="INR",
    bank_reference="utr1",
    entities=2,
)
SETTLEMENT_BOOKED = fact(
    GatewaySettlement.Booked,
    TOMORROW,
    gateway_settlement="setl_1",
    amount_minor=EARNED,
    transfer_id="stl:setl_1",
    **moved(ledger.BANK, ledger.CLEARING, EARNED),
)
SETTLEMENT_BANKED = fact(
    GatewaySettlement.Banked, TOMORROW, gateway_settlement="setl_1", amount_minor=EARNED, currency="INR"
)

SAMPLES: tuple[Fact, ...] = (
    *(BOOK, DECIDED),
    *(accrued(), HELD, HOLD_ENDED, BATCHED),
    *(RESERVE_OPENED, KEPT, FREED, DRAWN, FELL_SHORT, LOSS_SET_OFF, PUT_BACK, FORGIVEN),
    *(CASH_OPENED, CASH_COLLECTED, CASH_SET_OFF, CASH_HANDED_IN),
    *(OPENED_BATCH, ADDED, CLOSED_BATCH, FINISHED_BATCH),
    *(TO_PAY, REQUESTED, DOUBTED, ACCEPTED, REFUSED, PROCESSING, PROCESSED, REVERSED, ended()),
    *(GIVEN, CHANGED, check_asked(), CHECK_BEGUN, CHECK_DOUBTED, VERIFIED, NOT_THERE),
    *(SETTLEMENT_TOLD, SETTLEMENT_BOOKED, SETTLEMENT_BANKED),
)
"""One of each topic, as it is written today."""
