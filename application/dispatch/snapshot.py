"""What does a policy see of the city, and what may it answer? One snapshot in, one plan out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from application.dispatch.units import Units
from domain.acceptance import FIRST_GUESS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.board import Doing, FreeShift, Search
    from application.dispatch.willing import Willing
    from application.travel import DriveTimes


@dataclass(frozen=True, slots=True)
class Unit:
    """A shift that may take a job, now or soon.

    ``shift.cell`` is where it will be free: where it is, or where its job will end. ``free_at`` is when it
    can set out: the snapshot's instant for an idle one, else when its job is expected to end. ``doing`` tells what is
    known of that job, for whoever reckons with more than an expectation; None for an idle unit.
    """

    shift: FreeShift
    free_at: datetime
    doing: Doing | None = None

    @property
    def is_idle(self) -> bool:
        """Whether it can be asked now."""
        return self.doing is None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The city at an instant: open requests without an offer that is out, units of every tenant, and how far is far."""

    at: datetime
    searches: Sequence[Search]
    units: Sequence[Unit]
    travel: DriveTimes
    willing: Willing | None = None
    _of_tenant: dict[str, Units] = field(default_factory=dict, init=False, repr=False, compare=False)

    def units_of(self, tenant: str) -> Units:
        """The units of a tenant in their order: the same to whoever asks, so that columns are made once."""
        found = self._of_tenant.get(tenant)
        if found is None:
            found = self._of_tenant[tenant] = Units(unit for unit in self.units if unit.shift.tenant == tenant)
        return found

    def p_accept(self, search: Search, unit: Unit) -> float:
        """How likely the unit takes the job when it is asked now; the same for everybody where nothing was learnt."""
        return FIRST_GUESS if self.willing is None else self.willing.p_accept(search, unit, self.at)


@dataclass(frozen=True, slots=True)
class Match:
    """A request and the unit that is to serve it; ``cost_terms`` are minutes by name, whose sum was compared."""

    search: Search
    unit: Unit
    arrives_at: datetime
    cost_terms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a policy says.

    ``now`` are offers to make: idle units only, none twice, several for a request only where several are asked at once.
    ``later`` is meant for units that wait or work: nothing is ordered from it. ``unserved`` gives the reason code for
    each request that nobody is meant for. ``work`` counts what deciding took, in the policy's own units.
    """

    now: Sequence[Match]
    later: Sequence[Match] = ()
    unserved: Mapping[UUID, str] = field(default_factory=dict)
    work: int = 0


class Policy(Protocol):
    """Decides who is asked. The same snapshots in the same order give the same plans: no clock, no chance."""

    @property
    def name(self) -> str:
        """What it is called in settings, events and tables."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same snapshot could give another plan."""
        ...

    @property
    def rests_for(self) -> timedelta:
        """How long a plan stands before the next is asked for; zero: at every change. SOS waits for nothing."""
        ...

    def decide(self, snapshot: Snapshot) -> Plan:
        """The plan for a snapshot; may go on from its own plan before."""
        ...


AT_EVERY_CHANGE = timedelta(0)
"""A policy that rests for nothing."""
