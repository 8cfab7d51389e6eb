"""Is a tow kept ready where a patrol will probably not mend it, asked first when it did not, and free otherwise?"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from application.change_need import ChangeNeed, change_need
from application.complete_service import CompleteService, complete_service
from application.confirm_arrival import ConfirmArrival, confirm_arrival
from application.dispatch.standbys import Patrol, Ready, Reserving, StandbyWatch
from application.propose_need_change import ProposeNeedChange, propose_need_change
from application.report_en_route import ReportEnRoute, report_en_route
from application.trade import FREE_EVERYWHERE
from domain.catalogue import Capability, Fuel, Service, VehicleClass
from domain.fix_chance import TABLE, WEIGHT, fix_percent
from domain.request_terms import TOWED, Need
from projections.request_board import RequestRow, request_board
from projections.spot_fixes import spot_fixes
from projections.standbys import standbys
from tests.dispatcher.city import City, near
from tests.support.roadside import THE_CUSTOMER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from application.dispatch.board import FreeShift

pytestmark = pytest.mark.anyio

UNDER_WAY = {"assigned", "en_route", "on_scene", "in_service"}


class MemoryStandbys:
    """Implements ``application.dispatch.standbys.StandbyBoard`` over the board of a city in memory."""

    def __init__(self, city: City) -> None:
        self._city = city

    def _requests(self) -> dict[UUID, RequestRow]:
        return {row.request_id: row for row in self._city.board.rows(request_board)}

    async def patrols(self, limit: int) -> Sequence[Patrol]:
        kept = {row.request_id for row in self._city.board.rows(standbys)}
        return [
            Patrol(
                row.tenant,
                row.request_id,
                row.cell,
                Service(row.service),
                VehicleClass(row.vehicle_class),
                Fuel(row.fuel),
            )
            for row in self._requests().values()
            if row.state in UNDER_WAY and row.service not in TOWED and row.request_id not in kept
        ][:limit]

    async def ready(self, limit: int) -> Sequence[Ready]:
        requests = self._requests()
        return [
            Ready(row.tenant, row.request_id, row.until, requests[row.request_id].state in UNDER_WAY)
            for row in self._city.board.rows(standbys)
        ][:limit]

    async def outcomes(self) -> Mapping[tuple[str, str, str], tuple[int, int]]:
        known = [row for row in self._city.board.rows(spot_fixes) if row.fixed is not None]
        tried = Counter((row.tenant, row.service, row.vehicle_class) for row in known)
        fixed = Counter((row.tenant, row.service, row.vehicle_class) for row in known if row.fixed)
        return {kind: (count, fixed[kind]) for kind, count in tried.items()}

    async def sos_waits(self) -> bool:
        return any(row.sos and row.state == "searching" for row in self._requests().values())

    async def free_shifts(self, limit: int) -> Sequence[FreeShift]:
        kept = {row.shift_id for row in self._city.board.rows(standbys) if row.until > self._city.now}
        return [each for each in await self._city.board.free_shifts(limit) if each.shift_id not in kept]


def test_the_chance_goes_from_the_table_to_what_was_seen() -> None:
    assert fix_percent(Service.MECHANIC, VehicleClass.CAR) == TABLE[Service.MECHANIC]
    assert fix_percent(Service.MECHANIC, VehicleClass.TRUCK) < TABLE[Service.MECHANIC]
    assert fix_percent(Service.TOW, VehicleClass.CAR) == 0
    assert fix_percent(Service.MECHANIC, VehicleClass.CAR, 100 * WEIGHT, 100 * WEIGHT) == 99
    assert set(TABLE) == set(Service) - TOWED


class Breakdown:
    """A patrol goes to a car that it will probably not mend, and two tows are about."""

    def __init__(self) -> None:
        self.city = City()

    async def begin(self, service: Service = Service.MECHANIC) -> Breakdown:
        city = self.city
        self.patrol, _ = await city.on_duty(near(1), (Capability.MECHANIC, Capability.LOCKOUT))
        self.request_id = await city.calls(service=service)
        await city.rounds(1)
        await city.accepts(self.patrol, self.request_id)
        self.crew, self.near_tow = await city.on_duty(near(2), (Capability.TOW,))
        _, self.far_tow = await city.on_duty(near(3), (Capability.TOW,))
        return self

    async def looks(self) -> int:
        city = self.city
        return await StandbyWatch(MemoryStandbys(city), city.engine, Reserving(), city.told).look(city.now)

    async def arrives(self) -> None:
        city = self.city
        await city.run(report_en_route, ReportEnRoute(self.patrol, self.request_id, city.now))
        await city.run(confirm_arrival, ConfirmArrival(self.patrol, self.request_id, None, city.now))

    def kept(self) -> list[UUID]:
        return [row.shift_id for row in self.city.board.rows(standbys)]


async def test_the_nearest_tow_is_kept_ready_once_and_the_last_one_never() -> None:
    story = await Breakdown().begin()
    assert await story.looks() == 1
    assert story.kept() == [story.near_tow]
    assert await story.looks() == 0
    likely = await Breakdown().begin(Service.LOCKOUT)
    assert await likely.looks() == 0, "nine in ten are opened on the spot"


async def test_it_is_asked_first_in_the_save_that_changes_the_need() -> None:
    story = await Breakdown().begin()
    await story.looks()
    await story.arrives()
    city, need = story.city, Need(Service.TOW, near(9))
    await city.run(propose_need_change, ProposeNeedChange(story.patrol, story.request_id, need, city.now))
    consent = ChangeNeed(THE_CUSTOMER, story.request_id, None, None, city.now)
    await city.run(partial(change_need, trade=FREE_EVERYWHERE), consent)
    assert city.live_offer(story.request_id).shift_id == story.near_tow
    assert story.kept() == []
    await city.accepts(story.crew, story.request_id)
    (fix,) = (row for row in city.board.rows(spot_fixes) if row.request_id == story.request_id)
    assert fix.fixed is False


async def test_it_is_free_again_when_the_vehicle_is_mended() -> None:
    story = await Breakdown().begin()
    await story.looks()
    await story.arrives()
    done = CompleteService(story.patrol, story.request_id, story.city.now)
    await story.city.run(complete_service, done)
    assert await story.looks() == 1
    assert story.kept() == []
    assert story.city.topics(story.request_id)[-1] == "tow_released"


async def test_after_its_time_and_for_somebody_in_danger_it_is_free() -> None:
    story = await Breakdown().begin()
    await story.looks()
    story.city.now += timedelta(minutes=46)
    assert await story.looks() == 2, "over, and another one is kept ready"
    story = await Breakdown().begin()
    await story.looks()
    await story.city.calls(near(60), sos=True)
    assert await story.looks() == 1
    assert story.kept() == []
    assert await story.looks() == 0, "and none is kept while danger waits"
