"""What does the watch over drives need to know? Who is on the way to which vehicle, and what stands against them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from application.dispatch.board import Cause
from domain.drive_watch import Excuse, Nudged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from domain.catalogue import Capability, VehicleClass


@dataclass(frozen=True, slots=True)
class Drive:
    """One crew on its way, as the board shows it; the vehicle is at ``cell``.

    ``nudges`` and ``swaps`` are how often this request's crews were asked whether they come, and were sent back for a
    better one. ``started_cell`` is where the shift was when it took the job.
    """

    tenant: str
    request_id: UUID
    attempt: int
    offer_id: UUID
    provider_id: UUID
    shift_id: UUID
    cell: str
    started_cell: str
    needs: frozenset[Capability]
    vehicle_class: VehicleClass
    declined_by: frozenset[UUID]
    assigned_at: datetime
    en_route_at: datetime | None = None
    nudged: Nudged | None = None
    eta_told_at: datetime | None = None
    arrives_by: datetime | None = None
    nudges: int = 0
    swaps: int = 0
    sos: bool = False
    cause: Cause = field(default=Cause())

    @property
    def excuse(self) -> Excuse:
        """What speaks for the crew."""
        return Excuse(self.assigned_at, self.en_route_at is not None, self.eta_told_at, self.arrives_by)


class DriveBoard(Protocol):
    """Reads drives from read models. They may be behind the log: the aggregates guard against that."""

    async def drives(self, limit: int) -> Sequence[Drive]:
        """Every drive that has not arrived, the longest first."""
        ...
