"""Is the search for each booked hour planned so that somebody is there at the hour, as the city looks now?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from application.dispatch import orders
from application.dispatch.approach import FARTHEST_S
from application.dispatch.ordering import Ordering
from application.plan_release import PlanRelease, plan_release
from domain.booking_lead import LeadTerms, replanned

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.board import FreeShift
    from application.dispatch.ordering import HearsRefusals, RunsCommands
    from application.travel import DriveTimes
    from domain.catalogue import Capability, VehicleClass

MOST_BOOKINGS: Final = 5_000
"""Hours booked for the next ninety minutes: more than a city's whole fleet could serve."""


@dataclass(frozen=True, slots=True)
class Booking:
    """A request that somebody shall be there for at an hour; its search is planned to begin at ``release_at``."""

    tenant: str
    request_id: UUID
    cell: str
    needs: frozenset[Capability]
    vehicle_class: VehicleClass
    hour: datetime
    release_at: datetime


class BookingBoard(Protocol):
    """Reads what is booked and who is at work from read models, which may be behind the log."""

    async def bookings(self, until: datetime, limit: int) -> Sequence[Booking]:
        """Requests whose hour comes before that instant and whose search has not begun, the next first."""
        ...

    async def at_work(self, limit: int) -> Sequence[FreeShift]:
        """Every shift that works, free or not, where it was last known to be."""
        ...


@dataclass(frozen=True, slots=True)
class Planning:
    """How hours are planned for."""

    terms: LeadTerms = field(default=LeadTerms())
    most_shifts: int = 50_000
    """As many as the rounds look at."""


class BookingWatch:
    """Looks now and then, and remembers nothing: the plan is in the log, and its timer goes off without us."""

    def __init__(
        self,
        board: BookingBoard,
        travel: DriveTimes,
        engine: RunsCommands,
        planning: Planning,
        watch: HearsRefusals,
    ) -> None:
        self._board = board
        self._travel = travel
        self._ordering = Ordering(engine, watch)
        self._planning = planning

    async def look(self, at: datetime) -> int:
        """Plan anew what the city calls for; how many. Raises what the board raises."""
        terms = self._planning.terms
        bookings = await self._board.bookings(at + terms.longest, MOST_BOOKINGS)
        if not bookings:
            return 0
        shifts = await self._board.at_work(self._planning.most_shifts)
        news = []
        for booking in bookings:
            instead = replanned(booking.hour, booking.release_at, self._drives_s(booking, shifts, at), at, terms)
            if instead is not None:
                news.append((booking, instead))
        await asyncio.gather(*(self._plan(booking, instead, at) for booking, instead in news))
        return len(news)

    def _drives_s(self, booking: Booking, shifts: Sequence[FreeShift], at: datetime) -> list[float]:
        able = [
            shift.cell
            for shift in shifts
            if shift.tenant == booking.tenant
            and booking.needs <= shift.capabilities
            and booking.vehicle_class in shift.vehicle_classes
            and (shift.ends_by is None or shift.ends_by > booking.hour)
        ]
        if not able:
            return []
        return [min(FARTHEST_S, float(each)) for each in self._travel.drive_s(able, [booking.cell], at)[:, 0]]

    async def _plan(self, booking: Booking, instead: datetime, at: datetime) -> None:
        command = PlanRelease(orders.dispatcher_of(booking.tenant), booking.request_id, instead, at)
        context = orders.to_plan(booking, instead, at)
        await self._ordering.order(
            "plan_release", booking.request_id, context, lambda work: plan_release(command, work)
        )
