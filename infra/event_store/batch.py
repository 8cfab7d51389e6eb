"""How do many saves become one call, and the call's answer many receipts or errors?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from msgspec import Struct
from psycopg.types.numeric import Int8

from application.log import CommandContext, KeyReused, NewEvent, Receipt, Save, VersionConflict
from infra.event_store import wire

if TYPE_CHECKING:
    from collections.abc import Sequence

STORED, CONFLICT, DONE_BEFORE, KEY_REUSED = range(4)

PARAMETERS: Final = 23
CALL: Final = f"CALL append({', '.join(['%s'] * PARAMETERS)})"
CALL_SINGLE: Final = f"CALL append_single({', '.join(['%s'] * 13)})"
TOLD_PARAMETERS: Final = 13
CALL_TELLING: Final = f"CALL append_telling({', '.join(['%s'] * (TOLD_PARAMETERS + PARAMETERS))})"
APPEND_ONLY: Final = f"SELECT * FROM append_batch({', '.join(['%s'] * PARAMETERS)})"  # noqa: S608  only places


class AnonymousSave(Struct, frozen=True):
    """A save that no command stands behind (the library's recorders): no receipt, no idempotency."""

    tenant: str
    events: tuple[NewEvent, ...]


class Verdicts(Struct, frozen=True):
    """What the careful path says of each save: its fate, its positions, the first answer, the version it met."""

    statuses: list[int]
    firsts: list[int | None]
    lasts: list[int | None]
    answers: list[bytes | None]
    actuals: list[int | None]


class Answer(Struct, frozen=True):
    """The routine's answer to one batch; ``verdicts`` is None when every save was stored at once."""

    head: int
    bases: list[int | None]
    verdicts: Verdicts | None


class Batch:
    """The columns of one call, grown save by save."""

    __slots__ = (
        "_commands", "_heads_save", "_heads_stream", "_heads_tenant", "_heads_version", "_offsets", "_one_event_each",
        "_ranks", "_read", "_saves", "_streams", "_through", "careful", "size",
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
        self._streams: set[int] = set()
        self._read: set[int] = set()
        self._commands: set[int] = set()
        self._one_event_each = True
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
        before = len(self._heads_save)
        self._one_event_each = self._one_event_each and len(save.events) == 1
        if len(save.events) == 1:
            only = save.events[0]
            openings = {only.stream_id.int: (before + 1, only)}
            self._offsets.append(before + 1)
            self._ranks.append(0)
        else:
            openings = self._place(save.events, before)
        if isinstance(save, Save):
            command = save.context.command_id.int
            self.careful = self.careful or command in self._commands
            self._commands.add(command)
        for stream, (_, opening) in openings.items():
            self._head(number, tenant, opening.stream_id, opening.version)
            # Ids are unique over tenants in practice; where two tenants do share one, the careful path is right too.
            self.careful = self.careful or stream in self._streams or stream in self._read
            self._streams.add(stream)
        if isinstance(save, Save):
            for stream_id, version in save.unchanged:
                # A head without events: the version that would come next tells whether the stream stands still.
                self._head(number, tenant, stream_id, version + 1)
                self.careful = self.careful or stream_id.int in self._streams
                self._read.add(stream_id.int)
        self._saves.append(save)
        self.size += len(save.events)
        self._through.append(self.size)

    def _head(self, number: int, tenant: str, stream_id: UUID, version: int | None) -> None:
        self._heads_save.append(number)
        self._heads_tenant.append(tenant)
        self._heads_stream.append(stream_id)
        self._heads_version.append(version)

    def _place(self, events: tuple[NewEvent, ...], before: int) -> dict[int, tuple[int, NewEvent]]:
        """Find each event's head and its rank behind it; keyed by the id's integer, which hashes ten times as fast."""
        openings: dict[int, tuple[int, NewEvent]] = {}
        counts: dict[int, int] = {}
        offsets: list[int] = []
        ranks: list[int] = []
        for event in events:
            stream = event.stream_id.int
            rank = counts.get(stream, 0)
            counts[stream] = rank + 1
            if rank == 0:
                openings[stream] = (before + len(openings) + 1, event)
            offset, opening = openings[stream]
            expected = None if opening.version is None else opening.version + rank
            if event.version != expected:
                raise VersionConflict(event.stream_id, event.version, expected)
            offsets.append(offset)
            ranks.append(rank)
        self._offsets += offsets
        self._ranks += ranks
        return openings

    def single(self) -> tuple[object, ...] | None:
        """What CALL_SINGLE takes, when the batch is one event and nothing else; otherwise None."""
        if self.careful or self.size != 1 or len(self._saves) != 1 or len(self._heads_save) != 1:
            return None
        save = self._saves[0]
        (event,) = save.events
        version = None if event.version is None else Int8(event.version)
        what = (event.stream_id, version, event.topic, event.payload)
        if isinstance(save, AnonymousSave):
            return (save.tenant, *what, None, None, None, "", event.occurred_at, "", b"", b"")
        who = save.context
        return (
            *(who.tenant, *what, who.command_id, who.correlation_id, who.causation_id, who.actor, event.occurred_at),
            *(who.key, who.fingerprint, save.answer),
        )

    def single_answer(self, row: tuple[object, ...] | None) -> Answer | None:
        """What CALL_SINGLE says; None when it stored nothing, and the careful path has to say why."""
        if row is None or not isinstance(row[0], int) or not isinstance(row[1], int):
            self.careful = True
            return None
        return Answer(row[0] - 1, [row[1]], None)

    def parameters(self) -> tuple[object, ...]:
        """What CALL takes, in its order."""
        events = [event for save in self._saves for event in save.events]
        contexts = [save.context if isinstance(save, Save) else None for save in self._saves]
        tenants = [save.context.tenant if isinstance(save, Save) else save.tenant for save in self._saves]
        of_saves = _whose(tenants, contexts)
        by_event, of_events = contexts, of_saves
        if not self._one_event_each:
            spread = [number for number, save in enumerate(self._saves) for _ in save.events]
            by_event = [contexts[number] for number in spread]
            of_events = _whose([tenants[number] for number in spread], by_event)
        return (
            self.careful,
            wire.int4s(self._heads_save),
            wire.texts(self._heads_tenant),
            wire.uuids(self._heads_stream),
            wire.int8s(self._heads_version),
            wire.int4s(self._offsets),
            wire.int4s(self._ranks),
            of_events[0],
            wire.uuids([e.stream_id for e in events]),
            wire.texts([e.topic for e in events]),
            wire.blobs([e.payload for e in events]),
            of_events[1],
            wire.uuids([c.correlation_id if c else None for c in by_event]),
            wire.uuids([c.causation_id if c else None for c in by_event]),
            of_events[2],
            wire.instants([e.occurred_at for e in events]),
            wire.int4s(self._through),
            *of_saves,
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
            if answer.verdicts is None:
                told.append(self._receipt(save, answer.bases, begin, end, answer.head + begin + 1))
            else:
                told.append(self._verdict(save, answer.bases, answer.verdicts, number, begin))
            begin = end
        return told

    def _receipt(
        self, save: Save | AnonymousSave, bases: list[int | None], begin: int, end: int, first: int
    ) -> Receipt:
        """A stored save without events has the head as its position."""
        versions = tuple([(bases[self._offsets[i] - 1] or 0) + self._ranks[i] for i in range(begin, end)])
        answer = save.answer if isinstance(save, Save) else b""
        return Receipt(first + end - begin - 1, first, versions, answer, replayed=False)

    def _verdict(
        self, save: Save | AnonymousSave, bases: list[int | None], verdicts: Verdicts, number: int, begin: int
    ) -> Receipt | VersionConflict | KeyReused:
        status = verdicts.statuses[number]
        first = verdicts.firsts[number] or 0
        if status == STORED:
            return self._receipt(save, bases, begin, self._through[number], first)
        if status == CONFLICT:
            head = first - 1
            return VersionConflict(self._heads_stream[head], self._heads_version[head], verdicts.actuals[number])
        if status == KEY_REUSED:
            return KeyReused("the idempotency key was used before for a command with other content")
        return Receipt(verdicts.lasts[number] or 0, first, (), verdicts.answers[number] or b"", replayed=True)


def _whose(
    tenants: list[str], contexts: list[CommandContext | None]
) -> tuple[wire.TextArray, wire.UuidArray, wire.TextArray]:
    """Tenants, command ids and actors: the same columns for saves and, where each has one event, for events."""
    return (
        wire.texts(tenants),
        wire.uuids([c.command_id if c else None for c in contexts]),
        wire.texts([c.actor if c else "" for c in contexts]),
    )


def batch_of(saves: Sequence[Save | AnonymousSave]) -> Batch:
    """A batch of just these saves."""
    batch = Batch()
    for save in saves:
        batch.add(save)
    return batch
