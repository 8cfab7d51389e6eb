"""Is there room for tomorrow's positions, are old ones gone, and does somebody act on timers?"""

from collections.abc import Iterator

import psycopg

from infra.database_url import app_dsn
from infra.health.finding import Finding, fine, watch
from infra.settings import Settings, SettingsError

# A timer is acted on within a second; a standby takes over within two; this long, nobody does.
TIMER_LATE_S = 10
# The service that drops days looks every hour: the day whose time is over may still be there for a while.
GRACE_DAYS = 1

DAYS = """
SELECT max(d.day), min(d.day), (clock_timestamp() AT TIME ZONE 'UTC')::date
  FROM (SELECT to_date(right(c.relname, 8), 'YYYYMMDD') AS day FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = to_regclass('position_track')) d"""
LATE = """
SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(t.due_at))::float8, 0)
  FROM timers t
  LEFT JOIN request_board r ON t.kind = 'search_due' AND r.tenant = t.tenant AND r.request_id = t.subject_id
  LEFT JOIN matching_table m ON t.kind = 'duty_ends' AND m.tenant = t.tenant AND m.shift_id = t.subject_id
 WHERE t.due_at < clock_timestamp() - make_interval(secs => %s) AND r.live_offer_id IS NULL AND m.offer_id IS NULL"""


def position_findings(settings: Settings) -> Iterator[Finding]:
    """What can be asked of the track and of the timers; nothing when the database cannot be asked at all."""
    try:
        connection = psycopg.connect(app_dsn(settings, "vehicaid-doctor"), autocommit=True)
    except (SettingsError, psycopg.OperationalError):
        return
    with connection:
        yield _days(connection, settings.positions_kept_days)
        if connection.execute("SELECT to_regclass('timers')").fetchone() != (None,):
            yield _timers(connection)


def _days(connection: psycopg.Connection, kept_days: int) -> Finding:
    row = connection.execute(DAYS).fetchone()
    newest, oldest, today = row if row is not None else (None, None, None)
    if newest is None or today is None or oldest is None:
        return watch("positions", "the track has no days", "run `vehicaid migrate`, then start the projector")
    if newest <= today:
        return watch("positions", f"no day after {newest} is made", "is the projector running? It makes them")
    if (today - oldest).days > kept_days + GRACE_DAYS:
        return watch("positions", f"{oldest} is still kept", "is the projector running? It drops old days")
    return fine("positions", f"days from {oldest} to {newest}")


def _timers(connection: psycopg.Connection) -> Finding:
    row = connection.execute(LATE, (TIMER_LATE_S,)).fetchone()
    count, late_s = (0, 0.0) if row is None else row
    if count:
        return watch("timers", f"{count} are overdue, one for {late_s:.0f} s", "is the dispatcher running?")
    return fine("timers", "none is overdue")
