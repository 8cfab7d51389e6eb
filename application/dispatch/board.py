"""What does dispatch need to know of the city? Searching requests, free shifts, and timers whose time has come."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from domain.catalogue import Service
from domain.provider_terms import Engaged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.cash_stops import CashStop
    from domain.catalogue import Capability, VehicleClass
    from domain.offer import DeclineReason


@dataclass(frozen=True, slots=True)
class Cause:
    """Which command led here, and in which conversation: what the audit's tree is made of."""

    correlation_id: UUID | None = None
    command_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """A request without a provider and without an offer that is out, as the board shows it.

    ``version`` is that of the request's stream, ``position`` that of its last event. ``radius_m`` is within which
    distance is looked for now (None: everywhere), ``dangers`` how many hazards there are. ``passed_over`` counts, by
    provider, the offers of this request that lapsed and the assignments that were revoked. ``drop_cell`` is where the
    vehicle is to be brought, when that is known. ``refusals`` are declined and lapsed offers of this attempt,
    ``escalation`` its level; ``at_risk`` says that a promise that was given may not or did not hold; ``price_minor`` is
    what was quoted, if anything. ``cash_currency`` is there when the job is paid in cash and nobody is in danger; then
    ``over_cash_limit`` are providers that owe us too much of what they collected.
    """

    tenant: str
    request_id: UUID
    version: int
    position: int
    attempt: int
    cell: str
    needs: frozenset[Capability]
    vehicle_class: VehicleClass
    declined_by: frozenset[UUID]
    passed_over: Mapping[UUID, int]
    requested_at: datetime
    updated_at: datetime
    radius_m: int | None = None
    sos: bool = False
    dangers: int = 0
    cause: Cause = field(default=Cause())
    service: Service = Service.MECHANIC
    drop_cell: str | None = None
    refusals: int = 0
    escalation: int = 0
    price_minor: int | None = None
    at_risk: bool = False
    cash_currency: str | None = None
    over_cash_limit: frozenset[UUID] = frozenset()


def by_urgency(search: Search) -> tuple[bool, int, datetime, UUID]:
    """Whose turn it is: somebody in danger first, then where waiting is dangerous, then who waits the longest."""
    return not search.sos, -search.dangers, search.requested_at, search.request_id


@dataclass(frozen=True, slots=True)
class FreeShift:
    """A shift that is at work and kept for no job; ``version`` is that of its stream.

    ``cell`` is where it is, as far as events or a fresh position know; at ``ends_by`` its duty is over. ``engaged``
    says whether its company is asked or told.
    """

    tenant: str
    shift_id: UUID
    version: int
    provider_id: UUID
    capabilities: frozenset[Capability]
    vehicle_classes: frozenset[VehicleClass]
    cell: str
    free_since: datetime
    ends_by: datetime | None = None
    engaged: Engaged = field(default=Engaged())


class Stage(StrEnum):
    """How far a shift is with the job that it is kept for."""

    COMMITTED = "committed"
    AT_JOB = "at_job"
    IN_TRANSIT = "in_transit"
    WRAP_UP = "wrap_up"


@dataclass(frozen=True, slots=True)
class Doing:
    """What a shift is busy with: its job, which stage, since when. The vehicle is at ``cell``."""

    request_id: UUID
    service: Service
    stage: Stage
    since: datetime
    cell: str
    drop_cell: str | None = None


