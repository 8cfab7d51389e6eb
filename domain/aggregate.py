"""What is an aggregate here? The library's, with explicit topics and a fast way to trigger and replay."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterable
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast, get_type_hints
from uuid import UUID

from eventsourcing import domain as library
from eventsourcing.domain import event as event  # noqa: PLC0414  (re-exported: the one door to the library)
from eventsourcing.utils import resolve_topic

ENVELOPE = frozenset({"originator_id", "originator_version", "timestamp"})


class Aggregate(library.Aggregate):
    """A consistency boundary: decides by public methods, evolves by ``_on_...`` methods.

    Every subclass has a ``TOPIC``; so has each of its events. Ids and instants come in as arguments.
    ``SNAPSHOT`` names the attributes (and their types) that restore an aggregate whose stream can grow long;
    an empty one means that it is always replayed from its first event.
    """

    TOPIC: ClassVar[str]
    SNAPSHOT: ClassVar[dict[str, object]] = {}

    class Event(library.Aggregate.Event):
        """Base of all events: frozen, small, ids only."""

        TOPIC: ClassVar[str]

    def __init_subclass__(cls, *, created_event_name: str = "") -> None:
        """Take over the events and the ``_on_...`` methods of the chapters, as if they had been written here."""
        for chapter in cls.__mro__[1:]:
            if issubclass(chapter, Chapter) and library.Aggregate not in chapter.__mro__:
                for name, value in vars(chapter).items():
                    if _is_told(value) and name not in vars(cls):
                        setattr(cls, name, value)
        super().__init_subclass__(created_event_name=created_event_name)

    def trigger_event(self, event_class: type[Any], **kwargs: Any) -> None:
        """Record a fact and evolve by it.

        The library's own version spends most of its time re-inspecting signatures; this one keeps what it
        found per event class. Raises TypeError when a field is missing or unknown.
        """
        shape = shape_of(event_class)
        timestamp: datetime = kwargs.pop("timestamp")
        if kwargs.keys() != shape.field_set:
            raise TypeError(f"{event_class.TOPIC} takes {sorted(shape.field_set)}, got {sorted(kwargs)}")
        version = self._version + 1
        fact = object.__new__(event_class)
        fact.__dict__.update(kwargs, originator_id=self._id, originator_version=version, timestamp=timestamp)
        shape.evolve_with(self, kwargs, timestamp)
        self._version = version
        self._modified_on = timestamp
        self._pending_events.append(fact)

    def collect_events(self) -> list[Any]:
        """Hand over the facts recorded since the last collection."""
        collected = list(self._pending_events)
        self._pending_events.clear()
        return collected


if TYPE_CHECKING:
    _Told = Aggregate
else:
    _Told = object


class Chapter(_Told):
    """A part of a long aggregate's story, in a file of its own: its events, its rules, its ``_on_...`` methods.

    An aggregate inherits from its chapters; only then do their events get their topics. A chapter therefore triggers
    ``self.Accepted``, not the class by its name: the aggregate's own is another one.
    """


def _is_told(value: object) -> bool:
    is_event = isinstance(value, type) and issubclass(value, library.CanMutateAggregate)
    return is_event or isinstance(value, library.CommandMethodDecorator)


class Created(Aggregate.Event, library.Aggregate.Created):
    """Base of an aggregate's first event."""


# The library gives every subclass a "Created" of its own, which would then need a topic: ours declare theirs by name.
del Aggregate.Created


