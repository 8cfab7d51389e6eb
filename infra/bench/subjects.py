"""Which aggregates do the benchmarks save and load? The same one twice: the library's way and ours."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from eventsourcing import domain as library

from domain.aggregate import Aggregate, Created, event


class OurJob(Aggregate):
    """A job that moves from place to place."""

    TOPIC = "bench_job"
    SNAPSHOT: ClassVar[dict[str, object]] = {}

    class Opened(Created):
        """It begins."""

        TOPIC: ClassVar[str] = "bench_job.opened"
        customer_id: UUID

    class Moved(Aggregate.Event):
        """It is elsewhere now."""

        TOPIC: ClassVar[str] = "bench_job.moved"
        provider_id: UUID
        cell: str
        step: int

    def __init__(self, customer_id: UUID) -> None:
        self.customer_id = customer_id
        self.provider_id: UUID | None = None
        self.cell = ""
        self.steps = 0

    @classmethod
    def open(cls, job_id: UUID, customer_id: UUID, at: datetime) -> OurJob:
        """Begin."""
        return cls._create(cls.Opened, id=job_id, timestamp=at, customer_id=customer_id)

    def move(self, provider_id: UUID, cell: str, at: datetime) -> None:
        """Go elsewhere."""
        self.trigger_event(self.Moved, timestamp=at, provider_id=provider_id, cell=cell, step=self.steps + 1)

    @event(Moved)
    def _on_moved(self, provider_id: UUID, cell: str, step: int) -> None:
        self.provider_id = provider_id
        self.cell = cell
        self.steps = step


class OurLongJob(Aggregate):
    """The same, for streams that are snapshotted."""

    TOPIC = "bench_long_job"
    SNAPSHOT: ClassVar[dict[str, object]] = {
        "customer_id": UUID, "provider_id": UUID | None, "cell": str, "steps": int
    }  # fmt: skip

    class Opened(Created):
        """It begins."""

        TOPIC: ClassVar[str] = "bench_long_job.opened"
        customer_id: UUID

    class Moved(Aggregate.Event):
        """It is elsewhere now."""

        TOPIC: ClassVar[str] = "bench_long_job.moved"
        provider_id: UUID
        cell: str
        step: int

    def __init__(self, customer_id: UUID) -> None:
        self.customer_id = customer_id
        self.provider_id: UUID | None = None
        self.cell = ""
        self.steps = 0

    @classmethod
    def open(cls, job_id: UUID, customer_id: UUID, at: datetime) -> OurLongJob:
        """Begin."""
        return cls._create(cls.Opened, id=job_id, timestamp=at, customer_id=customer_id)

    def move(self, provider_id: UUID, cell: str, at: datetime) -> None:
        """Go elsewhere."""
        self.trigger_event(self.Moved, timestamp=at, provider_id=provider_id, cell=cell, step=self.steps + 1)

    @event(Moved)
    def _on_moved(self, provider_id: UUID, cell: str, step: int) -> None:
        self.provider_id = provider_id
        self.cell = cell
        self.steps = step


class TheirJob(library.Aggregate):
    """The job as the library's manual would write it."""

    class Opened(library.Aggregate.Created):
        """It begins."""

        customer_id: UUID

    class Moved(library.Aggregate.Event):
        """It is elsewhere now."""

        provider_id: UUID
        cell: str
        step: int

    def __init__(self, customer_id: UUID) -> None:
        self.customer_id = customer_id
        self.provider_id: UUID | None = None
        self.cell = ""
        self.steps = 0

    @classmethod
    def open(cls, job_id: UUID, customer_id: UUID, at: datetime) -> TheirJob:
        """Begin."""
        return cls._create(cls.Opened, id=job_id, timestamp=at, customer_id=customer_id)

    def move(self, provider_id: UUID, cell: str, at: datetime) -> None:
        """Go elsewhere."""
        self.trigger_event(self.Moved, timestamp=at, provider_id=provider_id, cell=cell, step=self.steps + 1)

    @library.event(Moved)
    def _on_moved(self, provider_id: UUID, cell: str, step: int) -> None:
        self.provider_id = provider_id
        self.cell = cell
        self.steps = step
