"""Who tells the projections of this process that the log has grown?"""

from __future__ import annotations

import threading
from typing import Final

import psycopg
from psycopg import sql

from infra.database_url import app_dsn
from infra.settings import Settings
from infra.telemetry.logging import log

# How long a dead listener goes unnoticed at most; the projections poll meanwhile.
LISTEN_FOR_S: Final = 1.0
# At most this between two attempts to listen again: the poll carries the load until then.
LONGEST_PAUSE_S: Final = 1.0
FIRST_PAUSE_S: Final = 0.05


class WakeUps:
    """One thread, one LISTEN connection; sets the event of every projection when the log grows.

    A lost wake-up costs no more than the poll interval, so losing this connection is no failure.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._channel = f"{settings.cell}_log"
        self._events: list[threading.Event] = []
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def subscribe(self) -> threading.Event:
        """An event that is set when there may be news; the waiter clears it."""
        event = threading.Event()
        self._events.append(event)
        return event

    def start(self) -> None:
        """Begin to listen."""
        self._thread = threading.Thread(target=self._run, name="wake-ups", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Listen no longer, and wake everyone so that they notice."""
        self._stop.set()
        self._wake()
        if self._thread is not None:
            self._thread.join(LISTEN_FOR_S + 1)

    def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stop.is_set():
            try:
                with psycopg.connect(app_dsn(self._settings, "vehicaid-wakeups"), autocommit=True) as connection:
                    connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
                    pause_s = FIRST_PAUSE_S
                    self._wake()
                    self._listen(connection)
            except psycopg.Error as error:
                log(__name__).warning("wakeups_lost", error=type(error).__name__, again_in_s=pause_s)
                self._stop.wait(pause_s)
                pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)

    def _listen(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        while not self._stop.is_set():
            for _ in connection.notifies(timeout=LISTEN_FOR_S, stop_after=1):
                self._wake()

    def _wake(self) -> None:
        for event in self._events:
            event.set()
