"""Does the projector process run its services, begin failed ones again, and show its numbers?"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import threading
import urllib.request
from collections.abc import Iterator

import pytest

from infra.embedded.ports import free_port
from infra.settings import Settings
from interfaces.projector.main import BACKGROUND_SERVICES, start_service
from tests.projections.telling import eventually, tell
from tests.support.servers import Database

_attempts: list[str] = []
_processes = multiprocessing.get_context("forkserver")


def flaky(settings: Settings, stop: threading.Event) -> None:
    """A service that fails twice."""
    _attempts.append(settings.cell)
    if len(_attempts) < 3:
        raise RuntimeError("not today")
    stop.wait()


def test_a_service_that_fails_is_begun_again() -> None:
    stop = threading.Event()
    thread = start_service(f"{__name__}:flaky", Settings(), stop)
    eventually(lambda: len(_attempts) == 3, "it was begun a third time")
    assert thread.is_alive()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.parametrize("path", BACKGROUND_SERVICES)
def test_every_service_of_the_process_is_there(path: str) -> None:
    module, _, function = path.partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def _serve(settings: Settings) -> None:
    from interfaces.projector.main import serve

    serve(settings)


@pytest.fixture
def metrics_url(database: Database) -> Iterator[str]:
    """Of a projector process over 200 events."""
    tell(database, 1, 200)
    port = free_port()
    settings = database.settings.model_copy(update={"projector_metrics_port": port, "log_level": "error"})
    process = _processes.Process(target=_serve, args=(settings,), daemon=True)
    process.start()
    yield f"http://127.0.0.1:{port}/metrics"
    os.kill(process.pid or 0, signal.SIGTERM)
    process.join(10)
    assert process.exitcode == 0


def test_lag_and_batches_are_numbers_for_prometheus(metrics_url: str) -> None:
    def shown() -> str:
        try:
            with urllib.request.urlopen(metrics_url, timeout=5) as answer:  # noqa: S310  (loopback)
                return str(answer.read().decode())
        except OSError:
            return ""

    for name in ("request_board", "provider_jobs", "audit_trail", "matching_table"):
        for line in (
            f'vehicaid_projection_lag_events{{projection="{name}"}} 0.0',
            f'vehicaid_projection_lag_seconds{{projection="{name}"}} 0.0',
            f'vehicaid_projection_parked_streams{{projection="{name}"}} 0.0',
            f'vehicaid_projection_leading{{projection="{name}"}} 1.0',
            f'vehicaid_projection_batch_events_sum{{projection="{name}"}} ',
        ):
            eventually(lambda wanted=line: wanted in shown(), line)  # type: ignore[misc]  # the line of this round
