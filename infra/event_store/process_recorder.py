"""How does the eventsourcing library note how far another log was followed, alone or together with events?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import psycopg
from eventsourcing.persistence import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProcessRecorder,
    StoredEvent,
    Tracking,
    TrackingRecorder,
)

from application.log import VersionConflict
from infra.event_store.batch import APPEND_ONLY, batch_of
from infra.event_store.committer import prepare, read_answer
from infra.event_store.recorder import LogRecorder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.event_store.blocking import BlockingCommitter
    from infra.event_store.recorder import Readers


BOUNDED = (
    "SELECT set_config('idle_in_transaction_session_timeout', '2s', true), set_config('synchronous_commit', 'on', true)"
)
"""Tracking and appending takes several round trips with the order lock held: a client that freezes in between must not
hold it for ever. Two seconds is a thousand times what it takes, and as long as others wait for their turn."""


class LogTrackingRecorder(TrackingRecorder):
    """How far another log was followed; the position only ever grows."""

    def __init__(self, readers: Readers) -> None:
        self._trackers = readers

    def insert_tracking(self, tracking: Tracking) -> None:
        """Note a position; raises IntegrityError when it is not beyond the last."""
        with self._trackers.connection() as connection:
            _track(connection, tracking)

    def max_tracking_id(self, application_name: str) -> int | None:
        """The last position noted for that application."""
        with self._trackers.connection() as connection:
            row = connection.execute(
                "SELECT notification_id FROM tracking WHERE application_name = %s", (application_name,)
            ).fetchone()
        return cast("int", row[0]) if row else None


class LogProcessRecorder(LogTrackingRecorder, LogRecorder, ProcessRecorder):
    """Events and the position they came from, in one transaction."""

    def __init__(self, committer: BlockingCommitter, readers: Readers, tenant: str, channel: str) -> None:
        LogRecorder.__init__(self, committer, readers, tenant, channel)
        LogTrackingRecorder.__init__(self, readers)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append, and track in the same commit when a tracking object is given."""
        tracking: Tracking | None = kwargs.pop("tracking", None)
        if tracking is None:
            return super().insert_events(stored_events, **kwargs)
        try:
            with self._readers.connection() as connection, connection.transaction():
                prepare(connection)
                connection.execute(BOUNDED)
                _track(connection, tracking)
                if not stored_events:
                    return None
                batch = batch_of([self._anonymous(stored_events)])
                answer = read_answer(connection.execute(APPEND_ONLY, batch.parameters(), binary=True).fetchone())
                outcome = batch.outcomes(answer)[0]
                if isinstance(outcome, Exception):
                    raise outcome
        except VersionConflict as conflict:
            raise IntegrityError(str(conflict)) from conflict
        except psycopg.OperationalError as error:
            raise OperationalError(str(error)) from error
        except psycopg.InterfaceError as error:
            raise InterfaceError(str(error)) from error
        return list(range(outcome.first_position, outcome.position + 1))


def _track(connection: psycopg.Connection[tuple[object, ...]], tracking: Tracking) -> None:
    row = connection.execute("SELECT track(%s, %s)", (tracking.application_name, tracking.notification_id)).fetchone()
    if row is None or row[0] is None:
        message = f"{tracking.application_name} was tracked at or beyond {tracking.notification_id}"
        raise IntegrityError(message)
