"""What became of one call for help? The record of it, as the world saw it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from interfaces.simulate.demand import Call


class Outcome(StrEnum):
    """How a call ended: helped, given up by who waited, or given up by us since nobody was left who could come."""

    COMPLETED = "completed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


@dataclass(slots=True)
class Job:
    """One call. The instants are those of whoever helped in the end; ``drive_m`` is their way to the vehicle."""

    call: Call
    request_id: UUID
    outcome: Outcome | None = None
    provider_id: str = ""
    first_assigned_at: datetime | None = None
    assigned_at: datetime | None = None
    departed_at: datetime | None = None
    arrived_at: datetime | None = None
    completed_at: datetime | None = None
    ended_at: datetime | None = None
    drive_m: float = 0.0
    tow_m: float = 0.0
    offers: int = 0
    was_departed_to: bool = False

    def lost(self) -> None:
        """Whoever had it has it no more."""
        self.provider_id = ""
        self.assigned_at = self.departed_at = self.arrived_at = None
        self.drive_m = 0.0
