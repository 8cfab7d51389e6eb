"""Who makes the next days of the track, and drops those whose time is over?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import psycopg

from infra.database_url import app_dsn
from infra.telemetry import metrics
from infra.telemetry.logging import log

if TYPE_CHECKING:
    import threading

    from infra.settings import Settings

MAKE: Final = "SELECT position_track_make_days(%s)"
DROP: Final = "SELECT position_track_drop_days(%s)"


def keep_up(dsn: str, days_ahead: int, kept_days: int) -> tuple[int, int]:
    """Make what is missing and drop what is old; how many days of each. May be done by several at once."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        return _days(connection, MAKE, days_ahead), _days(connection, DROP, kept_days)


def run_upkeep(settings: Settings, stop: threading.Event) -> None:
    """Keep up every so often until told to stop: a background service of the projector process."""
    dsn = app_dsn(settings, "vehicaid-positions-upkeep")
    while not stop.is_set():
        made, dropped = keep_up(dsn, settings.positions_days_ahead, settings.positions_kept_days)
        metrics.position_days_dropped.inc(dropped)
        if made or dropped:
            log(__name__).info("position_days_turned", made=made, dropped=dropped)
        stop.wait(settings.retention_every_s)


def _days(connection: psycopg.Connection, routine: str, days: int) -> int:
    row = connection.execute(routine, (days,)).fetchone()
    return cast("tuple[int]", row)[0]
