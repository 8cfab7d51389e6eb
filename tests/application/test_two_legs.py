"""Does a vehicle go on from the yard where its first tow ended, with a price and a provider of its own?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from application.plan_leg import PlanLeg, plan_leg
from domain.refusal import BadInput
from domain.request_asking import BadSchedule
from domain.request_legs import LegUnderWay
from domain.request_terms import RequestState
from domain.request_transit import NothingToTow
from domain.service_request import ServiceRequest
from tests.application.priced import FARTHER_CELL, GARAGE_CELL, TOW, PricedWorld, at
from tests.support.roadside import NOON, REQUEST, THE_CUSTOMER

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.anyio

TOMORROW = NOON + timedelta(hours=20)
ENOUGH = 1_000_000


async def planned(
    world: PricedWorld, when: datetime | None = TOMORROW, at_most: int | None = ENOUGH, cell: str = FARTHER_CELL
) -> None:
    await world.order(plan_leg, PlanLeg(THE_CUSTOMER, REQUEST, cell, when, at_most, world.now))


async def second(world: PricedWorld) -> ServiceRequest:
    request = await world.the_request()
    assert request.onward is not None
    return await world._get(ServiceRequest, request.onward.request_id)


async def done(world: PricedWorld) -> None:
    await world.hand_over()
    await world.finish()


async def test_the_second_leg_waits_for_its_hour_at_its_own_price() -> None:
    world = await PricedWorld().at_drop()
    await planned(world)
    await done(world)
    leg = await second(world)
    assert (leg.state, leg.cell, leg.drop_cell) == (RequestState.SCHEDULED, GARAGE_CELL, FARTHER_CELL)
    assert leg.quote is not None
    assert leg.confirmed_quote == 1
    first = await world.the_request()
    assert first.onward_opened
    assert first.settlement is not None, "each leg is settled by itself"


async def test_without_an_hour_it_is_searched_for_at_once() -> None:
    world = await PricedWorld().at_drop()
    await planned(world, when=None)
    await done(world)
    assert (await second(world)).state is RequestState.SEARCHING


@pytest.mark.parametrize("at_most", [None, 1])
async def test_a_price_that_was_not_agreed_to_is_asked_for(at_most: int | None) -> None:
    world = await PricedWorld().at_drop()
    await planned(world, at_most=at_most)
    await done(world)
    assert (await second(world)).state is RequestState.QUOTED


async def test_who_cannot_pay_any_more_is_asked_and_the_first_leg_ends_all_the_same() -> None:
    world = await PricedWorld().assigned(TOW)
    wallet = await world.wallet()
    assert wallet.available_minor < ENOUGH
    await planned(world, at_most=10**9)
    await world.come()
    first = await world.the_request()
    assert first.onward is not None


async def test_the_plan_can_change_until_it_begins() -> None:
    world = await PricedWorld().at_drop()
    await planned(world)
    await planned(world, when=None)
    request = await world.the_request()
    assert request.onward is not None
    assert request.onward.scheduled_for is None
    await done(world)
    with pytest.raises(LegUnderWay):
        await planned(world)


async def test_what_makes_no_second_leg() -> None:
    world = await PricedWorld().at_drop()
    with pytest.raises(BadInput):
        await planned(world, cell=GARAGE_CELL)
    with pytest.raises(BadSchedule):
        await planned(world, when=at(-5))
    world = await PricedWorld().on_scene()
    with pytest.raises(NothingToTow):
        await planned(world)
