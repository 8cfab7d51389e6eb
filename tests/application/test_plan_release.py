"""Is a booked hour planned anew as the city looks, and searched for in time?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from application.dispatch.approach import Pace
from application.dispatch.board import FreeShift
from application.dispatch.bookings import Booking, BookingWatch, Planning
from domain.catalogue import Capability, VehicleClass
from domain.geography import cell_of
from domain.price_terms import PaymentMethod
from domain.request_terms import RequestState
from tests.application.priced import FLAT_TYRE, PricedWorld
from tests.dispatcher.city import Told
from tests.support.roadside import BREAKDOWN_CELL, NOON, REQUEST, TENANT, some_id

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.anyio

HOUR = NOON + timedelta(hours=3)


class OneBooking:
    """Implements ``BookingBoard``: the request of the world, and one crew so many kilometres north."""

    def __init__(self, world: PricedWorld, kilometres: float) -> None:
        self.world, self.kilometres = world, kilometres

    async def bookings(self, until: datetime, limit: int) -> Sequence[Booking]:
        request = await self.world.the_request()
        if request.state is not RequestState.SCHEDULED or request.release_at is None or until < HOUR or not limit:
            return []
        needs = frozenset({Capability.FLAT_TYRE})
        return [Booking(TENANT, REQUEST, BREAKDOWN_CELL, needs, VehicleClass.CAR, HOUR, request.release_at)]

    async def at_work(self, limit: int) -> Sequence[FreeShift]:
        cell = cell_of(12.9716 + self.kilometres / 111.195, 77.5946)
        able, sizes = frozenset({Capability.FLAT_TYRE}), frozenset({VehicleClass.CAR})
        return [FreeShift(TENANT, some_id(21), 1, some_id(11), able, sizes, cell, NOON)][:limit]


async def booked() -> PricedWorld:
    world = PricedWorld()
    await world.open_both()
    await world.fill_wallet()
    await world.ask(replace(FLAT_TYRE, scheduled_for=HOUR), PaymentMethod.WALLET)
    return world


async def test_the_search_begins_when_the_drive_calls_for_it_and_not_at_a_fixed_lead() -> None:
    world, told = await booked(), Told()
    assert (await world.the_request()).release_at == HOUR - timedelta(minutes=45)
    near = BookingWatch(OneBooking(world, 2), Pace(), world.engine, Planning(), told)
    assert await near.look(HOUR - timedelta(minutes=100)) == 0, "too early to plan"
    assert await near.look(HOUR - timedelta(minutes=80)) == 1
    assert (await world.the_request()).release_at == HOUR - timedelta(minutes=15), "planned, then frozen"
    assert await near.look(HOUR - timedelta(minutes=79)) == 0, "a good plan stays"
    far = BookingWatch(OneBooking(world, 20), Pace(), world.engine, Planning(), told)
    assert await far.look(HOUR - timedelta(minutes=78)) == 1
    release_at = (await world.the_request()).release_at
    assert release_at is not None
    assert timedelta(minutes=50) < HOUR - release_at < timedelta(minutes=60), "20 km, 27 by road, at 35 km/h"
    assert await near.look(HOUR - timedelta(minutes=14)) == 0, "frozen"
    assert told.refusals == []
