"""Is anybody free who would be at a vehicle much sooner than the crew on its way there?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from application.dispatch import orders
from application.dispatch.approach import FARTHEST_S
from application.dispatch.drive_board import DriveBoard
from application.dispatch.ordering import Ordering
from application.dispatch.whereabouts import placed
from application.swap_provider import SwapProvider, swap_provider
from application.trade import FREE_EVERYWHERE, Trade
from application.zones import ZonesUnknown
from domain.drive_swap import SwapTerms, is_worth_a_swap
from domain.geography import cell_of, centre_of, points_apart_m
from domain.offer_terms import LONGEST_APPROACH_S
from domain.zone_conditions import ConditionKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.board import FreeShift, Search
    from application.dispatch.drive_board import Drive
    from application.dispatch.ordering import HearsRefusals, RunsCommands
    from application.dispatch.whereabouts import Whereabouts
    from application.travel import DriveTimes


class Idle(Protocol):
    """Who is free, and who waits: of ``DispatchBoard``, what a swap needs."""

    async def searches(self, limit: int) -> Sequence[Search]:
        """Searching requests without an offer."""
        ...

    async def free_shifts(self, limit: int) -> Sequence[FreeShift]:
        """Shifts that could be offered a job."""
        ...


@dataclass(frozen=True, slots=True)
class Swapping:
    """When a crew is sent back for another."""

    terms: SwapTerms = field(default=SwapTerms())
    trade: Trade = FREE_EVERYWHERE
    offer_lapses_after: timedelta = timedelta(seconds=30)
    """As any offer."""
    position_is_fresh_for: timedelta = timedelta(seconds=60)
    """An older position of either crew makes no case for a swap."""
    may_ask: bool = False
    """Whether a contractor, who may refuse, is a better crew: by default nobody gives up who comes for a maybe."""
    most_shifts: int = 50_000
    most_drives: int = 20_000
    """As many as the rounds and the watch over drives look at."""


class Swaps:
    """Looks now and then, and remembers nothing: that a request was given on once is in the log."""

    def __init__(
        self,
        drives: DriveBoard,
        idle: Idle,
        whereabouts: Whereabouts,
        travel: DriveTimes,
        engine: RunsCommands,
        swapping: Swapping,
        watch: HearsRefusals,
    ) -> None:
        self._drives = drives
        self._idle = idle
        self._whereabouts = whereabouts
        self._travel = travel
        self._ordering = Ordering(engine, watch)
        self._swapping = swapping

    async def look(self, at: datetime) -> int:
        """Order every swap that is a real gain, one for each crew; how many. Raises what the boards raise."""
        if await self._idle.searches(1):
            return 0  # whoever is free is wanted by somebody who has nobody
        terms = self._swapping.terms
        drives = [
            each
            for each in await self._drives.drives(self._swapping.most_drives)
            if each.nudged is None and each.swaps < terms.most_swaps and self._may_be_sent_to(each, at)
        ]
        if not drives:
            return 0
        shifts = await self._idle.free_shifts(self._swapping.most_shifts)
        free = await placed(shifts, self._whereabouts, at, self._swapping.position_is_fresh_for)
        taken: set[UUID] = set()
        ordered = []
        for drive in drives:
            found = await self._better(drive, [each for each in free if each.shift_id not in taken], at)
            if found is not None:
                taken.add(found.shift_id)
                ordered.append(found)
        await asyncio.gather(*(self._order(command, at) for command in ordered))
        return len(ordered)

    def _may_be_sent_to(self, drive: Drive, at: datetime) -> bool:
        """Whether its zone is open: who is under way to a closed one may well come through, and nobody new is sent."""
        try:
            return ConditionKind.CLOSURE not in self._swapping.trade.conditions_of(drive.tenant, drive.cell, at)
        except ZonesUnknown:
            return False

    async def _better(self, drive: Drive, free: Sequence[FreeShift], at: datetime) -> SwapProvider | None:
        seen = (await self._whereabouts.seen(drive.tenant, [drive.shift_id], at)).get(drive.shift_id)
        able = [each for each in free if _can(each, drive, at)]
        if seen is None or at - seen.ping.taken_at > self._swapping.position_is_fresh_for or not able:
            return None
        place = (seen.ping.lat, seen.ping.lng)
        cell = cell_of(*place)
        times = self._travel.drive_s([cell, *(each.cell for each in able)], [drive.cell], at)[:, 0]
        best = min(range(len(able)), key=lambda index: (float(times[index + 1]), able[index].shift_id))
        now_s, other_s = (min(FARTHEST_S, float(times[index])) for index in (0, best + 1))
        away_m = points_apart_m(place, centre_of(drive.cell))
        if not is_worth_a_swap(now_s, other_s, away_m, drive.swaps, self._swapping.terms):
            return None
        if other_s > LONGEST_APPROACH_S:
            return None
        return self._command(drive, able[best], cell, now_s, other_s, at)

    def _command(
        self, drive: Drive, shift: FreeShift, cell: str, now_s: float, other_s: float, at: datetime
    ) -> SwapProvider:
        return SwapProvider(
            actor=orders.dispatcher_of(drive.tenant),
            request_id=drive.request_id,
            held_offer_id=drive.offer_id,
            shift_id=shift.shift_id,
            offer_id=orders.swap_offer_id_for(drive, shift),
            gain_s=round(now_s - other_s),
            eta_s=max(1, round(other_s)),
            cell=cell,
            lapses_at=at + self._swapping.offer_lapses_after,
            at=at,
            may_ask=self._swapping.may_ask,
        )

    async def _order(self, command: SwapProvider, at: datetime) -> None:
        context = orders.to_swap(command.actor.tenant, command.request_id, command.offer_id, at)
        await self._ordering.order(
            "swap", command.request_id, context, lambda work: swap_provider(command, work, self._swapping.trade)
        )


def _can(shift: FreeShift, drive: Drive, at: datetime) -> bool:
    return (
        shift.tenant == drive.tenant
        and drive.needs <= shift.capabilities
        and drive.vehicle_class in shift.vehicle_classes
        and shift.provider_id not in drive.declined_by
        and shift.provider_id != drive.provider_id
        and (shift.ends_by is None or at < shift.ends_by)
    )
