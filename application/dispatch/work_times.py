"""How much longer will a crew be busy at the vehicle? What finished jobs took is the best that anybody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from application.dispatch.board import FinishedJob
    from domain.catalogue import Service

EXPECTED_S: Final = 2_000.0
"""Before anything was finished: half an hour at the vehicle, as the trade reckons."""

COUNTS_AS: Final = 10
"""The first guess weighs as much as so many finished jobs."""


class WorkTimes(Protocol):
    """Knows what jobs take at the vehicle, and learns from those that are over."""

    def learn(self, jobs: Iterable[FinishedJob]) -> None:
        """Hear of finished jobs, each once."""
        ...

    def remaining_s(self, service: Service, elapsed_s: float) -> float:
        """Expected seconds of work that are left, after so many; of the whole job for 0."""
        ...


class MeanWorkTimes:
    """The mean of each service's finished jobs, drawn towards the first guess while they are few."""

    def __init__(self) -> None:
        self._sum_s: dict[Service, float] = {}
        self._count: dict[Service, int] = {}

    def learn(self, jobs: Iterable[FinishedJob]) -> None:
        """Add them to the means."""
        for job in jobs:
            self._sum_s[job.service] = self._sum_s.get(job.service, 0.0) + job.work_s
            self._count[job.service] = self._count.get(job.service, 0) + 1

    def remaining_s(self, service: Service, elapsed_s: float) -> float:
        """What the mean leaves; nothing once it has passed."""
        total_s = self._sum_s.get(service, 0.0) + COUNTS_AS * EXPECTED_S
        return max(0.0, total_s / (self._count.get(service, 0) + COUNTS_AS) - elapsed_s)


class FixedWorkTimes:
    """The first guess for every job, whatever others took: what the benchmark's yardstick reckons with."""

    def learn(self, jobs: Iterable[FinishedJob]) -> None:
        """Of no use to it."""

    def remaining_s(self, _service: Service, elapsed_s: float) -> float:
        """What the guess leaves; nothing once it has passed."""
        return max(0.0, EXPECTED_S - elapsed_s)
