"""Does a tenant's decision on who supplies divide the jobs after it, and no other?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.decide_supply import DecideSupply, decide_supply
from domain import ledger
from domain.actor import Role
from domain.ledger.chart import GstKind
from domain.refusal import NotAllowed
from domain.split import SupplyModel, bill_of, legs_of
from domain.supply_model import SupplyDecision, supply_stream
from domain.timeline import BadEffect
from tests.application.world import World
from tests.domain.ledger_facts import A_DAY_LATER, DECISION, PRINCIPAL
from tests.domain.money_facts import HOUSE, TOW_LINES, TOW_TOTAL
from tests.support.roadside import DESK_ACTOR, NOON, PROVIDER, REQUEST, TENANT
from tests.support.rulebook import given

pytestmark = pytest.mark.anyio


def test_a_decision_counts_from_its_instant_on() -> None:
    before = given(SupplyDecision, DECISION).now()
    assert before.at(A_DAY_LATER) is SupplyModel.MARKETPLACE
    given(SupplyDecision, DECISION).when(lambda d: d.decide(SupplyModel.PRINCIPAL, A_DAY_LATER, NOON)).then(PRINCIPAL)
    decided = given(SupplyDecision, DECISION, PRINCIPAL)
    assert decided.now().at(A_DAY_LATER) is SupplyModel.PRINCIPAL
    assert decided.now().at(A_DAY_LATER - timedelta(seconds=1)) is SupplyModel.MARKETPLACE
    decided.when(lambda d: d.decide(SupplyModel.PRINCIPAL, A_DAY_LATER, NOON)).then_nothing()
    decided.when(lambda d: d.decide(SupplyModel.MARKETPLACE, NOON - timedelta(days=2), NOON)).then_refused(BadEffect)


def test_a_principal_owes_the_tax_and_bears_the_providers_part() -> None:
    as_principal = type(HOUSE)(HOUSE.commission_bp, HOUSE.tax_bp, HOUSE.state, SupplyModel.PRINCIPAL)
    legs = legs_of(REQUEST, PROVIDER, bill_of(TOW_LINES), as_principal)
    assert {name: amount for name, amount in legs.items() if amount} == {
        ledger.advance_for(REQUEST): TOW_TOTAL,
        ledger.SERVICE: -150_000,
        ledger.gst_out(GstKind.CGST, "29"): -13_500,
        ledger.gst_out(GstKind.SGST, "29"): -13_500,
        ledger.SUBCONTRACTED: 127_500,
        ledger.payable_to(PROVIDER): -127_500,
    }


async def test_only_an_administrator_decides() -> None:
    world = World()
    with pytest.raises(NotAllowed):
        await world.run(decide_supply, DecideSupply(DESK_ACTOR, SupplyModel.PRINCIPAL, NOON, NOON))
    told = await world.run(
        decide_supply, DecideSupply(replace(DESK_ACTOR, role=Role.ADMIN), SupplyModel.PRINCIPAL, NOON, NOON)
    )
    assert told.answer == {"model": "principal", "version": 2}
    decision = await world.the(SupplyDecision, supply_stream(TENANT))
    assert decision.at(NOON) is SupplyModel.PRINCIPAL
