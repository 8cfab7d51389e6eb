"""How does the eventsourcing library record events in our log?"""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    DatabaseError,
    IntegrityError,
    ListenNotifySubscription,
    Notification,
    OperationalError,
    StoredEvent,
)

from application.log import LogSkipDetected, LogUnavailable, NewEvent, VersionConflict
from infra.event_store.batch import AnonymousSave
from infra.event_store.log import NO_END
from infra.event_store.reader import check_contiguous

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg_pool import ConnectionPool

    from application.log import Receipt
    from infra.event_store.blocking import BlockingCommitter

    Readers = ConnectionPool[psycopg.Connection[tuple[object, ...]]]

POLL_S = 0.25
"""A lost wake-up costs a subscriber this much."""


class LogAggregateRecorder(AggregateRecorder):
    """An aggregate recorder of one tenant over the shared log: streams, without the order across them."""

    def __init__(self, committer: BlockingCommitter, readers: Readers, tenant: str) -> None:
        self._committer = committer
        self._readers = readers
        self._tenant = tenant

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        **kwargs: Any,  # noqa: ARG002  the library's signature
    ) -> Sequence[int] | None:
        """Append events atomically; raises the library's IntegrityError on a conflict."""
        if stored_events:
            self._append(stored_events)
        return None

    def _append(self, stored_events: Sequence[StoredEvent]) -> Receipt:
        try:
            return self._committer.append(self._anonymous(stored_events))
        except VersionConflict as conflict:
            raise IntegrityError(str(conflict)) from conflict
        except LogUnavailable as error:
            raise OperationalError(str(error)) from error
        except psycopg.DatabaseError as error:
            raise DatabaseError(str(error)) from error

    def _anonymous(self, stored_events: Sequence[StoredEvent]) -> AnonymousSave:
        at = datetime.now(UTC)
        return AnonymousSave(
            self._tenant,
            tuple(
                NewEvent(_uuid(e.originator_id), e.originator_version, e.topic, e.state, getattr(e, "occurred_at", at))
                for e in stored_events
            ),
        )

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """One stream's events."""
        order = "DESC" if desc else "ASC"
        with self._readers.connection() as connection:
            rows = connection.execute(
                "SELECT version, topic, payload FROM events WHERE tenant = %s AND stream_id = %s"  # noqa: S608  ASC, DESC
                f" AND version > %s AND version <= %s ORDER BY version {order} LIMIT %s",
                (
                    self._tenant,
                    _uuid(originator_id),
                    -1 if gt is None else gt,
                    NO_END if lte is None else lte,
                    limit,
                ),
                binary=True,
            ).fetchall()
        return [
            StoredEvent(originator_id, cast("int", version), cast("str", topic), cast("bytes", payload))
            for version, topic, payload in rows
        ]


class LogSnapshotRecorder(AggregateRecorder):
    """The library's snapshots in our cache of them: only the latest of a stream is kept."""

    def __init__(self, readers: Readers, tenant: str) -> None:
        self._readers = readers
        self._tenant = tenant

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        **kwargs: Any,  # noqa: ARG002  the library's signature
    ) -> Sequence[int] | None:
        """Keep snapshots that are newer than what is kept."""
        with self._readers.connection() as connection:
            for taken in stored_events:
                connection.execute(
                    "SELECT put_snapshot(%s, %s, %s, %s, %s)",
                    (self._tenant, _uuid(taken.originator_id), taken.originator_version, taken.topic, taken.state),
                )
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,  # noqa: ARG002  there is one at most
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """The stream's snapshot when it lies within the versions asked for."""
        with self._readers.connection() as connection:
            rows = connection.execute(
                "SELECT version, topic, payload FROM snapshots WHERE tenant = %s AND stream_id = %s"
                " AND version > %s AND version <= %s LIMIT %s",
                (
                    self._tenant,
                    _uuid(originator_id),
                    -1 if gt is None else gt,
                    NO_END if lte is None else lte,
                    limit,
                ),
                binary=True,
            ).fetchall()
        return [
            StoredEvent(originator_id, cast("int", version), cast("str", topic), cast("bytes", payload))
            for version, topic, payload in rows
        ]


