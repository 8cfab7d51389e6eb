"""Is a tow kept ready wherever a patrol will probably not mend the vehicle, and no longer than that?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from application.dispatch import orders
from application.dispatch.ordering import Ordering
from application.release_tow import ReleaseTow, release_tow
from application.reserve_tow import ReserveTow, reserve_tow
from domain.catalogue import Fuel, Service, VehicleClass, required_capabilities
from domain.fix_chance import UNLIKELY_PERCENT, fix_percent
from domain.geography import distance_m
from domain.request_standby import WhyReleased

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.board import FreeShift
    from application.dispatch.ordering import HearsRefusals, RunsCommands


@dataclass(frozen=True, slots=True)
class Patrol:
    """A job under way that asked for no tow; nobody is kept ready for it yet."""

    tenant: str
    request_id: UUID
    cell: str
    service: Service
    vehicle_class: VehicleClass
    fuel: Fuel


@dataclass(frozen=True, slots=True)
class Ready:
    """A shift that is kept ready for a request, and whether that is still under way and still no tow."""

    tenant: str
    request_id: UUID
    until: datetime
    is_wanted: bool


class StandbyBoard(Protocol):
    """Reads what the second stage needs from read models, which may be behind the log."""

    async def patrols(self, limit: int) -> Sequence[Patrol]:
        """Jobs under way that asked for no tow, without anybody kept ready."""
        ...

    async def ready(self, limit: int) -> Sequence[Ready]:
        """Everybody who is kept ready."""
        ...

    async def outcomes(self) -> Mapping[tuple[str, str, str], tuple[int, int]]:
        """By tenant, service and vehicle class: how many were tried, and how many of them mended on the spot."""
        ...

    async def sos_waits(self) -> bool:
        """Whether anybody in danger is still searched for."""
        ...

    async def free_shifts(self, limit: int) -> Sequence[FreeShift]:
        """Shifts that could be offered a job, without those that are kept ready."""
        ...


@dataclass(frozen=True, slots=True)
class Reserving:
    """When a tow is kept ready."""

    below_percent: int = UNLIKELY_PERCENT
    lasts: timedelta = timedelta(minutes=45)
    """A patrol has come, looked and said so by then."""
    within_m: int = 15_000
    """Farther away it gains nothing to keep it."""
    keeps_free: int = 1
    """So many free tows are left to everybody else: the last one is never kept."""
    most: int = 2_000
    """Jobs under way, and shifts: more than a city has."""


class StandbyWatch:
    """Looks now and then, and remembers nothing."""

    def __init__(self, board: StandbyBoard, engine: RunsCommands, reserving: Reserving, watch: HearsRefusals) -> None:
        self._board = board
        self._ordering = Ordering(engine, watch)
        self._reserving = reserving

    async def look(self, at: datetime) -> int:
        """Give free what is not needed, and keep ready what is; how many. Raises what the board raises."""
        ready, danger = await self._board.ready(self._reserving.most), await self._board.sos_waits()
        over = [(each, why) for each in ready if (why := _why_over(each, at, danger=danger)) is not None]
        await asyncio.gather(*(self._release(each, why, at) for each, why in over))
        if danger:
            return len(over)
        patrols = await self._board.patrols(self._reserving.most)
        if not patrols:
            return len(over)
        outcomes = await self._board.outcomes()
        free = list(await self._board.free_shifts(self._reserving.most))
        chosen = []
        for patrol in patrols:
            tried, fixed = outcomes.get((patrol.tenant, patrol.service.value, patrol.vehicle_class.value), (0, 0))
            percent = fix_percent(patrol.service, patrol.vehicle_class, tried, fixed)
            shift = self._nearest(patrol, free) if percent < self._reserving.below_percent else None
            if shift is not None:
                free.remove(shift)
                chosen.append((patrol, shift, percent))
        await asyncio.gather(*(self._reserve(patrol, shift, percent, at) for patrol, shift, percent in chosen))
        return len(over) + len(chosen)

    def _nearest(self, patrol: Patrol, free: Sequence[FreeShift]) -> FreeShift | None:
        needs = required_capabilities(Service.TOW, patrol.vehicle_class, patrol.fuel)
        able = [
            each
            for each in free
            if each.tenant == patrol.tenant
            and needs <= each.capabilities
            and patrol.vehicle_class in each.vehicle_classes
        ]
        if len(able) <= self._reserving.keeps_free:
            return None
        best = min(able, key=lambda each: (distance_m(each.cell, patrol.cell), each.shift_id))
        return best if distance_m(best.cell, patrol.cell) <= self._reserving.within_m else None

    async def _reserve(self, patrol: Patrol, shift: FreeShift, percent: int, at: datetime) -> None:
        actor, until = orders.dispatcher_of(patrol.tenant), at + self._reserving.lasts
        command = ReserveTow(actor, patrol.request_id, shift.shift_id, until, percent, at)
        context = orders.to_keep_ready("reserve_tow", patrol.tenant, patrol.request_id, shift.shift_id, at)
        await self._ordering.order("reserve_tow", patrol.request_id, context, lambda work: reserve_tow(command, work))

    async def _release(self, ready: Ready, why: WhyReleased, at: datetime) -> None:
        command = ReleaseTow(orders.dispatcher_of(ready.tenant), ready.request_id, why, at)
        context = orders.to_keep_ready("release_tow", ready.tenant, ready.request_id, ready.request_id, at)
        await self._ordering.order("release_tow", ready.request_id, context, lambda work: release_tow(command, work))


def _why_over(ready: Ready, at: datetime, *, danger: bool) -> WhyReleased | None:
    """Somebody in danger comes before every plan."""
    if danger:
        return WhyReleased.DANGER
    if not ready.is_wanted:
        return WhyReleased.NOT_NEEDED
    return WhyReleased.EXPIRED if at >= ready.until else None
