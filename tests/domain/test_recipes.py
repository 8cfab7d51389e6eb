"""Does each fact about money move what the chart says, under an id that follows from it?"""

from collections.abc import Callable

import pytest

from domain import ledger
from domain.ledger import chart, memberships, recipes
from domain.ledger.chart import GstKind
from domain.ledger.recipes import Withheld
from domain.ledger.terms import Answer, Known, Result
from domain.ledger.transfer import Transfer, Unbalanced
from tests.support.roadside import CUSTOMER, OTHER_REQUEST, PROVIDER, REQUEST, some_id

GRANT, TERM, SUBSCRIPTION = some_id(94), some_id(93), some_id(92)
ADVANCE, WALLET, PAYABLE = chart.advance_for(REQUEST), chart.wallet_of(CUSTOMER), chart.payable_to(PROVIDER)
RESERVE, PROMO = chart.reserve_of(PROVIDER), chart.promo_of(CUSTOMER, GRANT)
DEFERRED, UNITS = chart.deferred_for(SUBSCRIPTION), chart.units_of(SUBSCRIPTION, "tow_km", 2)
CGST, SGST = chart.gst_out(GstKind.CGST, "29"), chart.gst_out(GstKind.SGST, "29")
CLEARING, BANK, IN_FLIGHT, HELD = chart.CLEARING, chart.BANK, chart.REFUND_IN_FLIGHT, chart.DISPUTE_HELD
HALVES = {(GstKind.CGST, "29"): 2_025, (GstKind.SGST, "29"): 2_025}


def promised() -> Transfer:
    return recipes.refund_promised("rfnd_1", {ADVANCE: 200, chart.SERVICE: 100}, "INR")


def paid() -> Transfer:
    return recipes.payout("pout_1", PROVIDER, 900, "INR")


