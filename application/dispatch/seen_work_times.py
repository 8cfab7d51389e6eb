"""How much longer will a crew be busy, as finished jobs of the service and the time it has already taken tell?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.dispatch.work_times import EXPECTED_S
from domain.matching.residual_life import ResidualLife

if TYPE_CHECKING:
    from collections.abc import Iterable

    from application.dispatch.board import FinishedJob
    from domain.catalogue import Service


class SeenWorkTimes:
    """The law of each service's last jobs. Implements ``WorkTimes``."""

    def __init__(self) -> None:
        self._of: dict[Service, ResidualLife] = {}

    def learn(self, jobs: Iterable[FinishedJob]) -> None:
        """Add them to what is known of their services."""
        for job in jobs:
            self._life(job.service).learn(job.work_s)

    def remaining_s(self, service: Service, elapsed_s: float) -> float:
        """The mean of what is left of those jobs that took longer than this one has; a minute beyond the longest."""
        return self._life(service).remaining_s(elapsed_s)

    def _life(self, service: Service) -> ResidualLife:
        return self._of.setdefault(service, ResidualLife(EXPECTED_S))
