"""What does the projector process run, and how does it end?"""

from __future__ import annotations

import importlib
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final, cast

from infra.projections.collector import be_a_projector
from infra.projections.projector import Projector
from infra.settings import Settings
from infra.telemetry.logging import configure_logging, log
from infra.telemetry.metrics import start_metrics_server

BackgroundService = Callable[[Settings, threading.Event], None]
"""Runs until the event is set; when it fails it is begun again."""

BACKGROUND_SERVICES: Final = (
    "infra.audit.sealer:run_sealer",
    "infra.audit.sealer:run_security_sealer",
    "infra.personal.sweeper:run_sweeper",
    "infra.personal.aging:run_aging",
    "infra.files.place:run_file_sweep",
    "infra.retention:run_retention",
    "infra.bookkeeping:run_bookkeeper",
    "infra.positions.upkeep:run_upkeep",
    "infra.analytics.presenter:run_presenter",
)
"""What else follows the log in this process, as ``module:function``; imported when the process starts."""

# Between two attempts of a service that fails: long enough not to fill the log, short enough that a minute's tail
# is never left unsealed by one failure.
FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 5.0
STOP_WITHIN_S: Final = 3.0


def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    configure_logging(settings.log_level, "projector")
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    stop_metrics = start_metrics_server(settings.projector_metrics_port, settings.host)
    projector = Projector(settings)
    be_a_projector()
    projector.start()
    services = [start_service(path, settings, stop) for path in BACKGROUND_SERVICES]
    log(__name__).info("projector_started", metrics_port=settings.projector_metrics_port)
    stop.wait()
    projector.stop()
    for thread in services:
        thread.join(STOP_WITHIN_S)
    stop_metrics()
    log(__name__).info("projector_stopped")


def start_service(path: str, settings: Settings, stop: threading.Event) -> threading.Thread:
    """A thread that runs ``module:function`` for as long as the process lives."""
    thread = threading.Thread(target=_keep_running, args=(path, settings, stop), name=path, daemon=True)
    thread.start()
    return thread


def _keep_running(path: str, settings: Settings, stop: threading.Event) -> None:
    module, _, function = path.partition(":")
    pause_s = FIRST_PAUSE_S
    while not stop.is_set():
        try:
            run = cast("BackgroundService", getattr(importlib.import_module(module), function))
            run(settings, stop)
            pause_s = FIRST_PAUSE_S
        except Exception:  # noqa: BLE001  (logged with its traceback)
            # Crash only: beginning anew is the recovery.
            log(__name__).exception("service_failed", service=path, again_in_s=pause_s)
        stop.wait(pause_s)
        pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)
