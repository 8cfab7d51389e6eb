"""How does the log get sealed, by one leader at a time, so that no event waits for its seal longer than a minute?"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

import psycopg
from prometheus_client import Counter, Gauge

from infra.audit.sealed_log import EVENTS, SECURITY
from infra.database_url import app_dsn
from infra.telemetry import metrics
from infra.telemetry.logging import log

if TYPE_CHECKING:
    from infra.audit.sealed_log import SealedLog
    from infra.settings import Settings

# A full segment waits this long at most; one cheap query a second at rest.
POLL_S: Final = 1.0
# A leader that is silent for this long is frozen: the server ends its session and a standby, which asks every POLL_S,
# goes on. A busy machine may stop a thread for a second or two; the minute that sealing has leaves room for this.
SILENCE_MS: Final = 10_000
# A lost connection is tried again after 0.1 s, then ever later, but never later than this.
FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 2.0
# A log with a gap is looked at again this often; nothing is sealed over it meanwhile.
DAMAGED_S: Final = 10.0
# A server that vanished without a word is noticed within 5 s.
_KEEPALIVE: Final = "keepalives_idle=2 keepalives_interval=1 keepalives_count=3 tcp_user_timeout=5000"

_SEAL: Final = "SELECT segment, first_position, last_position FROM {routine}(%s, %s)"
_TAIL: Final = (
    "SELECT (SELECT coalesce(max(position), 0) FROM {rows}) - s.last, s.last,"
    " coalesce(extract(epoch FROM clock_timestamp() - (SELECT recorded_at FROM {rows} WHERE position = s.last + 1)), 0)"
    "::float8 FROM (SELECT coalesce(max(last_position), 0) AS last FROM {seals}) s"
)
_LOCK: Final = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"

sealed_position = Gauge("vehicaid_sealed_position", "The last sealed position.", registry=metrics.REGISTRY)
seal_failures = Counter(
    "vehicaid_seal_failures",
    "Attempts to seal that the database refused, for example over a gap.",
    registry=metrics.REGISTRY,
)

Connection = psycopg.Connection[tuple[object, ...]]


def seal_now(connection: Connection, at_most: int, of: SealedLog = EVENTS) -> int:
    """Seal everything there is, in segments of at most so many events; the number of new segments.

    Raises psycopg.errors.DataCorrupted over a gap in the log.
    """
    segments = 0
    statement = of.statement(_SEAL)
    while connection.execute(statement, (at_most, timedelta())).fetchone() is not None:
        segments += 1
    return segments


class Sealer:
    """A service for a thread of the projector process; any number of processes may run one.

    It holds nothing in memory: what is sealed stands in the database, and a seal is one commit, there or not there.
    """

    def __init__(self, settings: Settings, of: SealedLog = EVENTS) -> None:
        self._settings = settings
        self._of = of
        self._seal = of.statement(_SEAL)
        self._tail = of.statement(_TAIL)
        self._log = log(__name__)

    def run(self, stop: threading.Event) -> None:
        """Seal until told to stop; survives a lost server, a lost lead and a damaged log."""
        pause_s = FIRST_PAUSE_S
        while not stop.is_set():
            try:
                with self._connect() as connection:
                    pause_s = FIRST_PAUSE_S
                    self._stand_by(connection, stop)
            except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
                self._log.warning("sealer_connection_lost", error=_line(error), again_in_s=pause_s)
                stop.wait(pause_s)
                pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)
            except psycopg.Error as error:
                seal_failures.inc()
                self._log.error("sealing_refused", error=_line(error), again_in_s=DAMAGED_S)
                stop.wait(DAMAGED_S)

    def _connect(self) -> Connection:
        return psycopg.connect(f"{app_dsn(self._settings, 'vehicaid-sealer')} {_KEEPALIVE}", autocommit=True)

    def _stand_by(self, connection: Connection, stop: threading.Event) -> None:
        name = f"vehicaid.{self._of.cell_of(self._settings.cell)}.seal"
        while not stop.is_set():
            if connection.execute(_LOCK, (name,)).fetchone() == (True,):
                connection.execute(f"SET idle_session_timeout = {SILENCE_MS}")
                self._log.info("sealer_leads")
                self._lead(connection, stop)
                return
            stop.wait(POLL_S)

    def _lead(self, connection: Connection, stop: threading.Event) -> None:
        limits = (self._settings.seal_segment_events, timedelta(seconds=self._settings.seal_after_s))
        while not stop.is_set():
            sealed = connection.execute(self._seal, limits, prepare=True).fetchone()
            if sealed is not None:
                segment, first, last = sealed
                self._log.info(
                    "segment_sealed", of=self._of.table, segment=segment, first_position=first, last_position=last
                )
            if self._of is EVENTS:
                self._measure(connection)
            if sealed is None:
                stop.wait(POLL_S)

    def _measure(self, connection: Connection) -> None:
        events, last, age_s = cast("tuple[int, int, float]", connection.execute(self._tail, prepare=True).fetchone())
        sealed_position.set(last)
        metrics.unsealed_events.set(max(0, events))
        metrics.unsealed_seconds.set(max(0.0, age_s))


def run_sealer(settings: Settings, stop: threading.Event) -> None:
    """The sealer as a background service of the projector."""
    Sealer(settings).run(stop)


def run_security_sealer(settings: Settings, stop: threading.Event) -> None:
    """The same over the security log."""
    Sealer(settings, SECURITY).run(stop)


def _line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
