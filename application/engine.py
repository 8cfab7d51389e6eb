"""How does a command run? Load, decide, commit; reload and decide again when somebody was faster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

import msgspec

from application.log import CommandContext, EventLog, NewEvent, Receipt, Save, VersionConflict
from application.turns import Turns
from domain.refusal import NotFound, Refusal

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from application.personal import Told
    from domain.aggregate import Aggregate

A = TypeVar("A", bound="Aggregate")

MAX_ATTEMPTS = 4
"""One try and three reloads: beyond that the stream is contended and the caller should know (409)."""

Answer = dict[str, object]
"""What a command tells its caller: plain JSON, without the position (the receipt has it)."""


class Contended(Exception):
    """The aggregate kept changing under the command; nothing was recorded. Safe to send again."""


class Aggregates(Protocol):
    """Loads aggregates and turns their facts into payloads."""

    async def load(self, kind: type[A], tenant: str, stream_id: UUID) -> A | None:
        """The aggregate as its last event left it, or None; never one of another tenant."""
        ...

    def encode(self, fact: object) -> NewEvent:
        """A pending fact as the log takes it."""
        ...

    def saved(self, tenant: str, aggregate: Aggregate, events: int) -> None:
        """Called after a commit with the number of new events, so that a long stream may be snapshotted."""
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """What a command came to. ``answer`` is plain JSON; ``position`` is where a reader must have been."""

    answer: Answer
    position: int
    replayed: bool
    events: tuple[str, ...] = ()


class Work:
    """The unit of work of one attempt: what was loaded, what is new."""

    def __init__(self, aggregates: Aggregates, context: CommandContext, turns: Turns | None = None) -> None:
        self.context = context
        self._aggregates = aggregates
        self._turns = turns or Turns()
        self._turn: tuple[UUID, asyncio.Event] | None = None
        self._touched: dict[UUID, Aggregate] = {}
        self._seen: dict[UUID, tuple[type[Aggregate], int]] = {}

    async def get(self, kind: type[A], stream_id: UUID) -> A:
        """Load an aggregate of this tenant; raises NotFound."""
        found = await self.find(kind, stream_id)
        if found is None:
            raise NotFound(f"no {kind.__name__} {stream_id}", id=str(stream_id))
        return found

    async def find(self, kind: type[A], stream_id: UUID) -> A | None:
        """The same for what need not be there: None where it is not."""
        held = self._touched.get(stream_id)
        if held is None:
            held = await self._aggregates.load(kind, self.context.tenant, stream_id)
            if held is not None:
                self._seen[stream_id] = (kind, held.version)
        if held is None or not isinstance(held, kind):
            return None
        self._touched[stream_id] = held
        return held

    async def look(self, kind: type[A], stream_id: UUID) -> A | None:
        """What never changes of another stream, such as whose it is: the save neither writes it nor depends on it."""
        held = self._touched.get(stream_id) or await self._aggregates.load(kind, self.context.tenant, stream_id)
        return held if isinstance(held, kind) else None

    async def take_turn(self, stream_id: UUID) -> bool:
        """Be the one of this process that decides about a stream until the save; once in an attempt, and first of all.

        False when another has decided meanwhile: what was loaded before is forgotten, so that it is looked at again.
        """
        if self._turn is not None:
            return True
        turn = await self._turns.take((self.context.tenant, stream_id))
        if turn is None:
            self._touched.clear()
            self._seen.clear()
            return False
        self._turn = stream_id, turn
        return True

    def end_turn(self) -> None:
        """Let others decide; for the engine, when the attempt is over."""
        if self._turn is not None:
            stream_id, turn = self._turn
            self._turns.give_back((self.context.tenant, stream_id), turn)
            self._turn = None

    def add(self, aggregate: Aggregate) -> None:
        """Take a new aggregate into the save, behind all others; one that is added again moves there."""
        self._touched.pop(aggregate.id, None)
        self._touched[aggregate.id] = aggregate

    async def was_torn(self) -> bool:
        """Whether a stream changed while others were being loaded, so that what was decided from never was.

        Versions only grow: when none has changed after the last load, all were true together at that moment.
        """
        if len(self._seen) < 2:  # one stream alone is always read whole
            return False
        for stream_id, (kind, version) in self._seen.items():
            now = await self._aggregates.load(kind, self.context.tenant, stream_id)
            if now is None or now.version != version:
                return True
        return False

    def only_read(self, written: set[UUID]) -> tuple[tuple[UUID, int], ...]:
        """The streams that were read and not written, as they were: the save holds only while that is still true."""
        return tuple((stream_id, version) for stream_id, (_, version) in self._seen.items() if stream_id not in written)

    @property
    def touched(self) -> list[Aggregate]:
        """Every aggregate of this save, in the order in which the command met them."""
        return list(self._touched.values())


class Engine:
    """Runs commands against the log: idempotent, atomic over aggregates, retried on conflict."""

    def __init__(self, log: EventLog, aggregates: Aggregates) -> None:
        self._log = log
        self._aggregates = aggregates
        self._turns = Turns()

    async def run(
        self, context: CommandContext, decide: Callable[[Work], Awaitable[Answer]], told: Told | None = None
    ) -> Done:
        """Run one command to its end; ``told`` is kept with its save, and not when the command is refused.

        ``decide`` loads what it needs through the unit of work, calls the aggregates and returns the answer.
        It may run several times, so it does nothing else. Raises the Refusal it raised (recorded with its
        receipt, and raised again when the command is repeated), Contended, KeyReused or LogUnavailable.
        """
        conflict = "what the command decides from kept changing while it was read"
        for _ in range(MAX_ATTEMPTS):
            work = Work(self._aggregates, context, self._turns)
            try:
                answer = await decide(work)
            except Refusal as refusal:
                work.end_turn()  # a refusal changes nothing that others decide from
                if await work.was_torn():
                    continue
                return await self._refuse(context, refusal)
            else:
                try:
                    receipt, topics = await self._save(work, answer, told)
                except VersionConflict as error:
                    conflict = str(error)
                    continue
            finally:
                work.end_turn()
            return _told(receipt, topics)
        raise Contended(conflict)

    async def _save(self, work: Work, answer: Answer, told: Told | None) -> tuple[Receipt, tuple[str, ...]]:
        collected = [(aggregate, aggregate.collect_events()) for aggregate in work.touched]
        events = tuple(self._aggregates.encode(fact) for _, facts in collected for fact in facts)
        unchanged = work.only_read({event.stream_id for event in events})
        save = Save(work.context, events, msgspec.json.encode({"done": answer}), unchanged, told)
        receipt = await self._log.append(save)
        if not receipt.replayed:
            for aggregate, facts in collected:
                self._aggregates.saved(work.context.tenant, aggregate, len(facts))
        return receipt, tuple(event.topic for event in events)

    async def _refuse(self, context: CommandContext, refusal: Refusal) -> Done:
        if not refusal.kept:
            before = await self._log.recall(context)
            if before is None:
                raise refusal
            return _told(before, ())
        told = {"code": refusal.code, "detail": refusal.detail, "facts": refusal.facts}
        receipt = await self._log.append(Save(context, (), msgspec.json.encode({"refused": told})))
        if not receipt.replayed:
            raise refusal
        return _told(receipt, ())


class RefusedBefore(Refusal):
    """The same command was refused before; this is the first answer again."""

    def __init__(self, code: str, detail: str, facts: dict[str, str | int | bool | None]) -> None:
        super().__init__(detail, **facts)
        self.code = code  # type: ignore[misc]  # an instance repeats the code of the refusal it stands for


def _told(receipt: Receipt, topics: tuple[str, ...]) -> Done:
    kept = cast("dict[str, Answer]", msgspec.json.decode(receipt.answer))
    refused = kept.get("refused")
    if refused is not None:
        raise RefusedBefore(
            str(refused["code"]), str(refused["detail"]), cast("dict[str, str | int | bool | None]", refused["facts"])
        )
    return Done(kept["done"], receipt.position, receipt.replayed, topics)


__all__ = ["Aggregates", "Contended", "Done", "Engine", "RefusedBefore", "Work"]