@dataclass(frozen=True, slots=True)
class BusyShift:
    """A shift that is kept for a job; its ``cell`` is where it was when it took it, that of ``freed`` where it ends."""

    shift: FreeShift
    doing: Doing
    freed: FreeShift = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Once, though it is looked at every other second."""
        object.__setattr__(self, "freed", replace(self.shift, cell=self.doing.drop_cell or self.doing.cell))


@dataclass(frozen=True, slots=True)
class FinishedJob:
    """A job that is over: how long the crew worked at the vehicle, and when it was called for and ended."""

    request_id: UUID
    service: Service
    cell: str
    requested_at: datetime
    on_scene_at: datetime
    work_s: float
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class AnsweredOffer:
    """An offer to which a provider said yes, no (``declined_for`` some reason) or nothing in time."""

    tenant: str
    offer_id: UUID
    provider_id: UUID
    distance_m: int
    price_minor: int | None
    made_at: datetime
    answered_at: datetime
    accepted: bool
    declined_for: DeclineReason | None = None


class TimerKind(StrEnum):
    """What a timer is for."""

    OFFER_LAPSES = "offer_lapses"
    QUOTE_EXPIRES = "quote_expires"
    RELEASE_DUE = "release_due"
    SEARCH_DUE = "search_due"
    ACKNOWLEDGEMENT_DUE = "acknowledgement_due"
    GONE_CONFIRMS = "gone_confirms"
    DUTY_ENDS = "duty_ends"
    PROMISE_DOUBTED = "promise_doubted"
    PROMISE_DUE = "promise_due"
    MEMBERSHIP_DUE = "membership_due"


@dataclass(frozen=True, slots=True)
class Due:
    """A timer whose time has come; the subject is an offer, a request, a shift or a membership, by its kind."""

    tenant: str
    subject_id: UUID
    kind: TimerKind
    due_at: datetime
    request_id: UUID | None
    ready_at: datetime
    """Since when it can be acted on: a search waits for the answer to its offer, a duty for the end of its job."""
    cause: Cause = field(default=Cause())


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A shift that has not ended, as far as events know it; ``district`` is the cell at resolution 8 that holds it."""

    tenant: str
    shift_id: UUID
    version: int
    is_free: bool
    is_stale: bool
    cell: str
    district: str


@dataclass(frozen=True, slots=True)
class Open:
    """A request that is searching, and when the timers of it and of the offer that is out for it go off."""

    tenant: str
    request_id: UUID
    updated_at: datetime
    live_offer_id: UUID | None
    search_due_at: datetime | None
    lapses_at: datetime | None


@dataclass(frozen=True, slots=True)
class Positions:
    """How far each read model is that the board is made of."""

    requests: int
    shifts: int
    jobs: int
    timers: int


class DispatchBoard(Protocol):
    """Reads the city from read models. They may be behind the log: the aggregates guard against that."""

    async def positions(self) -> Positions:
        """How far the board is; what is read after this is at least as new."""
        ...

    def one_moment(self) -> AbstractAsyncContextManager[Positions]:
        """While it lasts, all that is read is of one and the same moment; how far the board was then."""
        ...

    async def searches(self, limit: int) -> Sequence[Search]:
        """Searching requests without an offer, the longest waiting first."""
        ...

    async def stopped_for_cash(self, at: datetime) -> Sequence[CashStop]:
        """Who is offered no more jobs in cash by the rules in effect at that instant."""
        ...

    async def free_shifts(self, limit: int) -> Sequence[FreeShift]:
        """Shifts that could be offered a job."""
        ...

    async def busy_shifts(self, limit: int) -> Sequence[BusyShift]:
        """Shifts that are kept for a job they took, and what is known of it; a shift that is stale is none."""
        ...

    async def finished_jobs(self, since: datetime, limit: int) -> Sequence[FinishedJob]:
        """Jobs that ended at that instant or later and were worked on at the vehicle, the newest in order of end."""
        ...

    async def answered_offers(self, since: datetime, limit: int) -> Sequence[AnsweredOffer]:
        """Offers that were answered, or lapsed, at that instant or later, the newest in order of answer.

        Not those that somebody else was faster with, that we took back, or that were countered and then lapsed: nobody
        knows what the provider would have said. Nor those of guided crews, who are not asked.
        """
        ...

    async def on_duty(self, limit: int) -> Sequence[OnDuty]:
        """Every shift that has not ended."""
        ...

    async def due(self, at: datetime, limit: int) -> Sequence[Due]:
        """Timers whose time had come at that instant and that can be acted on, the most overdue first.

        A search whose offer is out waits for the answer, a duty for the end of the job.
        """
        ...

    async def open_requests(self, limit: int) -> Sequence[Open]:
        """Every searching request with its timers: what the check for orphans looks at."""
        ...
