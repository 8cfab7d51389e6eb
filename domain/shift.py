"""What may happen to a shift: one crew member with one truck, free for one job at a time?"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.actor import Actor
from domain.aggregate import Aggregate, Created, event
from domain.catalogue import Capability, Service, VehicleClass, required_capabilities
from domain.geography import checked_cell
from domain.refusal import OutOfTurn, Refusal


class ShiftState(StrEnum):
    """What a shift is doing. At-job, in-transit, wrap-up and stale of the full machine refine these."""

    AVAILABLE = "available"
    ON_BREAK = "on_break"
    OFFERED = "offered"
    COMMITTED = "committed"
    ENDED = "ended"


class ShiftEnded(Refusal):
    """This shift is over."""

    code = "shift_ended"


class ShiftReserved(Refusal):
    """This shift is offered a job or has one: one at a time."""

    code = "shift_reserved"


class ShiftOnBreak(Refusal):
    """This shift is on a break."""

    code = "shift_on_break"


class NotReserved(Refusal):
    """This shift holds no reservation for that offer."""

    code = "not_reserved"


class NotCapable(Refusal):
    """This shift lacks what the job needs."""

    code = "not_capable"


@dataclass(frozen=True, slots=True)
class Reservation:
    """What the shift is kept for: soft while the offer is out, hard once it is accepted."""

    offer_id: UUID
    request_id: UUID
    hard: bool


class Shift(Aggregate):
    """One crew member with one truck, from starting to ending work.

    Holds the reservation that makes double booking impossible: none, soft (one offer is out, O2), hard (one job,
    S4), none again. It stands in the same save as the offer and the request that it is kept for.
    """

    TOPIC = "shift"
    SNAPSHOT: ClassVar[dict[str, object]] = {
        "provider_id": UUID,
        "crew_id": UUID,
        "truck_id": UUID,
        "capabilities": tuple[Capability, ...],
        "cell": str,
        "state": ShiftState,
        "reservation": Reservation | None,
    }

    provider_id: UUID
    crew_id: UUID
    truck_id: UUID
    capabilities: tuple[Capability, ...]
    cell: str
    state: ShiftState = field(default=ShiftState.AVAILABLE, init=False)
    reservation: Reservation | None = field(default=None, init=False)

    class Started(Created):
        """Work began; the capabilities are crew skills ∩ truck equipment (S2), sorted."""

        TOPIC: ClassVar[str] = "shift.started"
        provider_id: UUID
        crew_id: UUID
        truck_id: UUID
        capabilities: tuple[Capability, ...]
        cell: str

    class Held(Aggregate.Event):
        """Kept free while an offer is out: the soft reservation."""

        TOPIC: ClassVar[str] = "shift.held"
        offer_id: UUID
        request_id: UUID

    class Committed(Aggregate.Event):
        """Has the job: the hard reservation."""

        TOPIC: ClassVar[str] = "shift.committed"
        offer_id: UUID
        request_id: UUID

    class Released(Aggregate.Event):
        """Free again, at a cell."""

        TOPIC: ClassVar[str] = "shift.released"
        offer_id: UUID
        request_id: UUID
        cell: str

    class BreakStarted(Aggregate.Event):
        """Takes a rest, gets no offers."""

        TOPIC: ClassVar[str] = "shift.break_started"

    class BreakEnded(Aggregate.Event):
        """Back from the rest, at a cell."""

        TOPIC: ClassVar[str] = "shift.break_ended"
        cell: str

    class Ended(Aggregate.Event):
        """Work is over."""

        TOPIC: ClassVar[str] = "shift.ended"
        provider_id: UUID

    @classmethod
    def start(
        cls,
        shift_id: UUID,
        *,
        provider_id: UUID,
        crew_id: UUID,
        truck_id: UUID,
        capabilities: Iterable[Capability],
        cell: str,
        at: datetime,
    ) -> "Shift":
        """Begin work at a cell; raises BadCell, or NotCapable when crew and truck have nothing in common."""
        able = tuple(sorted(set(capabilities)))
        if not able:
            raise NotCapable("crew and truck have no capability in common")
        return cls._create(
            cls.Started,
            id=shift_id,
            timestamp=at,
            provider_id=provider_id,
            crew_id=crew_id,
            truck_id=truck_id,
            capabilities=able,
            cell=checked_cell(cell),
        )

    def check_capable(self, service: Service, vehicle_class: VehicleClass) -> None:
        """Refuse a job that this shift cannot do (I5); raises NotCapable."""
        missing = required_capabilities(service, vehicle_class) - set(self.capabilities)
        if missing:
            raise NotCapable(f"the shift lacks {', '.join(sorted(missing))}", missing=" ".join(sorted(missing)))

    def hold(self, offer_id: UUID, request_id: UUID, at: datetime) -> None:
        """Keep free for an offer; the same twice changes nothing. Raises ShiftReserved, ShiftOnBreak or ShiftEnded."""
        wanted = Reservation(offer_id, request_id, hard=False)
        if self.reservation == wanted:
            return
        self._free()
        self.trigger_event(self.Held, timestamp=at, offer_id=offer_id, request_id=request_id)

    def commit(self, offer_id: UUID, at: datetime) -> None:
        """Take the job of the offer that it is kept for; twice changes nothing. Raises NotReserved or ShiftEnded."""
        reservation = self._reserved_for(offer_id)
        if reservation.hard:
            return
        self.trigger_event(self.Committed, timestamp=at, offer_id=offer_id, request_id=reservation.request_id)

    def release(self, offer_id: UUID, cell: str, at: datetime) -> None:
        """Be free again, at a cell; raises NotReserved, ShiftEnded or BadCell."""
        reservation = self._reserved_for(offer_id)
        self.trigger_event(
            self.Released, timestamp=at, offer_id=offer_id, request_id=reservation.request_id, cell=checked_cell(cell)
        )

    def start_break(self, at: datetime) -> None:
        """Take a rest; twice changes nothing. Raises ShiftReserved or ShiftEnded."""
        if self.state is ShiftState.ON_BREAK:
            return
        self._free()
        self.trigger_event(self.BreakStarted, timestamp=at)

    def end_break(self, cell: str, at: datetime) -> None:
        """Be back from the rest, at a cell; twice changes nothing. Raises OutOfTurn, ShiftEnded or BadCell."""
        self._not_ended()
        if self.state is ShiftState.AVAILABLE:
            return
        if self.state is not ShiftState.ON_BREAK:
            raise OutOfTurn(f"the shift is {self.state.value}", state=self.state.value, act="end_break")
        self.trigger_event(self.BreakEnded, timestamp=at, cell=checked_cell(cell))

    def end(self, at: datetime) -> None:
        """Stop working; twice changes nothing. Raises ShiftReserved while an offer is out or a job is on."""
        if self.state is ShiftState.ENDED:
            return
        self._not_reserved()
        self.trigger_event(self.Ended, timestamp=at, provider_id=self.provider_id)

    def can(self, actor: Actor) -> tuple[str, ...]:
        """Which acts are open to this actor now."""
        return shift_acts_open(actor, self.state, self.provider_id)

    def _not_ended(self) -> None:
        if self.state is ShiftState.ENDED:
            raise ShiftEnded

    def _not_reserved(self) -> None:
        if self.reservation is not None:
            raise ShiftReserved(offer_id=str(self.reservation.offer_id), hard=self.reservation.hard)

    def _free(self) -> None:
        self._not_ended()
        self._not_reserved()
        if self.state is ShiftState.ON_BREAK:
            raise ShiftOnBreak

    def _reserved_for(self, offer_id: UUID) -> Reservation:
        self._not_ended()
        if self.reservation is None or self.reservation.offer_id != offer_id:
            raise NotReserved(offer_id=str(offer_id))
        return self.reservation

    @event(Held)
    def _on_held(self, offer_id: UUID, request_id: UUID) -> None:
        self.reservation = Reservation(offer_id, request_id, hard=False)
        self.state = ShiftState.OFFERED

    @event(Committed)
    def _on_committed(self, offer_id: UUID, request_id: UUID) -> None:
        self.reservation = Reservation(offer_id, request_id, hard=True)
        self.state = ShiftState.COMMITTED

    @event(Released)
    def _on_released(self, cell: str) -> None:
        self.reservation = None
        self.cell = cell
        self.state = ShiftState.AVAILABLE

    @event(BreakStarted)
    def _on_break_started(self) -> None:
        self.state = ShiftState.ON_BREAK

    @event(BreakEnded)
    def _on_break_ended(self, cell: str) -> None:
        self.cell = cell
        self.state = ShiftState.AVAILABLE

    @event(Ended)
    def _on_ended(self) -> None:
        self.state = ShiftState.ENDED


def shift_acts_open(actor: Actor, state: ShiftState, provider_id: UUID) -> tuple[str, ...]:
    """Which acts are open to an actor on a shift; made of plain values, so that a row can be asked too."""
    if not (actor.is_desk or actor.is_provider(provider_id)):
        return ()
    return _ACTS.get(state, ())


_ACTS = {
    ShiftState.AVAILABLE: ("start_break", "end"),
    ShiftState.ON_BREAK: ("end_break", "end"),
    ShiftState.OFFERED: ("end",),
}