class LogRecorder(LogAggregateRecorder, ApplicationRecorder):
    """An application recorder of one tenant over the shared log."""

    def __init__(self, committer: BlockingCommitter, readers: Readers, tenant: str, channel: str) -> None:
        super().__init__(committer, readers, tenant)
        self.channel = channel

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        **kwargs: Any,  # noqa: ARG002  the library's signature
    ) -> Sequence[int] | None:
        """Append events atomically and return their positions; raises the library's IntegrityError on a conflict."""
        if not stored_events:
            return None
        receipt = self._append(stored_events)
        return list(range(receipt.first_position, receipt.position + 1))

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Events in order of position.

        The positions looked at are checked to be dense, those that the filter leaves out as well.
        Raises LogSkipDetected.
        """
        after = 0 if start is None else start - 1 if inclusive_of_start else start
        last = NO_END if stop is None else stop
        with self._readers.connection() as connection:
            rows = connection.execute(
                "SELECT position, stream_id, version, topic, payload FROM events"
                " WHERE position > %s AND position <= %s AND (%s::text[] = '{}' OR topic = ANY (%s))"
                " ORDER BY position LIMIT %s",
                (after, last, list(topics), list(topics), limit),
                binary=True,
            ).fetchall()
            if topics:
                _check_filtered(connection, after, cast("int", rows[-1][0]) if len(rows) == limit else last)
        if not topics:
            check_contiguous(after, [cast("int", row[0]) for row in rows])
        return [_notification(row) for row in rows]

    def max_notification_id(self) -> int | None:
        """The last position, or None for an empty log."""
        with self._readers.connection() as connection:
            row = connection.execute("SELECT max(position) FROM events").fetchone()
        return cast("int | None", row[0]) if row else None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> LogSubscription:
        """Follow the log: woken by NOTIFY, polling all the same, reconnecting when the connection is lost."""
        return LogSubscription(self, gt, topics)

    def wait_for_news(self, stop: Event, wake: Event) -> None:
        """Set ``wake`` on every notification until stopped; a lost connection is replaced."""
        while not stop.is_set():
            try:
                with self._readers.connection() as connection:
                    connection.execute(f'LISTEN "{self.channel}"')
                    wake.set()
                    while not stop.is_set():
                        for _ in connection.notifies(timeout=POLL_S, stop_after=1):
                            wake.set()
                    connection.execute("UNLISTEN *")
            except (psycopg.Error, OSError):
                stop.wait(POLL_S)


class LogSubscription(ListenNotifySubscription[ApplicationRecorder]):
    """The library's subscription, which never misses a wake-up for longer than the polling interval."""

    def __init__(self, recorder: LogRecorder, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._stop_listening = Event()
        self._listener = Thread(
            target=recorder.wait_for_news, args=(self._stop_listening, self._has_been_notified), daemon=True
        )
        self._listener.start()
        self._poller = Thread(target=self._poll, daemon=True)
        self._poller.start()

    def _poll(self) -> None:
        while not self._stop_listening.wait(POLL_S):
            self._has_been_notified.set()

    def stop(self) -> None:
        """End the iteration and the threads behind it."""
        super().stop()
        self._stop_listening.set()
        self._has_been_notified.set()


def _check_filtered(connection: psycopg.Connection[tuple[object, ...]], after: int, upto: int) -> None:
    """Every position of the range is there, up to the head; raises LogSkipDetected. Costs one scan of the index."""
    row = connection.execute(
        "SELECT count(*), max(position) FROM events WHERE position > %s AND position <= %s", (after, upto)
    ).fetchone()
    count, highest = cast("tuple[int, int | None]", row)
    if highest is not None and count != highest - after:
        raise LogSkipDetected(after + count, highest)


def _notification(row: tuple[object, ...]) -> Notification:
    position, stream_id, version, topic, payload = row
    return Notification(
        cast("UUID", stream_id), cast("int", version), cast("str", topic), cast("bytes", payload), cast("int", position)
    )


def _uuid(originator_id: UUID | str) -> UUID:
    return originator_id if isinstance(originator_id, UUID) else UUID(originator_id)
