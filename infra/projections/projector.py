"""How do all read models run side by side in one process?"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Final

from infra.projections.lag import LagMeter
from infra.projections.runner import ProjectionRunner
from infra.projections.wakeups import WakeUps
from infra.settings import Settings
from projections.catalog import READ_MODELS
from projections.read_model import AnyReadModel

# A batch takes far less; what is cut short is rolled back and folded again.
STOP_WITHIN_S: Final = 3.0


class Projector:
    """The threads of one process: who moves the read models, who wakes it, who measures them.

    Any number of processes may run one; per read model one of them leads.
    """

    def __init__(self, settings: Settings, models: Iterable[AnyReadModel] = READ_MODELS) -> None:
        self._stop = threading.Event()
        self._wakeups = WakeUps(settings)
        runner = ProjectionRunner(settings, tuple(models), self._wakeups.subscribe(), self._stop)
        meter = LagMeter(settings, self._stop)
        self._threads = [
            threading.Thread(target=runner.run, name="projections", daemon=True),
            threading.Thread(target=meter.run, name="projection lag", daemon=True),
        ]

    def start(self) -> None:
        """Begin; returns at once."""
        self._wakeups.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish the batches at hand and end."""
        self._stop.set()
        self._wakeups.stop()
        for thread in self._threads:
            thread.join(STOP_WITHIN_S)
