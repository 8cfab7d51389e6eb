"""What was asked of the world outside, and has it come out? One row for each operation."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from domain.intent import OPERATION, IntentEnd, IntentKind, asks, doubts, ends
from domain.topics import event_classes
from projections.fact import Fact
from projections.read_model import Index, Key, ReadModel, Row


class IntentRow(Row, frozen=True, gc=False):
    """One intent. ``state`` is open, uncertain, confirmed or rejected; ``stream_id`` is the stream that asks.

    ``doubts`` counts how often nobody could tell; the longer that goes on, the more seldom it is asked about.
    """

    tenant: str
    operation_id: UUID
    kind: str
    stream_id: UUID
    state: str
    doubts: int
    position: int
    asked_at: datetime
    last_at: datetime


intents = ReadModel(
    "intents",
    IntentRow,
    version=1,
    key=("tenant", "operation_id"),
    indexes=(Index(("last_at",), where="state IN ('open', 'uncertain')"), Index(("tenant", "stream_id"))),
)


def _operation(fact: Fact) -> Key:
    return (fact.tenant, fact.uuid(OPERATION))


def _asked(topic: str, kind: IntentKind) -> None:
    @intents.settles(topic, _operation)
    def _fold(row: IntentRow | None, fact: Fact) -> IntentRow:
        # What is asked for again, after it came to nothing, is open again under the same operation.
        asked_at = fact.occurred_at if row is None else row.asked_at
        return IntentRow(
            tenant=fact.tenant,
            operation_id=fact.uuid(OPERATION),
            kind=kind.value,
            stream_id=fact.stream_id,
            state="open",
            doubts=0,
            position=fact.position,
            asked_at=asked_at,
            last_at=fact.occurred_at,
        )


def _ended(topic: str, end: IntentEnd) -> None:
    @intents.settles(topic, _operation)
    def _fold(row: IntentRow | None, fact: Fact) -> IntentRow | None:
        if row is None:
            return None
        return replace(row, state=end.value, position=fact.position, last_at=fact.occurred_at)


def _doubted(topic: str) -> None:
    @intents.settles(topic, _operation)
    def _fold(row: IntentRow | None, fact: Fact) -> IntentRow | None:
        if row is None:
            return None
        return replace(row, state="uncertain", doubts=row.doubts + 1, position=fact.position, last_at=fact.occurred_at)


for _event in event_classes():
    _kind, _end = asks(_event), ends(_event)
    if _kind is not None:
        _asked(_event.TOPIC, _kind)
    elif _end is not None:
        _ended(_event.TOPIC, _end)
    elif doubts(_event):
        _doubted(_event.TOPIC)
