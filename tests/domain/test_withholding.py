"""What does the state get of a provider's part, and what is left for the provider?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain import ledger
from domain.earning_rules import LONGEST_WAIT_S, BadRules, EarningRulebook, EarningRules
from domain.ledger import GstKind
from domain.split import SupplyModel, bill_of, legs_of, shares_of
from domain.timeline import BadEffect
from domain.withholding import Rates, Taxpayer, Withholding
from tests.domain.money_facts import HOUSE, TOW_LINES, TOW_TOTAL
from tests.domain.payout_facts import BOOK, DECIDED, LAW, RULES, TOMORROW
from tests.support.roadside import NOON, PROVIDER, REQUEST
from tests.support.rulebook import given

REGISTERED = Taxpayer(has_pan=True, has_gstin=True)


def test_the_worked_example_of_a_marketplace_comes_out_to_the_paisa() -> None:
    split = replace(HOUSE, withholding=LAW.for_a(REGISTERED, as_principal=False))
    shares = shares_of(bill_of(TOW_LINES), split, by_a_provider=True)
    assert (shares.commission_minor, shares.taxes.total_minor) == (22_500, 4_050)
    assert (shares.tcs_minor, shares.tds_minor, shares.payable_minor) == (750, 150, 149_550)
    assert shares.earned_minor == 150_450
    legs = legs_of(REQUEST, PROVIDER, bill_of(TOW_LINES), split)
    assert sum(legs.values()) == 0
    assert (legs[ledger.GST_TCS], legs[ledger.TDS]) == (-750, -150)
    assert (legs[ledger.payable_to(PROVIDER)], legs[ledger.advance_for(REQUEST)]) == (-149_550, TOW_TOTAL)


def test_a_principal_deducts_of_what_the_provider_costs_it() -> None:
    kept = LAW.for_a(REGISTERED, as_principal=True)
    split = replace(HOUSE, supply=SupplyModel.PRINCIPAL, withholding=kept)
    legs = legs_of(REQUEST, PROVIDER, bill_of(TOW_LINES), split)
    assert {name: amount for name, amount in legs.items() if amount} == {
        ledger.advance_for(REQUEST): TOW_TOTAL,
        ledger.SERVICE: -150_000,
        ledger.gst_out(GstKind.CGST, "29"): -13_500,
        ledger.gst_out(GstKind.SGST, "29"): -13_500,
        ledger.SUBCONTRACTED: 127_500,
        ledger.TDS: -2_550,
        ledger.payable_to(PROVIDER): -124_950,
    }


@pytest.mark.parametrize(
    ("taxpayer", "as_principal", "shares"),
    [
        (REGISTERED, False, (50, 10)),
        (Taxpayer(has_pan=True, has_gstin=False), False, (0, 10)),
        (Taxpayer(has_pan=False, has_gstin=False), False, (0, 500)),
        (Taxpayer(has_pan=False, has_gstin=True), False, (50, 500)),
        (REGISTERED, True, (0, 200)),
        (Taxpayer(has_pan=False, has_gstin=True), True, (0, 2_000)),
    ],
)
def test_the_shares_follow_from_the_papers(taxpayer: Taxpayer, as_principal: bool, shares: tuple[int, int]) -> None:  # noqa: FBT001
    found = LAW.for_a(taxpayer, as_principal=as_principal)
    assert (found.tcs_bp, found.tds_bp) == shares


def test_halves_of_a_paisa_are_rounded_up_each_by_itself() -> None:
    kept = Withholding(tcs_bp=50, tds_bp=50).of(100)
    assert (kept.tcs_minor, kept.tds_minor) == (1, 1)
    assert not Rates().withhold_anything
    assert Rates(contract_tds_without_pan_bp=1).withhold_anything


def test_rules_count_from_their_instant_on() -> None:
    book = given(EarningRulebook, BOOK)
    assert book.now().at(TOMORROW) == EarningRules()
    book.when(lambda b: b.decide(RULES, TOMORROW, NOON)).then(DECIDED)
    decided = given(EarningRulebook, BOOK, DECIDED)
    assert decided.now().at(TOMORROW) == RULES
    assert decided.now().at(TOMORROW - timedelta(seconds=1)) == EarningRules()
    decided.when(lambda b: b.decide(RULES, TOMORROW, NOON)).then_nothing()
    decided.when(lambda b: b.decide(RULES, NOON - timedelta(days=2), NOON)).then_refused(BadEffect)


@pytest.mark.parametrize(
    "rules",
    [
        EarningRules(rates=Rates(tds_bp=10_001)),
        EarningRules(rates=Rates(tcs_bp=-1)),
        EarningRules(reserve_bp=10_001),
        EarningRules(waits_s=-1),
        EarningRules(waits_s=LONGEST_WAIT_S + 1),
        EarningRules(least_minor=0),
        EarningRules(reserve_most_minor=-1),
    ],
)
def test_rules_that_make_no_sense_are_refused(rules: EarningRules) -> None:
    given(EarningRulebook, BOOK).when(lambda b: b.decide(rules, TOMORROW, NOON)).then_refused(BadRules)
