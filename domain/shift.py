"""What may happen to a shift: one crew member with one truck, free for one job at a time?"""

from collections.abc import Iterable
from dataclasses import asdict, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.actor import Actor
from domain.aggregate import Aggregate, Created, event
from domain.catalogue import Capability, VehicleClass
from domain.geography import checked_cell
from domain.shift_job import ShiftJob
from domain.shift_presence import ShiftPresence
from domain.shift_terms import (
    BadDuty,
    NotCapable,
    NotReserved,
    Reservation,
    ShiftEnded,
    ShiftOnBreak,
    ShiftOverTime,
    ShiftReserved,
    ShiftStale,
    ShiftState,
    Stock,
    shift_acts_open,
)

FIRST_CLASSES = ("car", "suv", "three_wheeler", "truck", "two_wheeler", "van")
"""The vehicle classes there were when nobody asked which of them a truck is made for: all of them."""


class Shift(ShiftJob, ShiftPresence, Aggregate):
    """One crew member with one truck, from starting to ending work.

    Its chapters: ``shift_job`` (the reservation and the job), ``shift_presence`` (where it is, whether it is heard of).
    """

    TOPIC = "shift"
    SNAPSHOT: ClassVar[dict[str, object]] = {
        "provider_id": UUID,
        "crew_id": UUID,
        "truck_id": UUID,
        "capabilities": tuple[Capability, ...],
        "vehicle_classes": tuple[VehicleClass, ...],
        "cell": str,
        "ends_by": datetime | None,
        "doing": ShiftState,
        "is_stale": bool,
        "reservation": Reservation | None,
        "stock": Stock | None,
    }

    provider_id: UUID
    crew_id: UUID
    truck_id: UUID
    capabilities: tuple[Capability, ...]
    vehicle_classes: tuple[VehicleClass, ...]
    cell: str
    ends_by: datetime | None
    doing: ShiftState = field(default=ShiftState.AVAILABLE, init=False)
    is_stale: bool = field(default=False, init=False)
    reservation: Reservation | None = field(default=None, init=False)
    stock: Stock | None = field(default=None, init=False)

    class Started(Created):
        """Work began; the capabilities are crew skills ∩ truck equipment (S2), sorted.

        ``vehicle_classes`` are what the truck is made for; at ``ends_by`` the longest duty is over (S3). Version 1
        knew neither.
        """

        TOPIC: ClassVar[str] = "shift.started"
        class_version: ClassVar[int] = 2
        provider_id: UUID
        crew_id: UUID
        truck_id: UUID
        capabilities: tuple[Capability, ...]
        vehicle_classes: tuple[VehicleClass, ...]
        cell: str
        ends_by: datetime | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            """Nobody had asked what the truck is made for, and a duty had no end."""
            state["vehicle_classes"] = list(FIRST_CLASSES)
            state["ends_by"] = None

    class BreakStarted(Aggregate.Event):
        """Takes a rest, gets no offers."""

        TOPIC: ClassVar[str] = "shift.break_started"

    class BreakEnded(Aggregate.Event):
        """Back from the rest, at a cell."""

        TOPIC: ClassVar[str] = "shift.break_ended"
        cell: str

    class StockUpdated(Aggregate.Event):
        """What is on board to give away, as counted."""

        TOPIC: ClassVar[str] = "shift.stock_updated"
        fuel_l: int
        batteries: int
        ev_kwh: int

    class Ended(Aggregate.Event):
        """Work is over."""

        TOPIC: ClassVar[str] = "shift.ended"
        provider_id: UUID

    @classmethod
    def start(  # noqa: PLR0913  (all that a shift begins with)
        cls,
        shift_id: UUID,
        *,
        provider_id: UUID,
        crew_id: UUID,
        truck_id: UUID,
        capabilities: Iterable[Capability],
        cell: str,
        at: datetime,
        vehicle_classes: Iterable[VehicleClass] = tuple(VehicleClass),
        ends_by: datetime | None = None,
    ) -> "Shift":
        """Begin work at a cell, until ``ends_by`` at the latest.

        Raises BadCell, BadDuty, or NotCapable when crew and truck have nothing in common or the truck takes no vehicle.
        """
        able, takes = tuple(sorted(set(capabilities))), tuple(sorted(set(vehicle_classes)))
        if not able or not takes:
            raise NotCapable("crew and truck have no capability in common")
        if ends_by is not None and ends_by <= at:
            raise BadDuty
        return cls._create(
            cls.Started,
            id=shift_id,
            timestamp=at,
            provider_id=provider_id,
            crew_id=crew_id,
            truck_id=truck_id,
            capabilities=able,
            vehicle_classes=takes,
            cell=checked_cell(cell),
            ends_by=ends_by,
        )

    def start_break(self, at: datetime) -> None:
        """Take a rest; twice changes nothing. Raises ShiftReserved, ShiftStale or ShiftEnded."""
        if self.doing is ShiftState.ON_BREAK:
            return
        self._free()
        self.trigger_event(self.BreakStarted, timestamp=at)

    def end_break(self, cell: str, at: datetime) -> None:
        """Be back from the rest, at a cell, stale no more; twice changes nothing.

        Raises OutOfTurn, ShiftEnded or BadCell.
        """
        self._not_ended()
        if self.doing is ShiftState.AVAILABLE:
            return
        if self.doing is not ShiftState.ON_BREAK:
            raise self._out_of_turn("end_break")
        self.trigger_event(self.BreakEnded, timestamp=at, cell=checked_cell(cell))

    def update_stock(self, stock: Stock, at: datetime) -> None:
        """Say what is on board to give away; the same twice changes nothing. Raises ShiftEnded or BadStock."""
        self._not_ended()
        if stock.checked() != self.stock:
            self.trigger_event(self.StockUpdated, timestamp=at, **asdict(stock))

    def end(self, at: datetime) -> None:
        """Stop working; twice changes nothing. Raises ShiftReserved while an offer is out or a job is on."""
        if self.doing is ShiftState.ENDED:
            return
        self._not_reserved()
        self.trigger_event(self.Ended, timestamp=at, provider_id=self.provider_id)

    def can(self, actor: Actor, at: datetime) -> tuple[str, ...]:
        """Which acts are open to this actor at this instant."""
        return shift_acts_open(actor, self.state, self.doing, self.provider_id, self.ends_by, at)

    @event(BreakStarted)
    def _on_break_started(self) -> None:
        self.doing = ShiftState.ON_BREAK

    @event(BreakEnded)
    def _on_break_ended(self, cell: str) -> None:
        self.cell = cell
        self.is_stale = False
        self.doing = ShiftState.AVAILABLE

    @event(StockUpdated)
    def _on_stock_updated(self, fuel_l: int, batteries: int, ev_kwh: int) -> None:
        self.stock = Stock(fuel_l, batteries, ev_kwh)

    @event(Ended)
    def _on_ended(self) -> None:
        self.doing = ShiftState.ENDED


__all__ = [
    "NotCapable",
    "NotReserved",
    "Reservation",
    "Shift",
    "ShiftEnded",
    "ShiftOnBreak",
    "ShiftOverTime",
    "ShiftReserved",
    "ShiftStale",
    "ShiftState",
    "Stock",
    "shift_acts_open",
]
