"""How does a fact become the JSON in the log, and an aggregate come back from it?"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

import domain.topics  # noqa: F401  (registers every topic, so that any stored event can be read)
from application.log import NewEvent
from domain.aggregate import Aggregate, EventShape, shape_of, topic_class

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

A = TypeVar("A", bound=Aggregate)
StreamRow = tuple[int, str, bytes, datetime]
"""version, topic, payload, occurred_at: what a replay needs of a row."""


class BrokenStream(Exception):
    """A stored stream cannot be replayed: versions do not follow each other, or a payload does not fit its topic."""


class _Entry:
    """Everything the codec knows of one topic."""

    __slots__ = ("at_the_end", "decode", "needs_payload", "plain", "prefix", "shape")

    def __init__(self, shape: EventShape) -> None:
        self.shape = shape
        fields = [(name, kind) for name, kind in shape.types.items()]
        struct = msgspec.defstruct(f"Payload_{shape.topic.replace('.', '_')}", fields, gc=False)
        self.plain: Callable[[bytes], object] = msgspec.json.Decoder(struct).decode
        self.prefix = f'{{"class_version":{shape.class_version}'.encode()
        self.at_the_end: bool = getattr(shape.event_class, "AT_THE_END", False)
        self.needs_payload = (shape.is_created and not self.at_the_end) or bool(shape.parameters)
        self.decode: Callable[[bytes], object] = self.plain if shape.class_version == 1 else self._decode_versioned
        self._set(struct)

    def _set(self, struct: type[msgspec.Struct]) -> None:
        _structs[self.shape.topic] = struct

    def _decode_versioned(self, payload: bytes) -> object:
        if payload.startswith(self.prefix) and payload[len(self.prefix) : len(self.prefix) + 1] in {b",", b"}"}:
            return self.plain(payload)
        return msgspec.convert(upcast(self.shape, msgspec.json.decode(payload)), _structs[self.shape.topic])


_structs: dict[str, type[msgspec.Struct]] = {}
_entries: dict[str, _Entry] = {}


def entry_of(topic: str) -> _Entry:
    """The codec's knowledge of a topic; raises BrokenStream for an unknown one."""
    found = _entries.get(topic)
    if found is None:
        try:
            found = _entries[topic] = _Entry(shape_of(topic_class(topic)))
        except LookupError as error:
            raise BrokenStream(str(error)) from error
    return found


def upcast(shape: EventShape, state: dict[str, Any]) -> dict[str, Any]:
    """An old payload in today's shape; steps ``upcast_v1_v2`` and so on, named as the library names them."""
    version = int(state.pop("class_version", 1))
    while version < shape.class_version:
        getattr(shape.event_class, f"upcast_v{version}_v{version + 1}")(state)
        version += 1
    return state


def encode(fact: Any) -> NewEvent:
    """A pending fact as the log takes it; its instant and identity are columns, not payload."""
    fields = fact.__dict__
    entry = entry_of(fact.TOPIC)
    shape = entry.shape
    state: dict[str, object] = {"class_version": shape.class_version} if shape.class_version > 1 else {}
    for name in shape.types:
        state[name] = fields[name]
    return NewEvent(
        fields["originator_id"],
        None if entry.at_the_end else fields["originator_version"],
        shape.topic,
        msgspec.json.encode(state),
        fields["timestamp"],
    )


def decode(topic: str, payload: bytes) -> dict[str, Any]:
    """A stored payload as today's plain JSON values, upcasted (the read side's view: ids are strings)."""
    shape = entry_of(topic).shape
    state = cast("dict[str, Any]", msgspec.json.decode(payload))
    if shape.class_version == 1:
        return state
    return upcast(shape, state)


def replay(stream_id: UUID, rows: Iterable[StreamRow], aggregate: Aggregate | None = None) -> Aggregate | None:
    """Fold stored rows into the aggregate they began (or continue); None for no rows.

    Raises BrokenStream when a version is missing or a payload does not fit.
    """
    entries = _entries
    version = -1 if aggregate is None else aggregate.version
    occurred_at: datetime | None = None
    try:
        for row_version, topic, payload, occurred_at in rows:
            entry = entries.get(topic) or entry_of(topic)
            if aggregate is None:
                aggregate = entry.shape.create(stream_id, row_version, occurred_at, entry.decode(payload))
            elif row_version != version + 1:
                message = f"stream {stream_id}: version {row_version} follows {version}"
                raise BrokenStream(message)
            elif entry.shape.wants_instant:
                entry.shape.replay(aggregate, entry.decode(payload), occurred_at)
            elif entry.needs_payload:
                entry.shape.evolve(aggregate, *entry.shape.pick(entry.decode(payload)))  # type: ignore[misc]  # it has one
            elif entry.shape.evolve is not None:
                entry.shape.evolve(aggregate)
            version = row_version
    except (msgspec.ValidationError, msgspec.DecodeError, AttributeError) as error:
        message = f"stream {stream_id}, after version {version}: {error}"
        raise BrokenStream(message) from error
    if aggregate is not None and occurred_at is not None:
        aggregate.version = version
        aggregate.modified_on = occurred_at
    return aggregate


def freeze(aggregate: Aggregate) -> bytes:
    """The state of an aggregate that declares a SNAPSHOT, as JSON."""
    state: dict[str, object] = {
        "created_on": aggregate.created_on,
        "modified_on": aggregate.modified_on,
        **{name: getattr(aggregate, name) for name in aggregate.SNAPSHOT},
    }
    return msgspec.json.encode(state)


_thaws: dict[type[Aggregate], type[msgspec.Struct]] = {}


def thaw(kind: type[A], stream_id: UUID, version: int, payload: bytes) -> A | None:
    """The aggregate of a snapshot; None when the snapshot is of another shape (then replay from the start)."""
    struct = _thaws.get(kind)
    if struct is None:
        fields = [("created_on", datetime), ("modified_on", datetime), *kind.SNAPSHOT.items()]
        struct = _thaws[kind] = msgspec.defstruct(f"Frozen_{kind.__name__}", fields)
    try:
        state: Any = msgspec.json.decode(payload, type=struct)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return None
    aggregate = kind.__new__(kind)
    aggregate.__base_init__(stream_id, version, state.created_on)
    aggregate.modified_on = state.modified_on
    for name in kind.SNAPSHOT:
        setattr(aggregate, name, getattr(state, name))
    return aggregate
