"""What is not kept for ever, and who removes it when its time is over?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

import psycopg

from infra.database_url import app_dsn
from infra.personal.holding import HELD
from infra.personal.holding import PURGE as PURGE_TAX_PAPERS
from infra.personal.place import lives_apart
from infra.telemetry import metrics
from infra.telemetry.logging import log

if TYPE_CHECKING:
    import threading

    from infra.settings import Settings

# 5,000 rows a statement: some ten milliseconds, so that nobody waits behind it.
AT_ONCE: Final = 5_000
# Between two statements while there is more: leaves the disk to those who are waiting for it.
PAUSE_S: Final = 0.2
PURGE: Final = "SELECT purge_receipts(%s, %s)"
# A session is over when it was ended, or when nobody used it in time.
PURGE_SESSIONS: Final = (
    "DELETE FROM sessions WHERE session_id IN (SELECT session_id FROM sessions"
    " WHERE lives_until < clock_timestamp() - %s OR ended_at < clock_timestamp() - %s LIMIT %s)"
)
PURGE_EXPORTS: Final = "DELETE FROM privacy_exports WHERE expires_at < clock_timestamp()"
# Limits look a day back at most; what is over holds nothing that anybody could still use.
# Whole sealed segments, 10 at a time: some 40,000 rows.
PURGE_SECURITY: Final = "SELECT purge_security(%s, 10)"
PURGE_PROOFS: Final = (
    (
        "DELETE FROM challenges WHERE challenge_id IN"
        " (SELECT challenge_id FROM challenges WHERE asked_at < clock_timestamp() - %s"
        " AND expires_at < clock_timestamp() LIMIT %s)"
    ),
    (
        "DELETE FROM password_tries WHERE try_id IN"
        " (SELECT try_id FROM password_tries WHERE tried_at < clock_timestamp() - %s LIMIT %s)"
    ),
)


def purge_receipts(dsn: str, older_than: timedelta, stop: threading.Event) -> int:
    """Remove receipts whose time is over; how many. The database itself refuses to touch those of the last day."""
    removed = 0
    with psycopg.connect(dsn, autocommit=True) as connection:
        while not stop.is_set():
            row = connection.execute(PURGE, (older_than, AT_ONCE)).fetchone()
            count = cast("tuple[int]", row)[0]
            removed += count
            if count < AT_ONCE:
                break
            stop.wait(PAUSE_S)
    return removed


def purge_sessions(dsn: str, older_than: timedelta, stop: threading.Event) -> int:
    """Remove sessions that have been over for so long; how many."""
    removed = 0
    with psycopg.connect(dsn, autocommit=True) as connection:
        while not stop.is_set():
            count = connection.execute(PURGE_SESSIONS, (older_than, older_than, AT_ONCE)).rowcount
            removed += count
            if count < AT_ONCE:
                break
            stop.wait(PAUSE_S)
    return removed


def purge_proofs(dsn: str, older_than: timedelta, stop: threading.Event) -> int:
    """Remove challenges and tries that no limit counts any more; how many."""
    removed = 0
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in PURGE_PROOFS:
            while not stop.is_set():
                count = connection.execute(statement, (older_than, AT_ONCE)).rowcount
                removed += count
                if count < AT_ONCE:
                    break
                stop.wait(PAUSE_S)
    return removed


def purge_security_log(dsn: str, older_than: timedelta, stop: threading.Event) -> int:
    """Remove the rows of sealed segments whose time is over; how many. The database keeps thirty days in any case."""
    removed = 0
    with psycopg.connect(dsn, autocommit=True) as connection:
        while not stop.is_set():
            count = cast("tuple[int]", connection.execute(PURGE_SECURITY, (older_than,)).fetchone())[0]
            removed += count
            if not count:
                break
            stop.wait(PAUSE_S)
    return removed


def purge_exports(dsn: str) -> int:
    """Remove exports that nobody can fetch any more; how many."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        return connection.execute(PURGE_EXPORTS).rowcount


def purge_tax_papers(dsn: str, older_than: timedelta) -> int:
    """Remove to whom bills were made out, once no law asks for it any more; how many records."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        return connection.execute(PURGE_TAX_PAPERS, ([kind.value for kind in HELD], older_than)).rowcount


def run_retention(settings: Settings, stop: threading.Event) -> None:
    """Purge every so often until told to stop: a background service of the projector process."""
    dsn = app_dsn(settings, "vehicaid-retention")
    kept_for = timedelta(days=settings.receipts_kept_days)
    while not stop.is_set():
        removed = purge_receipts(dsn, kept_for, stop)
        metrics.receipts_purged.inc(removed)
        if removed:
            log(__name__).info("receipts_purged", receipts=removed, kept_days=settings.receipts_kept_days)
        removed = purge_sessions(dsn, timedelta(days=settings.sessions_kept_days), stop)
        if removed:
            log(__name__).info("sessions_purged", sessions=removed, kept_days=settings.sessions_kept_days)
        purge_proofs(dsn, timedelta(days=settings.challenges_kept_days), stop)
        removed = purge_security_log(dsn, timedelta(days=settings.security_log_kept_days), stop)
        if removed:
            log(__name__).info("security_notes_purged", notes=removed, kept_days=settings.security_log_kept_days)
        purge_exports(dsn)
        personal = app_dsn(lives_apart(settings) or settings, "vehicaid-retention")
        purge_tax_papers(personal, timedelta(days=settings.tax_papers_kept_days))
        stop.wait(settings.retention_every_s)
