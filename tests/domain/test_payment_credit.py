"""Does a credit note undo exactly what was divided, in however many parts, whoever supplied and however it was paid?"""

from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import ledger
from domain.ledger import Leg
from domain.payment import Payment
from domain.payment_credit import divided_by
from domain.payment_terms import GivenBack, WrongAmount
from domain.price_terms import PaymentMethod
from domain.refusal import OutOfTurn
from domain.split import Split, SupplyModel, bill_of
from domain.withholding import Withholding
from tests.domain.money_facts import KARNATAKA, TOW_LINES, TOW_TOTAL, due_payment
from tests.support.effort import examples
from tests.support.roadside import CUSTOMER, LATER, PROVIDER, REQUEST, SOON, some_id

NOTES = [some_id(800 + number) for number in range(20)]
ADVANCE = ledger.advance_for(REQUEST)
PARTNER = some_id(830)
PAYABLE = ledger.payable_to(PROVIDER)


def settled(
    supply: SupplyModel = SupplyModel.MARKETPLACE,
    *,
    owed: int = 0,
    covered: int = 0,
    borne: int = 0,
    withholding: Withholding = Withholding(50, 10),  # noqa: B008  it cannot change
    method: PaymentMethod = PaymentMethod.WALLET,
    provider_id: UUID | None = PROVIDER,
) -> Payment:
    """The tow of the reference, paid and divided."""
    payment = due_payment(method, provider_id)
    if covered:
        payment.cover(covered, LATER)
    if borne:
        payment.bear(PARTNER, borne, LATER)
    if method is PaymentMethod.CASH:
        payment.collect(TOW_TOTAL - covered, "INR", LATER)
    elif payment.open_minor > owed:
        payment.capture(payment.open_minor - owed, LATER)
    payment.owe(LATER)
    split = Split(1_500, 1_800, KARNATAKA, supply, withholding)
    payment.settle(bill_of(TOW_LINES), split, LATER)
    return payment


def legs_told(payment: Payment, topic: type[object]) -> dict[str, int]:
    """What all events of one sort moved."""
    sums: dict[str, int] = {}
    for event in payment.pending_events:
        if isinstance(event, topic):
            for leg in getattr(event, "legs"):  # noqa: B009  events of all sorts
                sums[leg.account] = sums.get(leg.account, 0) + leg.amount_minor
    return {account: amount for account, amount in sums.items() if amount}


