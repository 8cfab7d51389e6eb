"""How do many saves become one call, and the call's answer many receipts or errors?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from application.log import KeyReused, Receipt, Save, VersionConflict
from infra.event_store import wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from application.log import NewEvent

STORED, CONFLICT, DONE_BEFORE, KEY_REUSED = range(4)

PARAMETERS: Final = 23
CALL: Final = f"CALL append({', '.join(['%s'] * PARAMETERS)})"
APPEND_ONLY: Final = f"SELECT * FROM append_batch({', '.join(['%s'] * PARAMETERS)})"


@dataclass(frozen=True, slots=True)
class AnonymousSave:
    """A save that no command stands behind (the library's recorders): no receipt, no idempotency."""

    tenant: str
    events: tuple[NewEvent, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The routine's answer to one batch, column by column as it came."""

    head: int
    bases: list[int | None] | None
    statuses: list[int] | None
    firsts: list[int | None] | None
    lasts: list[int | None] | None
    answers: list[bytes | None] | None
    actuals: list[int | None] | None


class Batch:
    """The columns of one call, grown save by save."""

    __slots__ = (
        "_commands", "_heads_save", "_heads_stream", "_heads_tenant", "_heads_version", "_offsets",
        "_ranks", "_saves", "_streams", "_through", "careful", "size",
    )  # fmt: skip

    def __init__(self) -> None:
        self._saves: list[Save | AnonymousSave] = []
        self._heads_save: list[int] = []
        self._heads_tenant: list[str] = []
        self._heads_stream: list[UUID] = []
        self._heads_version: list[int | None] = []
        self._offsets: list[int] = []
        self._ranks: list[int] = []
        self._through: list[int] = []
        self._streams: set[tuple[str, UUID]] = set()
        self._commands: set[UUID] = set()
        self.careful = False
        self.size = 0

    def __len__(self) -> int:
        return len(self._saves)

    def add(self, save: Save | AnonymousSave) -> None:
        """Take one more save in.

        Raises VersionConflict, and takes nothing, when its own events of a stream do not follow each other.
        """
        number = len(self._saves) + 1
        tenant = save.context.tenant if isinstance(save, Save) else save.tenant
        openings: dict[UUID, tuple[int, int | None]] = {}
        counts: dict[UUID, int] = {}
        before = len(self._heads_save)
        offsets: list[int] = []
        ranks: list[int] = []
        for event in save.events:
            stream_id = event.stream_id
            rank = counts.get(stream_id, 0)
            counts[stream_id] = rank + 1
            if rank == 0:
                openings[stream_id] = (before + len(openings) + 1, event.version)
            offset, opened_at = openings[stream_id]
            expected = None if opened_at is None else opened_at + rank
            if event.version != expected:
                raise VersionConflict(stream_id, event.version, expected)
            offsets.append(offset)
            ranks.append(rank)
        self._claim(save, tenant, openings)
        for stream_id, (_, opened_at) in openings.items():
            self._heads_save.append(number)
            self._heads_tenant.append(tenant)
            self._heads_stream.append(stream_id)
            self._heads_version.append(opened_at)
        self._offsets += offsets
        self._ranks += ranks
        self._saves.append(save)
        self.size += len(save.events)
        self._through.append(self.size)

    def _claim(self, save: Save | AnonymousSave, tenant: str, streams: Iterable[UUID]) -> None:
        """Note what the save touches; a command or stream met twice in one batch needs the careful path."""
        if isinstance(save, Save):
            command = save.context.command_id
            if command in self._commands:
                self.careful = True
            self._commands.add(command)
        for stream_id in streams:
            key = (tenant, stream_id)
            if key in self._streams:
                self.careful = True
            self._streams.add(key)

    def parameters(self) -> tuple[object, ...]:
        """What CALL takes, in its order."""
        events = [event for save in self._saves for event in save.events]
        contexts = [save.context if isinstance(save, Save) else None for save in self._saves]
        by_event = [context for save, context in zip(self._saves, contexts, strict=True) for _ in save.events]
        tenants = [save.context.tenant if isinstance(save, Save) else save.tenant for save in self._saves]
        event_tenants = [t for t, save in zip(tenants, self._saves, strict=True) for _ in save.events]
        return (
            self.careful,
            wire.int4s(self._heads_save),
            wire.texts(self._heads_tenant),
            wire.uuids(self._heads_stream),
            wire.int8s(self._heads_version),
            wire.int4s(self._offsets),
            wire.int4s(self._ranks),
            wire.texts(event_tenants),
            wire.uuids([e.stream_id for e in events]),
            wire.texts([e.topic for e in events]),
            wire.blobs([e.payload for e in events]),
            wire.uuids([c.command_id if c else None for c in by_event]),
            wire.uuids([c.correlation_id if c else None for c in by_event]),
            wire.uuids([c.causation_id if c else None for c in by_event]),
            wire.texts([c.actor if c else "" for c in by_event]),
            wire.instants([e.occurred_at for e in events]),
            wire.int4s(self._through),
            wire.texts(tenants),
            wire.uuids([c.command_id if c else None for c in contexts]),
            wire.texts([c.actor if c else "" for c in contexts]),
            wire.texts([c.key if c else "" for c in contexts]),
            wire.blobs([c.fingerprint if c else b"" for c in contexts]),
            wire.blobs([s.answer if isinstance(s, Save) else b"" for s in self._saves]),
        )

    def outcomes(self, answer: Answer) -> list[Receipt | VersionConflict | KeyReused]:
        """One receipt or error for each save, in order."""
        told: list[Receipt | VersionConflict | KeyReused] = []
        begin = 0
        for number, save in enumerate(self._saves):
            end = self._through[number]
            if answer.statuses is None:
                told.append(self._receipt(save, answer, begin, end, answer.head + begin + 1, answer.head + end))
            else:
                told.append(self._careful_outcome(save, answer, number, begin, end))
            begin = end
        return told

    def _receipt(
        self, save: Save | AnonymousSave, answer: Answer, begin: int, end: int, first: int, last: int
    ) -> Receipt:
        bases = answer.bases or []
        versions = tuple(
            (bases[self._offsets[i] - 1] or 0) + self._ranks[i] for i in range(begin, end)
        )
        return Receipt(last, first, versions, save.answer if isinstance(save, Save) else b"", replayed=False)

    def _careful_outcome(
        self, save: Save | AnonymousSave, answer: Answer, number: int, begin: int, end: int
    ) -> Receipt | VersionConflict | KeyReused:
        assert answer.statuses is not None
        assert answer.firsts is not None
        assert answer.lasts is not None
        assert answer.answers is not None
        assert answer.actuals is not None
        status = answer.statuses[number]
        first = answer.firsts[number] or 0
        if status == CONFLICT:
            head = first - 1
            actual = answer.actuals[number]
            return VersionConflict(self._heads_stream[head], self._heads_version[head], actual)
        if status == KEY_REUSED:
            assert isinstance(save, Save)
            return KeyReused(f"idempotency key {save.context.key!r} was used for another command")
        last = answer.lasts[number] or 0
        if status == DONE_BEFORE:
            return Receipt(last, first, (), answer.answers[number] or b"", replayed=True)
        return self._receipt(save, answer, begin, end, first, last)


def batch_of(saves: Sequence[Save | AnonymousSave]) -> Batch:
    """A batch of just these saves."""
    batch = Batch()
    for save in saves:
        batch.add(save)
    return batch
