"""What does dispatch need to know of the city? Searching requests, free shifts, and offers whose time is up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from domain.catalogue import Capability


@dataclass(frozen=True, slots=True)
class Cause:
    """Which command led here, and in which conversation: what the audit's tree is made of."""

    correlation_id: UUID | None = None
    command_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """A request without a provider and without an offer that is out, as the board shows it.

    ``version`` is that of the request's stream, ``position`` that of its last event. ``passed_over`` counts, by
    provider, the offers of this request that lapsed and the assignments that were revoked.
    """

    tenant: str
    request_id: UUID
    version: int
    position: int
    attempt: int
    cell: str
    needs: frozenset[Capability]
    declined_by: frozenset[UUID]
    passed_over: Mapping[UUID, int]
    requested_at: datetime
    updated_at: datetime
    cause: Cause = field(default=Cause())


@dataclass(frozen=True, slots=True)
class FreeShift:
    """A shift that is at work and kept for no job; ``version`` is that of its stream."""

    tenant: str
    shift_id: UUID
    version: int
    provider_id: UUID
    capabilities: frozenset[Capability]
    cell: str
    free_since: datetime


@dataclass(frozen=True, slots=True)
class OverdueOffer:
    """An offer that nobody answered in time."""

    tenant: str
    offer_id: UUID
    request_id: UUID
    lapses_at: datetime
    cause: Cause = field(default=Cause())


@dataclass(frozen=True, slots=True)
class Open:
    """A request that is searching, and the offer that is out for it as far as the offers' own list knows."""

    tenant: str
    request_id: UUID
    updated_at: datetime
    live_offer_id: UUID | None
    offer_is_out: bool
    lapses_at: datetime | None


@dataclass(frozen=True, slots=True)
class Positions:
    """How far each read model is that the board is made of."""

    requests: int
    shifts: int
    jobs: int


class DispatchBoard(Protocol):
    """Reads the city from read models. They may be behind the log: the aggregates guard against that."""

    async def positions(self) -> Positions:
        """How far the board is; what is read after this is at least as new."""
        ...

    async def searches(self, limit: int) -> Sequence[Search]:
        """Searching requests without an offer, the longest waiting first."""
        ...

    async def free_shifts(self, limit: int) -> Sequence[FreeShift]:
        """Shifts that could be offered a job."""
        ...

    async def overdue_offers(self, at: datetime, limit: int) -> Sequence[OverdueOffer]:
        """Offers that are out although their time was up at that instant, the most overdue first."""
        ...

    async def open_requests(self, limit: int) -> Sequence[Open]:
        """Every searching request with the state of its offer: what the check for orphans looks at."""
        ...