def test_half_of_a_job_takes_back_half_of_everybodys_part() -> None:
    payment = settled()
    assert payment.credit_back(NOTES[0], TOW_TOTAL // 2, LATER) == GivenBack(88_500, 74_774)
    assert payment.credit_back(NOTES[0], TOW_TOTAL // 2, LATER) is None
    assert legs_told(payment, Payment.CreditedBack) == {
        ledger.COMMISSION: 11_250,
        ledger.gst_out(ledger.GstKind.CGST, KARNATAKA): 1_013,
        ledger.gst_out(ledger.GstKind.SGST, KARNATAKA): 1_013,
        ledger.GST_TCS: 375,
        ledger.TDS: 75,
        PAYABLE: 74_774,
        ADVANCE: -88_500,
    }


@pytest.mark.parametrize("supply", SupplyModel)
@pytest.mark.parametrize("method", [PaymentMethod.WALLET, PaymentMethod.CASH])
@given(cuts=st.lists(st.integers(1, TOW_TOTAL - 1), unique=True, max_size=8))
@settings(max_examples=examples(25), deadline=None)
def test_notes_over_the_whole_undo_all_that_was_divided(
    supply: SupplyModel, method: PaymentMethod, cuts: list[int]
) -> None:
    payment = settled(supply, method=method)
    edges = [0, *sorted(cuts), TOW_TOTAL]
    for note, (begins, ends) in enumerate(pairwise(edges)):
        payment.credit_back(NOTES[note], ends - begins, LATER)
    undone, divided = legs_told(payment, Payment.CreditedBack), payment.divided
    assert undone == {leg.account: -leg.amount_minor for leg in divided} | {ADVANCE: -TOW_TOTAL}
    assert sum(leg.amount_minor for leg in divided) == -TOW_TOTAL
    with pytest.raises(WrongAmount):
        payment.credit_back(NOTES[-1], 1, LATER)


def test_a_principal_bears_it_alone() -> None:
    payment = settled(SupplyModel.PRINCIPAL)
    assert payment.credit_back(NOTES[0], TOW_TOTAL, LATER) == GivenBack(TOW_TOTAL, 0)
    taxes = {ledger.gst_out(kind, KARNATAKA): 13_500 for kind in (ledger.GstKind.CGST, ledger.GstKind.SGST)}
    assert legs_told(payment, Payment.CreditedBack) == {ledger.SERVICE: 150_000, ADVANCE: -TOW_TOTAL} | taxes


def test_a_debt_is_forgiven_before_anything_goes_back_and_a_membership_gets_the_rest() -> None:
    payment = settled(owed=50_000, covered=40_000)
    assert payment.credit_back(NOTES[0], 60_000, LATER) == GivenBack(10_000, 50_696)
    assert payment.owed_minor == 0
    back = payment.credit_back(NOTES[1], TOW_TOTAL - 60_000, LATER)
    assert back is not None
    assert back.to_customer_minor == TOW_TOTAL - 60_000 - 40_000
    told = legs_told(payment, Payment.CreditedBack)
    assert told[ledger.receivable_from(CUSTOMER)] == -50_000
    assert told[ledger.MEMBERSHIP] == -40_000


def test_cash_that_the_provider_kept_is_no_part_of_what_was_divided() -> None:
    payment = settled(method=PaymentMethod.CASH)
    assert {leg.account for leg in payment.divided}.isdisjoint({ledger.cash_with(PROVIDER), ADVANCE})
    assert Leg(PAYABLE, -149_550) in payment.divided


def test_who_paid_last_gets_back_first_then_a_partner_and_at_last_the_membership() -> None:
    payment = settled(owed=10_000, borne=60_000, covered=40_000)
    parts = [payment.credit_back(NOTES[nth], part, LATER) for nth, part in enumerate((80_000, 50_000, 47_000))]
    assert [(back.to_customer_minor, back.to_partner_minor) for back in parts if back] == [
        (67_000, 3_000),
        (0, 50_000),
        (0, 7_000),
    ]
    told = [each for each in payment.pending_events if isinstance(each, Payment.CreditedBack)]
    assert [each.to_cover_minor for each in told] == [0, 0, 40_000]
    assert [each.forgiven_minor for each in told] == [10_000, 0, 0]
    assert [each.to_partner_minor for each in told] == [3_000, 50_000, 7_000]
    assert legs_told(payment, Payment.CreditedBack)[ledger.partner_owes(PARTNER)] == -60_000
    whole = settled(owed=10_000, borne=60_000, covered=40_000).credit_back(NOTES[0], TOW_TOTAL, LATER)
    assert whole is not None
    assert (whole.to_customer_minor, whole.to_partner_minor) == (67_000, 60_000)


def test_a_note_is_told_whole_under_its_own_name() -> None:
    payment = settled()
    payment.credit_back(NOTES[0], TOW_TOTAL // 2, SOON)
    (told,) = [each for each in payment.pending_events if isinstance(each, Payment.CreditedBack)]
    assert (told.timestamp, told.transfer_id) == (SOON, f"cn:{NOTES[0].hex}")
    assert (told.request_id, told.customer_id, told.provider_id) == (REQUEST, CUSTOMER, PROVIDER)
    assert (told.credit_note_id, told.amount_minor, told.payable_minor) == (NOTES[0], 88_500, 74_774)


def test_what_rounding_leaves_is_the_suppliers() -> None:
    principal = settled(SupplyModel.PRINCIPAL)
    assert principal.credit_back(NOTES[0], 5, LATER) == GivenBack(5, 0)
    assert legs_told(principal, Payment.CreditedBack) == {ledger.SERVICE: 5, ADVANCE: -5}


def test_a_principal_who_withholds_nothing_bears_it_alone_too() -> None:
    payment = settled(SupplyModel.PRINCIPAL, withholding=Withholding(0, 0))
    assert {leg.account for leg in payment.divided}.isdisjoint({PAYABLE, ledger.TDS, ledger.SUBCONTRACTED})
    assert payment.credit_back(NOTES[0], TOW_TOTAL, LATER) == GivenBack(TOW_TOTAL, 0)


def test_who_credits_too_much_is_told_what_is_left() -> None:
    payment = settled()
    payment.credit_back(NOTES[0], 77_000, LATER)
    with pytest.raises(WrongAmount) as refused:
        payment.credit_back(NOTES[1], 100_001, LATER)
    assert (refused.value.detail, refused.value.facts) == ("100000 is left of it", {"due_minor": 100_000})


def test_what_was_not_divided_cannot_go_back() -> None:
    payment = due_payment()
    with pytest.raises(OutOfTurn) as refused:
        payment.credit_back(NOTES[0], 1, LATER)
    assert refused.value.detail == "the payment is due"
    assert refused.value.facts == {"state": "due", "act": "credit_back"}


def test_what_a_partner_bears_is_told_and_no_more_than_is_due() -> None:
    payment = due_payment()
    payment.collect_events()
    payment.bear(PARTNER, TOW_TOTAL, LATER)
    (told,) = payment.collect_events()
    assert isinstance(told, Payment.Borne)
    assert (told.partner_id, told.amount_minor, told.currency) == (PARTNER, TOW_TOTAL, "INR")
    assert (told.timestamp, told.request_id, told.customer_id) == (LATER, REQUEST, CUSTOMER)
    with pytest.raises(WrongAmount) as refused:
        payment.bear(PARTNER, 1, LATER)
    assert refused.value.facts == {"due_minor": 0}


def test_where_nobody_came_nobody_owes_anything() -> None:
    payment = settled(SupplyModel.PRINCIPAL, provider_id=None)
    assert payment.credit_back(NOTES[0], TOW_TOTAL, LATER) == GivenBack(TOW_TOTAL, 0)


def test_who_kept_in_cash_what_it_earned_is_owed_that_all_the_same() -> None:
    legs = (Leg(ADVANCE, 100), Leg(ledger.COMMISSION, -100))
    assert divided_by(legs, REQUEST, PROVIDER, 70) == (Leg(ledger.COMMISSION, -100), Leg(PAYABLE, -70))
