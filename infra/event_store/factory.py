"""How does the eventsourcing library find our log? As its PERSISTENCE_MODULE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import psycopg
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    ProcessRecorder,
    TrackingRecorder,
)
from eventsourcing.utils import Environment, resolve_topic
from psycopg_pool import ConnectionPool

from infra.event_store.blocking import BlockingCommitter
from infra.event_store.process_recorder import LogProcessRecorder, LogTrackingRecorder
from infra.event_store.recorder import (
    LogAggregateRecorder,
    LogRecorder,
    LogSnapshotRecorder,
)

if TYPE_CHECKING:
    from infra.event_store.committer import Observer

T = TypeVar("T", bound=TrackingRecorder)

MOST_READERS = 10
"""Connections for reads of one process: more than its busy threads never helps on one server."""


class LogFactory(InfrastructureFactory[TrackingRecorder]):
    """Recorders over one cell's log.

    Environment: ``VEHICAID_APP_DSN`` (a connection string that acts as the application's role and whose search
    path is the cell), ``VEHICAID_CELL`` and ``VEHICAID_TENANT``. Tables come from migrations, never from here.
    """

    def __init__(self, env: Environment | None, observer: Observer | None = None) -> None:
        super().__init__(env)
        self._dsn = self._known("VEHICAID_APP_DSN")
        self._tenant = self._known("VEHICAID_TENANT")
        self._channel = f"{self._known('VEHICAID_CELL')}_log"
        self.readers: ConnectionPool[psycopg.Connection[tuple[object, ...]]] = ConnectionPool(
            self._dsn, min_size=1, max_size=MOST_READERS, kwargs={"autocommit": True}, open=True
        )
        self.committer = BlockingCommitter(self._connect, observer=observer)

    def _known(self, name: str) -> str:
        value = self.env.get(name)
        if not value:
            message = f"{name} is not set"
            raise LookupError(message)
        return value

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self._dsn, autocommit=True)

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Streams only; for ``purpose="snapshots"`` the cache of snapshots."""
        if purpose == "snapshots":
            return LogSnapshotRecorder(self.readers, self._tenant)
        return LogAggregateRecorder(self.committer, self.readers, self._tenant)

    def application_recorder(self) -> ApplicationRecorder:
        """Streams and the order across them."""
        return LogRecorder(self.committer, self.readers, self._tenant, self._channel)

    def tracking_recorder(self, tracking_recorder_class: type[T] | None = None) -> T:
        """Positions in other logs; the class as given, or as the environment names it."""
        topic = self.env.get(self.TRACKING_RECORDER_TOPIC)
        kind: type[Any] = tracking_recorder_class or (resolve_topic(topic) if topic else LogTrackingRecorder)
        return cast("T", kind(self.readers))

    def process_recorder(self) -> ProcessRecorder:
        """Events and tracking in one transaction."""
        return LogProcessRecorder(self.committer, self.readers, self._tenant, self._channel)

    def close(self) -> None:
        """Give every connection back."""
        self.committer.close()
        self.readers.close()
