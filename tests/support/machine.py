"""What has every aggregate's Hypothesis machine in common? It tries commands at random and replays after each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.aggregate import Aggregate
from domain.refusal import Refusal
from infra.event_store import codec
from tests.support.roadside import NOON
from tests.support.rulebook import Fact, fact_of, row_of, state_of

if TYPE_CHECKING:
    from collections.abc import Callable

A = TypeVar("A", bound=Aggregate)


class AggregateMachine(RuleBasedStateMachine, Generic[A]):
    """Drives one aggregate; ``history`` is what was recorded, the only thing that domain invariants look at.

    A refused command leaves no trace, an allowed one is stored through the real codec, and what is stored
    replays to what stands in memory: from the first event, and from any snapshot on the way.
    """

    def __init__(self, begun: A) -> None:
        super().__init__()
        self.now = NOON
        self.aggregate = begun
        self.stream = begun.id
        self.history: list[Fact] = []
        self.rows: list[codec.StreamRow] = []
        self.refusals: list[Refusal] = []
        self._take_news()

    def attempt(self, command: Callable[[A], object]) -> Refusal | None:
        """Order something; gives the refusal, if it was one."""
        before = state_of(self.aggregate)
        try:
            command(self.aggregate)
        except Refusal as refused:
            assert self.aggregate.collect_events() == []
            assert state_of(self.aggregate) == before
            return refused
        if not self._take_news():
            assert state_of(self.aggregate) == before
        return None

    def would_be_news(self, command: Callable[[A], object]) -> bool:
        """Whether a command would record something, tried on a copy."""
        copy = cast("A", codec.replay(self.stream, self.rows))
        try:
            command(copy)
        except Refusal:
            return False
        return bool(copy.collect_events())

    def topics(self) -> list[str]:
        """What happened, in order."""
        return [told.event_class.TOPIC for told in self.history]

    def _take_news(self) -> int:
        news = [fact_of(event) for event in self.aggregate.collect_events()]
        for told in news:
            self.history.append(told)
            self.rows.append(row_of(told, len(self.rows) + 1))
        return len(news)

    @rule(seconds=st.integers(0, 20))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def the_process_is_restarted(self) -> None:
        """What goes on is what was stored: a snapshot where there is one, the stream otherwise."""
        kind = type(self.aggregate)
        if kind.SNAPSHOT:
            thawed = codec.thaw(kind, self.stream, self.aggregate.version, codec.freeze(self.aggregate))
            assert thawed is not None
            assert state_of(thawed) == state_of(self.aggregate)
            self.aggregate = thawed
        else:
            self.aggregate = cast("A", codec.replay(self.stream, self.rows))

    @invariant()
    def replay_agrees(self) -> None:
        again = codec.replay(self.stream, self.rows)
        assert again is not None
        assert type(again) is type(self.aggregate)
        assert state_of(again) == state_of(self.aggregate)
