"""Where is a truck, exactly, and what does it do?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from domain.geography import cell_of

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from domain.actor import Actor
    from interfaces.simulate.job import Job
    from interfaces.simulate.rows import Point
    from interfaces.simulate.supply import Crew


@dataclass(frozen=True, slots=True)
class Drive:
    """From one place to another, straight and evenly: nobody asks which road it is."""

    begins: Point
    ends: Point
    left_at: datetime
    arrives_at: datetime

    def place_at(self, at: datetime) -> Point:
        """Where on the way."""
        whole = (self.arrives_at - self.left_at) / timedelta(seconds=1)
        share = min(1.0, (at - self.left_at) / timedelta(seconds=1) / whole) if whole else 1.0
        (lat, lng), (to_lat, to_lng) = self.begins, self.ends
        return lat + (to_lat - lat) * share, lng + (to_lng - lng) * share


@dataclass(slots=True)
class Truck:
    """One crew with its truck; ``errand`` changes with every job that it begins or loses, so that an act that was noted
    for an earlier one is known to be stale.
    """

    crew: Crew
    actor: Actor
    provider_id: UUID
    shift_id: UUID
    place: Point
    drive: Drive | None = None
    job: Job | None = None
    errand: int = 0
    busy_s: float = 0.0
    busy_since: datetime | None = None
    on_duty_at: datetime | None = None
    off_duty_at: datetime | None = None

    @property
    def cell(self) -> str:
        """What the engine is told of where it is."""
        return cell_of(*self.place)

    def takes(self, job: Job, at: datetime) -> int:
        """A job is its own from now on; the number of the errand."""
        self.job, self.busy_since = job, at
        self.errand += 1
        return self.errand

    def is_free(self, at: datetime) -> None:
        """The job is over, or somebody else's; it stands where it is."""
        if self.drive is not None:
            self.place, self.drive = self.drive.place_at(at), None
        if self.busy_since is not None:
            self.busy_s += (at - self.busy_since).total_seconds()
        self.job = self.busy_since = None
        self.errand += 1

    def sets_out(self, to: Point, at: datetime, takes: timedelta) -> Drive:
        """It drives from where it stands."""
        self.drive = Drive(self.place, to, at, at + takes)
        return self.drive

    def arrives(self) -> None:
        """It is where it drove to."""
        if self.drive is not None:
            self.place, self.drive = self.drive.ends, None
