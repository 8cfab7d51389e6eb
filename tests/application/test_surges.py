"""Does a surge raise the price that is told, and no more than that, whatever becomes of it?"""

from dataclasses import replace

import pytest

from application.propose_fare import ProposeFare, propose_fare
from domain.price_terms import LineKind
from domain.zone_conditions import Condition, ConditionKind
from tests.application.priced import FLAT_TYRE, PricedWorld, at
from tests.support.roadside import NOON, REQUEST, THE_PROVIDER
from tests.support.trade import HELP_MINOR, HELP_TOTAL, Town

pytestmark = pytest.mark.anyio

SURGE = Condition(ConditionKind.SURGE, NOON, at(1), 130)
SURGED_TOTAL = HELP_TOTAL * 130 // 100


def in_surge() -> PricedWorld:
    world = PricedWorld()
    world.trade = replace(world.trade, zones=Town(conditions=(SURGE,)))
    return world


async def test_the_surge_is_a_line_of_the_quote() -> None:
    world = in_surge()
    await world.ask()
    quote = (await world.the_request()).quote
    assert quote is not None
    assert quote.total_minor == SURGED_TOTAL
    assert [(line.kind, line.amount_minor) for line in quote.lines][:2] == [
        (LineKind.BASE, HELP_MINOR),
        (LineKind.SURGE, HELP_MINOR * 30 // 100),
    ]


async def test_who_is_in_danger_pays_none() -> None:
    world = in_surge()
    await world.ask(replace(FLAT_TYRE, sos=True))
    quote = (await world.the_request()).quote
    assert quote is not None
    assert quote.total_minor == HELP_TOTAL


async def test_what_was_told_is_billed_though_the_surge_is_over_and_parts_came_on_top() -> None:
    world = await in_surge().done()
    await world.order(propose_fare, ProposeFare(THE_PROVIDER, REQUEST, 1_000, 0, world.now))
    fare = (await world.the_request()).fare
    assert fare is not None
    net = {line.kind: line.amount_minor for line in fare.lines}
    assert (net[LineKind.BASE], net[LineKind.SURGE]) == (HELP_MINOR, HELP_MINOR * 30 // 100)
    assert fare.total_minor == round((HELP_MINOR * 1.3 + 1_000) * 1.18 / 100) * 100
