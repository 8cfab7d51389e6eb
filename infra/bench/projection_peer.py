"""How would the library keep the same read model? ProjectionRunner: a transaction per event; our fold, our table."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import msgspec
from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg import conninfo, sql
from psycopg.types.json import Jsonb

from application.log import NewEvent
from domain.aggregate import shape_of, topic_class
from infra.event_store import codec
from infra.projections.columns import columns_of, row_maker
from projections.fact import Fact
from projections.read_model import Row
from projections.request_board import RequestRow, request_board

TENANT = "demo"
PEER_TABLE = "request_board__peer"
WARM_UP = 200
# Rare enough to cost it nothing.
LOOK_EVERY_S = 0.01
# Only to fill the peer's log quickly; that is not what is measured.
EVENTS_PER_INSERT = 2_000

_TABLE = sql.Identifier("cell_main", PEER_TABLE)
_COLUMNS = columns_of(RequestRow)
_NAMES = [column.name for column in _COLUMNS]
_make_row = row_maker(RequestRow, _COLUMNS)


class BoardView(PostgresTrackingRecorder):
    """The table, as the library's manual has a view: written in the transaction that records the tracking."""

    def fold(self, fact: Fact, tracking: Tracking) -> None:
        """Read the row, fold, write it, note the position; one transaction."""
        rule = request_board.rules.get(fact.topic)
        with self.datastore.transaction(commit=True) as cursor:
            if rule is not None:
                cursor.execute(_SELECT, rule.key(fact), prepare=True)
                found = cursor.fetchone()
                row = None if found is None else cast("RequestRow", _make_row(list(found.values())))
                new = rule.fold(row, fact)
                if new is not None:
                    cursor.execute(_UPSERT, _values(new), prepare=True)
            self._insert_tracking(cursor, tracking)


class BoardProjection(Projection[BoardView]):
    """Hands every event to the view."""

    name = "board"

    def process_event(self, domain_event: DomainEventProtocol[Any], tracking: Tracking) -> None:
        """One event, as the library hands it over."""
        self.view.fold(fact_of(domain_event, tracking.notification_id), tracking)


class Desk(Application[UUID]):
    """The application whose log is projected."""


def fact_of(event: Any, position: int) -> Fact:
    """The library's event object as our folds take it."""
    state = {name: value for name, value in event.__dict__.items() if not name.startswith("originator")}
    at = cast("datetime", state.pop("timestamp"))
    data = msgspec.json.decode(msgspec.json.encode(state))
    return Fact(
        position, TENANT, event.originator_id, event.originator_version, event.TOPIC, b"",
        "system:bench", at, lambda _topic, _payload: data,
    )  # fmt: skip


def peer_env(admin_url: str) -> dict[str, str]:
    """The library on the given database, its stock settings, in a schema of its own."""
    given = conninfo.conninfo_to_dict(admin_url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(given["dbname"]),
        "POSTGRES_HOST": str(given["host"]),
        "POSTGRES_PORT": str(given["port"]),
        "POSTGRES_USER": str(given["user"]),
        "POSTGRES_PASSWORD": str(given.get("password", "")),
        "POSTGRES_SCHEMA": "public",
    }


def fill_peer(env: dict[str, str], events: Sequence[NewEvent]) -> None:
    """The same events into the library's log, through its own mapper and recorder."""
    desk = Desk(env=env)
    try:
        for start in range(0, len(events), EVENTS_PER_INSERT):
            chunk = events[start : start + EVENTS_PER_INSERT]
            desk.recorder.insert_events([desk.mapper.to_stored_event(library_event(event)) for event in chunk])
    finally:
        desk.close()


def project_with_library(env: dict[str, str], upto: int) -> float:
    """Events per second at which the library's runner takes the read model on, to a position or a little behind it.

    The clock starts when the first WARM_UP events are done: threads, caches and prepared statements are warm then.
    We look for the end ourselves, since the runner's own ``wait`` looks only every 100 to 800 ms. Raises what ended
    the runner, which does not go on after an event that it could not fold.
    """
    with ProjectionRunner(
        application_class=Desk, projection_class=BoardProjection, view_class=BoardView, env=env
    ) as runner:
        first = _done(runner.view)
        while (begun_at := _done(runner.view)) < first + WARM_UP:
            runner.run_forever(timeout=LOOK_EVERY_S)
        begun = time.perf_counter()
        while (done := _done(runner.view)) < upto:
            runner.run_forever(timeout=LOOK_EVERY_S)
        return (done - begun_at) / (time.perf_counter() - begun)


def _done(view: BoardView) -> int:
    return view.max_tracking_id(Desk.__name__) or 0


def library_event(event: NewEvent) -> Any:
    """An event of ours as the library would have made it."""
    kind = topic_class(event.topic)
    data = codec.decode(event.topic, event.payload)
    made = object.__new__(kind)
    made.__dict__.update({name: msgspec.convert(data[name], of) for name, of in shape_of(kind).types.items()})
    made.__dict__.update(
        originator_id=event.stream_id, originator_version=event.version, timestamp=event.occurred_at.astimezone(UTC)
    )
    return made


def _values(row: Row) -> list[object]:
    values = msgspec.structs.astuple(row)
    return [
        Jsonb(msgspec.to_builtins(value)) if column.is_json and value is not None else value
        for column, value in zip(_COLUMNS, values, strict=True)
    ]


def _select() -> bytes:
    fetched = sql.SQL(", ").join(
        sql.SQL("{0}::text AS {0}" if column.is_json else "{0}").format(sql.Identifier(column.name))
        for column in _COLUMNS
    )
    return sql.SQL("SELECT {} FROM {} WHERE tenant = %s AND request_id = %s").format(fetched, _TABLE).as_bytes()


def _upsert() -> bytes:
    names = sql.SQL(", ").join(map(sql.Identifier, _NAMES))
    changes = sql.SQL(", ").join(
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in _NAMES if name not in request_board.key
    )
    return (
        sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT (tenant, request_id) DO UPDATE SET {}")
        .format(_TABLE, names, sql.SQL(", ").join([sql.Placeholder()] * len(_NAMES)), changes)
        .as_bytes()
    )


_SELECT, _UPSERT = _select(), _upsert()
