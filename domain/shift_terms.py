"""In which words do we speak of a shift: what it does, what it is kept for, why it says no?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.actor import Actor
from domain.catalogue import Capability, Fuel, Service, VehicleClass, required_capabilities
from domain.refusal import BadInput, Refusal

MOST_FUEL_L = 2_000
"""Litres on one truck: a small bowser; more is no fuel delivery but a tanker."""

MOST_BATTERIES = 200
"""Batteries on one truck: a van full of them."""

MOST_EV_KWH = 1_000
"""Kilowatt-hours on one truck: the largest mobile chargers carry a few hundred."""


class ShiftState(StrEnum):
    """What a shift is doing; stale hides what it was doing when it was last heard of."""

    AVAILABLE = "available"
    ON_BREAK = "on_break"
    OFFERED = "offered"
    COMMITTED = "committed"
    AT_JOB = "at_job"
    IN_TRANSIT = "in_transit"
    WRAP_UP = "wrap_up"
    STALE = "stale"
    ENDED = "ended"


ON_THE_JOB = (ShiftState.COMMITTED, ShiftState.AT_JOB, ShiftState.IN_TRANSIT, ShiftState.WRAP_UP)
"""What a shift does for a job that it has, in the only order there is (S4)."""

UNRESERVED = frozenset({ShiftState.AVAILABLE, ShiftState.ON_BREAK})
"""Living states in which no request depends on the shift."""


class WhyForcedOff(StrEnum):
    """Why a shift was ended by us: nobody heard of it, or its time was over."""

    STALE = "stale"
    OVER_TIME = "over_time"


class ShiftEnded(Refusal):
    """This shift is over."""

    code = "shift_ended"


class ShiftReserved(Refusal):
    """This shift is offered a job or has one: one at a time."""

    code = "shift_reserved"


class ShiftOnBreak(Refusal):
    """This shift is on a break."""

    code = "shift_on_break"


class ShiftStale(Refusal):
    """Nobody has heard of this shift for too long: it has to say where it is first."""

    code = "shift_stale"


class ShiftOverTime(Refusal):
    """This shift has been on duty as long as one may be: it gets no more jobs."""

    code = "shift_over_time"


class NotReserved(Refusal):
    """This shift holds no reservation for that offer."""

    code = "not_reserved"


class NotCapable(Refusal):
    """This shift lacks what the job needs."""

    code = "not_capable"


class BadStock(BadInput):
    """A truck carries no less than nothing and no more than a truck can."""

    code = "bad_stock"


class BadDuty(BadInput):
    """A duty must end after it begins."""

    code = "bad_duty"


@dataclass(frozen=True, slots=True)
class Reservation:
    """What the shift is kept for: soft while the offer is out, hard once it is accepted."""

    offer_id: UUID
    request_id: UUID
    hard: bool


@dataclass(frozen=True, slots=True)
class Stock:
    """What a truck has on board to give away: litres of fuel, batteries, kilowatt-hours for electric vehicles."""

    fuel_l: int
    batteries: int
    ev_kwh: int

    def checked(self) -> "Stock":
        """The same, when it can be true; raises BadStock."""
        for told, most in ((self.fuel_l, MOST_FUEL_L), (self.batteries, MOST_BATTERIES), (self.ev_kwh, MOST_EV_KWH)):
            if not 0 <= told <= most:
                raise BadStock(most=most)
        return self


def lacking(
    capabilities: frozenset[Capability],
    vehicle_classes: frozenset[VehicleClass],
    service: Service,
    size: VehicleClass,
    fuel: Fuel = Fuel.UNKNOWN,
) -> tuple[str, ...]:
    """What a shift lacks for a job: capabilities, and the vehicle's class when its truck is not made for it.

    Empty when it can do the job. Made of plain values, so that whoever matches from rows asks the same rule.
    """
    missing = {each.value for each in required_capabilities(service, size, fuel) - capabilities}
    if size not in vehicle_classes:
        missing.add(size.value)
    return tuple(sorted(missing))


def is_over_time(ends_by: datetime | None, at: datetime) -> bool:
    """Whether the longest duty is over at that instant (S3)."""
    return ends_by is not None and at >= ends_by


def shift_acts_open(
    actor: Actor, state: ShiftState, doing: ShiftState, provider_id: UUID, ends_by: datetime | None, at: datetime
) -> tuple[str, ...]:
    """Which acts are open to an actor on a shift that they may see; made of plain values, so that a row can be asked.

    ``doing`` is the state, or what the shift was doing before it went stale.
    """
    if state is ShiftState.ENDED or not (actor.is_desk or actor.works_for(provider_id)):
        return ()
    is_stale = state is ShiftState.STALE
    acts = [act for act in _ACTS.get(doing, ()) if not (is_stale and act == "start_break")]
    acts.append("update_stock")
    if actor.is_desk and doing in UNRESERVED and (is_stale or is_over_time(ends_by, at)):
        acts.append("force_off")
    return tuple(acts)


_ACTS = {
    ShiftState.AVAILABLE: ("start_break", "end"),
    ShiftState.ON_BREAK: ("end_break", "end"),
    ShiftState.OFFERED: ("end",),
    ShiftState.WRAP_UP: ("get_ready",),
}