class EventShape:
    """What is known of one event class: its fields and the function that evolves the aggregate.

    ``payload_fields`` maps a field to its type, in the order of declaration, without the envelope
    (id, version and instant are columns of the log). An ``_on_...`` method whose last argument is ``at`` is told the
    instant as well.
    """

    __slots__ = (
        "class_version",
        "event_class",
        "evolve",
        "field_set",
        "is_created",
        "parameters",
        "pick",
        "topic",
        "types",
        "wants_instant",
    )

    def __init__(self, event_class: type[Any]) -> None:
        hints = get_type_hints(event_class)
        names = [f.name for f in dataclasses.fields(event_class) if f.name not in ENVELOPE]
        self.event_class = event_class
        self.topic: str = event_class.TOPIC
        self.class_version: int = getattr(event_class, "class_version", 1)
        self.types: dict[str, Any] = {n: hints[n] for n in names}
        self.field_set = frozenset(names)
        self.is_created = issubclass(event_class, library.CanInitAggregate)
        func = library.decorated_funcs.get(event_class)
        self.evolve: Callable[..., None] | None = func
        self.parameters: tuple[str, ...] = ()
        if func is not None:
            self.parameters = tuple(inspect.signature(func).parameters)[1:]
        self.wants_instant = self.parameters[-1:] == ("at",) and "at" not in self.field_set
        if self.wants_instant:
            self.parameters = self.parameters[:-1]
        self.pick = _picker(self.parameters)

    def evolve_with(self, aggregate: Aggregate, fields: dict[str, Any], at: datetime) -> None:
        """Apply fields given by name (the path of a fresh fact)."""
        if self.evolve is not None:
            told = [fields[n] for n in self.parameters]
            if self.wants_instant:
                told.append(at)
            self.evolve(aggregate, *told)

    def replay(self, aggregate: Aggregate, payload: object, at: datetime) -> None:
        """Apply a decoded payload whose attributes are the fields (the path of a stored fact)."""
        if self.wants_instant and self.evolve is not None:
            self.evolve(aggregate, *self.pick(payload), at)
        elif self.evolve is not None:
            self.evolve(aggregate, *self.pick(payload))

    def create(self, stream_id: UUID, version: int, occurred_at: datetime, payload: object) -> Aggregate:
        """Build the aggregate that a stored first event began."""
        aggregate_class = cast("type[Aggregate]", resolve_topic(getattr(payload, "originator_topic")))  # noqa: B009
        aggregate = aggregate_class.__new__(aggregate_class)
        aggregate.__base_init__(stream_id, version, occurred_at)
        parameters = _init_parameters(aggregate_class, self)
        aggregate_class.__init__(aggregate, **{n: getattr(payload, n) for n in parameters})
        self.replay(aggregate, payload, occurred_at)
        return aggregate


def _picker(names: tuple[str, ...]) -> Callable[[object], Iterable[Any]]:
    if not names:
        return lambda _payload: ()
    getter = attrgetter(*names)
    if len(names) == 1:
        return lambda payload: (getter(payload),)
    return getter


_shapes: dict[type[Any], EventShape] = {}
_inits: dict[type[Any], tuple[str, ...]] = {}


def _init_parameters(aggregate_class: type[Aggregate], begins: EventShape) -> tuple[str, ...]:
    """What an aggregate that begins so is made with; what this beginning does not tell has a default."""
    found = _inits.get(begins.event_class)
    if found is None:
        wanted = tuple(inspect.signature(aggregate_class.__init__).parameters)[1:]
        found = _inits[begins.event_class] = tuple(name for name in wanted if name in begins.field_set)
    return found


def shape_of(event_class: type[Any]) -> EventShape:
    """The shape of an event class, worked out once."""
    found = _shapes.get(event_class)
    if found is None:
        if not getattr(event_class, "TOPIC", None):
            raise TypeError(f"{event_class.__qualname__} has no explicit TOPIC")
        found = _shapes[event_class] = EventShape(event_class)
    return found


def events_of(aggregate_class: type[Aggregate]) -> list[type[Any]]:
    """Every event class that an aggregate declares, in the order of declaration."""
    return [
        value
        for name, value in vars(aggregate_class).items()
        if isinstance(value, type) and issubclass(value, library.Aggregate.Event) and name != "Event"
    ]


def topic_class(topic: str) -> type[Any]:
    """The event or aggregate class behind a topic.

    Raises LookupError for a topic nobody registered: stored topics are never import paths.
    """
    if ":" in topic:
        raise LookupError(f"{topic} is not a topic")
    try:
        return cast("type[Any]", resolve_topic(topic))
    except Exception as error:
        raise LookupError(f"unknown topic {topic}") from error


__all__ = ["Aggregate", "Chapter", "Created", "EventShape", "Self", "event", "events_of", "shape_of", "topic_class"]
