"""How far is every read model behind the log, in events and in seconds?"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final, cast

import psycopg

from infra.projections import metrics
from infra.projections.connections import open_connection
from infra.projections.facts import Connection
from infra.settings import Settings
from infra.telemetry.logging import log

# As often as Prometheus could want to know; four index look-ups a time.
MEASURED_EVERY_S: Final = 1.0

_LAG: Final = (
    "SELECT p.name, p.generation, p.position, p.model_version, p.halted, greatest(l.head - p.position, 0),"
    " coalesce(extract(epoch FROM clock_timestamp() - e.recorded_at), 0)::float8,"
    " (SELECT count(*) FROM projection_parked k WHERE k.name = p.name AND k.generation = p.generation)"
    " FROM projection_positions p CROSS JOIN (SELECT coalesce(max(position), 0) AS head FROM events) l"
    " LEFT JOIN events e ON e.position = p.position + 1 WHERE p.active ORDER BY p.name"
)


@dataclass(frozen=True, slots=True)
class Lag:
    """How one read model stands. ``seconds`` is the age of the oldest event it has not seen."""

    name: str
    generation: int
    position: int
    model_version: int
    halted: str | None
    events: int
    seconds: float
    parked_streams: int


def lags(connection: Connection) -> list[Lag]:
    """Every read model that is served."""
    return [
        Lag(*row)
        for row in cast(
            "list[tuple[str, int, int, int, str | None, int, float, int]]", connection.execute(_LAG).fetchall()
        )
    ]


class LagMeter:
    """A thread that keeps the gauges of lag current."""

    def __init__(self, settings: Settings, stop: threading.Event) -> None:
        self._settings = settings
        self._stop = stop

    def run(self) -> None:
        """Measure until told to stop; a lost database is for the projections to complain about."""
        while not self._stop.is_set():
            try:
                with open_connection(self._settings, "vehicaid-lag") as connection:
                    while not self._stop.is_set():
                        self._measure(connection)
                        self._stop.wait(MEASURED_EVERY_S)
            except psycopg.Error as error:
                log(__name__).debug("lag_not_measured", error=type(error).__name__)
                self._stop.wait(MEASURED_EVERY_S)

    @staticmethod
    def _measure(connection: Connection) -> None:
        for lag in lags(connection):
            metrics.lag_events.labels(lag.name).set(lag.events)
            metrics.lag_seconds.labels(lag.name).set(max(lag.seconds, 0.0))
            metrics.parked_streams.labels(lag.name).set(lag.parked_streams)
