"""How do tests of the domain read? Facts, command, news: given(...).when(...).then(...)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast
from uuid import UUID

import pytest

from domain.aggregate import Aggregate, shape_of
from infra.event_store import codec

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from domain.refusal import Refusal

A = TypeVar("A", bound=Aggregate)

STREAM = UUID("00000000-0000-7000-8000-00000000abcd")
"""The id of the aggregate that a rule is tried on."""


@dataclass(frozen=True)
class Fact:
    """Something that happened: the event's class, when, and its fields."""

    event_class: type[Any]
    at: datetime
    fields: dict[str, object]


def fact(event_class: type[Any], at: datetime, **fields: object) -> Fact:
    """A fact, checked against the event's shape, so that a test cannot speak of fields that do not exist."""
    shape = shape_of(event_class)
    if shape.is_created:
        fields["originator_topic"] = shape.topic.split(".")[0]
    if fields.keys() != shape.field_set:
        raise TypeError(f"{shape.topic} takes {sorted(shape.field_set)}, got {sorted(fields)}")
    return Fact(event_class, at, fields)


def fact_of(event: Any) -> Fact:
    """The fact behind a pending event."""
    names = shape_of(type(event)).field_set
    return Fact(type(event), event.timestamp, {name: getattr(event, name) for name in names})


def row_of(told: Fact, version: int, stream_id: UUID = STREAM) -> codec.StreamRow:
    """The fact as the log keeps it, through the real codec."""
    event = object.__new__(told.event_class)
    event.__dict__.update(told.fields, originator_id=stream_id, originator_version=version, timestamp=told.at)
    stored = codec.encode(event)
    return version, stored.topic, stored.payload, stored.occurred_at


def state_of(aggregate: Aggregate) -> dict[str, object]:
    """Everything an aggregate knows, but the events that are still pending."""
    names = set(vars(aggregate)) | set(type(aggregate).__annotations__)
    return {name: getattr(aggregate, name) for name in names - {"_pending_events", "TOPIC", "SNAPSHOT"}}


def replayed(rows: list[codec.StreamRow], stream_id: UUID = STREAM) -> Aggregate | None:
    """The aggregate that the stored rows tell of."""
    return codec.replay(stream_id, rows)


@dataclass
class Given(Generic[A]):
    """What has happened so far."""

    kind: type[A]
    rows: list[codec.StreamRow]

    def when(self, command: Callable[[A], object]) -> When[A]:
        """Order something of the aggregate that the facts made."""
        aggregate = cast("A", codec.replay(STREAM, self.rows))
        assert isinstance(aggregate, self.kind), f"the facts given do not make a {self.kind.__name__}"
        return When(aggregate, self.rows, command)

    def now(self) -> A:
        """The aggregate as the facts left it."""
        return cast("A", codec.replay(STREAM, self.rows))


@dataclass
class When(Generic[A]):
    """A command on its way."""

    aggregate: A
    rows: list[codec.StreamRow]
    command: Callable[[A], object]

    def then(self, *news: Fact) -> None:
        """Expect exactly this news, and that it replays to the same state."""
        before = len(self.rows)
        self.command(self.aggregate)
        recorded = [fact_of(event) for event in self.aggregate.collect_events()]
        assert recorded == list(news)
        rows = self.rows + [row_of(told, before + 1 + i) for i, told in enumerate(recorded)]
        again = codec.replay(STREAM, rows)
        assert again is not None
        assert state_of(again) == state_of(self.aggregate)

    def then_nothing(self) -> None:
        """Expect that it is no news."""
        self.then()

    def then_refused(self, refusal: type[Refusal]) -> None:
        """Expect this very refusal, and nothing recorded."""
        before = state_of(self.aggregate)
        with pytest.raises(refusal) as refused:
            self.command(self.aggregate)
        assert type(refused.value) is refusal
        assert self.aggregate.collect_events() == []
        assert state_of(self.aggregate) == before


def given(kind: type[A], *facts: Fact) -> Given[A]:
    """Begin a rule with the facts of one stream, stored and loaded through the real codec."""
    return Given(kind, [row_of(told, 1 + i) for i, told in enumerate(facts)])


def born(aggregate: Aggregate) -> Fact:
    """The single fact by which an aggregate began."""
    (event,) = aggregate.collect_events()
    return fact_of(event)