@pytest.mark.parametrize(
    ("told", "transfer_id", "legs"),
    [
        (lambda: recipes.captured("pay_1", REQUEST, 500, "INR"), "cap:pay_1", {CLEARING: 500, ADVANCE: -500}),
        (lambda: recipes.gateway_fee("pay_1", 11_800, 1_800, "INR"), "fee:pay_1",
         {CLEARING: -11_800, chart.PSP_FEE: 10_000, chart.GST_INPUT: 1_800}),
        (lambda: recipes.gateway_fee("pay_1", 20, 0, "INR"), "fee:pay_1", {CLEARING: -20, chart.PSP_FEE: 20}),
        (lambda: recipes.topped_up("pay_2", CUSTOMER, 7, "INR"), "top:pay_2", {CLEARING: 7, WALLET: -7}),
        (lambda: recipes.kept(GRANT, CUSTOMER, REQUEST, 7, "INR"), f"cap:{GRANT.hex}", {WALLET: 7, ADVANCE: -7}),
        (lambda: recipes.done_as_principal(TERM, REQUEST, 22_500, HALVES, "INR"), f"set:{TERM.hex}",
         {ADVANCE: 26_550, chart.SERVICE: -22_500, CGST: -2_025, SGST: -2_025}),
        (lambda: recipes.subcontracted(TERM, PROVIDER, 1_000, "INR", Withheld(tds_minor=10)), f"sub:{TERM.hex}",
         {chart.SUBCONTRACTED: 1_000, chart.TDS: -10, PAYABLE: -990}),
        (promised, "rf:rfnd_1", {ADVANCE: 200, chart.SERVICE: 100, IN_FLIGHT: -300}),
        (lambda: recipes.refund_paid("rfnd_1", 300, "INR"), "rf:rfnd_1:processed", {IN_FLIGHT: 300, CLEARING: -300}),
        (lambda: recipes.refund_failed(promised()), "rf:rfnd_1:failed",
         {ADVANCE: -200, chart.SERVICE: -100, IN_FLIGHT: 300}),
        (lambda: recipes.refund_to_wallet("rfnd_1", CUSTOMER, 300, "INR"), "rf:rfnd_1:wallet",
         {IN_FLIGHT: 300, WALLET: -300}),
        (lambda: recipes.dispute_opened("disp_1", 9, "INR"), "dsp:disp_1", {HELD: 9, CLEARING: -9}),
        (lambda: recipes.dispute_won("disp_1", 9, "INR"), "dsp:disp_1:won", {CLEARING: 9, HELD: -9}),
        (lambda: recipes.dispute_lost("disp_1", 9, "INR"), "dsp:disp_1:lost", {chart.CHARGEBACK: 9, HELD: -9}),
        (lambda: recipes.dispute_fee("disp_1", "setl_1", 590, 90, "INR"), "dsp:disp_1:fee:setl_1",
         {CLEARING: -590, chart.PSP_FEE: 500, chart.GST_INPUT: 90}),
        (lambda: recipes.dispute_won_fee("disp_1", "setl_1", 590, 90, "INR"), "dsp:disp_1:won:fee:setl_1",
         {CLEARING: -590, chart.PSP_FEE: 500, chart.GST_INPUT: 90}),
        (lambda: recipes.recovered_from_reserve(TERM, PROVIDER, 9, "INR"), f"bor:{TERM.hex}:reserve",
         {RESERVE: 9, chart.CHARGEBACK: -9}),
        (lambda: memberships.entitled_more(SUBSCRIPTION, "tow_km", 2, 30, "KM", 3),
         f"ent:{SUBSCRIPTION.hex}:tow_km:2:more3", {chart.units_given("tow_km"): 30, UNITS: -30}),
        (lambda: recipes.recovered_from_earnings(TERM, PROVIDER, 9, "INR"), f"bor:{TERM.hex}:earnings",
         {PAYABLE: 9, chart.CHARGEBACK: -9}),
        (lambda: recipes.settled_to_bank("setl_1", 9, "INR"), "stl:setl_1", {BANK: 9, CLEARING: -9}),
        (paid, "po:pout_1", {PAYABLE: 900, BANK: -900}),
        (lambda: recipes.payout_reversed(paid()), "po:pout_1:rev", {PAYABLE: -900, BANK: 900}),
        (lambda: recipes.reserved(PROVIDER, OTHER_REQUEST, 9, "INR"), f"rsv:{OTHER_REQUEST.hex}",
         {PAYABLE: 9, RESERVE: -9}),
        (lambda: recipes.tipped(TERM, REQUEST, PROVIDER, 9, "INR"), f"tip:{TERM.hex}", {ADVANCE: 9, PAYABLE: -9}),
        (lambda: recipes.tip_returned(TERM, REQUEST, PROVIDER, 9, "INR"), f"tip:{TERM.hex}:back",
         {ADVANCE: -9, PAYABLE: 9}),
        (lambda: memberships.charged("pay_3", SUBSCRIPTION, 22_500, HALVES, "INR"), "sbc:pay_3",
         {CLEARING: 26_550, DEFERRED: -22_500, CGST: -2_025, SGST: -2_025}),
        (lambda: memberships.recognised(TERM, 3, SUBSCRIPTION, 500, "INR"), f"rec:{TERM.hex}:3",
         {DEFERRED: 500, chart.SERVICE: -500}),
        (lambda: memberships.broken(TERM, SUBSCRIPTION, 4, "INR"), f"brk:{TERM.hex}",
         {DEFERRED: 4, chart.BREAKAGE: -4}),
        (lambda: memberships.granted(GRANT, CUSTOMER, 100, "INR"), f"prm:{GRANT.hex}",
         {chart.GOODWILL: 100, PROMO: -100}),
        (lambda: memberships.grant_expired(GRANT, CUSTOMER, 40, "INR"), f"prm:{GRANT.hex}:expired",
         {PROMO: 40, chart.GOODWILL: -40}),
        (lambda: memberships.entitled(SUBSCRIPTION, "tow_km", 2, 500, "KM"), f"ent:{SUBSCRIPTION.hex}:tow_km:2",
         {"U:Given:tow_km": 500, UNITS: -500}),
        (lambda: memberships.used(REQUEST, SUBSCRIPTION, "tow_km", 2, 31, "KM"), f"use:{REQUEST.hex}:tow_km",
         {UNITS: 31, "U:Used:tow_km": -31}),
        (lambda: memberships.lapsed(SUBSCRIPTION, "tow_km", 2, 469, "KM"), f"ent:{SUBSCRIPTION.hex}:tow_km:2:lapsed",
         {UNITS: 469, "U:Used:tow_km": -469}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_fact_has_its_recipe(told: Callable[[], Transfer], transfer_id: str, legs: dict[str, int]) -> None:
    booked = told()  # made here and not when tests are collected: a mutant only lives while a test runs
    assert booked.transfer_id == transfer_id
    assert {leg.account: leg.amount_minor for leg in booked.legs} == legs
    assert booked.currency == ("KM" if "U:" in str(legs) else "INR")


def test_the_worked_example_of_a_marketplace() -> None:
    """A tow of 1 500.00 with 18 % tax, 15 % commission, 0.5 % collected and 0.1 % deducted at source."""
    booked = recipes.done_as_marketplace(
        TERM, REQUEST, PROVIDER, 177_000, 22_500, HALVES, "INR", Withheld(tcs_minor=750, tds_minor=150)
    )
    assert booked.transfer_id == f"set:{TERM.hex}"
    assert booked.amount_on(PAYABLE) == -149_550
    assert {leg.account: leg.amount_minor for leg in booked.legs} == {
        ADVANCE: 177_000, chart.COMMISSION: -22_500, CGST: -2_025, SGST: -2_025, chart.GST_TCS: -750, chart.TDS: -150,
        PAYABLE: -149_550,
    }  # fmt: skip


def test_a_term_is_earned_evenly_and_in_full() -> None:
    assert memberships.straight_line(10, 3) == (3, 3, 4)
    assert sum(memberships.straight_line(19_900, 45)) == 19_900
    assert memberships.straight_line(5, 1) == (5,)
    with pytest.raises(ValueError, match="a day at least"):
        memberships.straight_line(5, 0)


@pytest.mark.parametrize("name", ["", "Asha Rao", "pay_1:lost", "a" * 65])
def test_what_could_be_a_persons_name_names_no_fact(name: str) -> None:
    with pytest.raises(ValueError, match="names no fact"):
        recipes.captured(name, REQUEST, 5, "INR")


def test_a_recipe_of_nothing_is_a_fault() -> None:
    with pytest.raises(Unbalanced):
        recipes.captured("pay_1", REQUEST, 0, "INR")


@pytest.mark.parametrize(
    ("account", "guarded"),
    [(WALLET, True), (PROMO, True), (UNITS, True), (chart.units_given("x"), False), (chart.units_used("x"), False),
     (CLEARING, False), (ADVANCE, False), (PAYABLE, False), (chart.receivable_from(CUSTOMER), False)],
)  # fmt: skip
def test_only_what_one_customer_has_is_guarded(account: str, guarded: bool) -> None:  # noqa: FBT001
    assert ledger.is_guarded(account) is guarded


@pytest.mark.parametrize(
    ("account", "right", "wrong"),
    [(CLEARING, 1, -1), (BANK, 1, -1), (HELD, 1, -1), (IN_FLIGHT, -1, 1), (ADVANCE, -1, 1), (chart.SUSPENSE, 0, 1),
     (chart.SUSPENSE, 0, -1)],
)  # fmt: skip
def test_what_follows_facts_has_a_wrong_side(account: str, right: int, wrong: int) -> None:
    assert [ledger.on_wrong_side(account, balance) for balance in (right, 0, wrong)] == [False, False, True]


def test_what_no_fact_moves_alone_has_none() -> None:
    assert not any(ledger.on_wrong_side(name, sign) for name in (PAYABLE, WALLET, chart.SERVICE) for sign in (-1, 1))


def test_what_is_given_more_of_is_given_in_its_own_asset() -> None:
    more = memberships.entitled_more(SUBSCRIPTION, "tow_km", 2, 30, "KM", 3)
    assert more.currency == "KM"


def test_tax_of_no_state_has_an_account_without_one() -> None:
    assert chart.gst_out(GstKind.IGST, "") == "L:Gst:Out:IGST"


def test_an_id_that_was_used_in_another_asset_is_told_apart() -> None:
    rupees = recipes.topped_up("pay_2", CUSTOMER, 7, "INR")
    known = Known("booked", "INR", rupees.legs)
    assert known.against("booked", recipes.topped_up("pay_2", CUSTOMER, 7, "USD")) == Answer(
        Result.EXISTS_WITH_DIFFERENT_ASSET
    )
