"""What is a read model? A row type, a key taken from the event alone, and one pure fold per topic."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from projections.fact import Fact


class Row(msgspec.Struct, frozen=True, gc=False):
    """Base of all rows: a value, its fields are the columns.

    A field's type gives the column's: UUID, str, int (64 bits), bool, float (finite), datetime (aware), or one of
    them or None; anything else (tuples, dicts) becomes jsonb. The first field is ``tenant: str``.
    """


R = TypeVar("R", bound=Row)
P = TypeVar("P")
Key = tuple[Hashable, ...]
KeyOf = Callable[[Fact], Key | None]
"""The row that a fact is about; None when it is about none."""


class RowMissing(Exception):
    """A fact speaks of a row that no earlier fact began."""


@dataclass(frozen=True, slots=True)
class Rule(Generic[R]):
    """What one topic does: to which row, and what becomes of it (None: the row is gone).

    ``begins`` tells that the topic is the first of its key, so that the row need not be looked up. A topic that is
    about several rows has ``parts`` instead: the rule of each of them.
    """

    key: KeyOf
    fold: Callable[[R | None, Fact], R | None]
    begins: bool = False
    parts: Callable[[Fact], list[Rule[R]]] | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """Columns that are searched together; ``where`` is an SQL condition over the row for a partial index."""

    columns: tuple[str, ...]
    where: str = ""


def of_stream(fact: Fact) -> Key:
    """The key of a read model with one row per stream."""
    return (fact.tenant, fact.stream_id)


def by_id(name: str) -> KeyOf:
    """The key of a row that a fact names in its payload, if it names one."""

    def key(fact: Fact) -> Key | None:
        found = fact.maybe_uuid(name)
        return None if found is None else (fact.tenant, found)

    return key


class ReadModel(Generic[R]):
    """One read model: rows of one type, and the rules that evolve them.

    ``version`` is raised whenever the row type or a rule changes: the projector then builds the read model anew.
    ``key`` names the row's fields that identify it, the tenant first; ``indexes`` are the ways it is searched.
    ``traced`` tells that its folds look at a fact's trace, which costs as much to read as all the rest of a fact.
    """

    def __init__(
        self,
        name: str,
        row: type[R],
        *,
        version: int,
        key: tuple[str, ...],
        indexes: tuple[Index, ...] = (),
        traced: bool = False,
    ) -> None:
        fields = tuple(field.name for field in msgspec.structs.fields(row))
        if fields[0] != "tenant" or key[0] != "tenant":
            raise TypeError(f"{name}: the tenant comes first in the row and in its key")
        if key != fields[: len(key)]:
            raise TypeError(f"{name}: the key {key} is not how the row begins: {fields[: len(key)]}")
        self.name = name
        self.row = row
        self.version = version
        self.key = key
        self.indexes = indexes
        self.traced = traced
        self.fields = fields
        self.rules: dict[str, Rule[R]] = {}
        self.every: Rule[R] | None = None

    def begins(self, topic: str, key: KeyOf = of_stream) -> Callable[[Callable[[Fact], R]], Callable[[Fact], R]]:
        """The fold of a topic that makes a row. No other row has that key, or the new one takes its place."""

        def register(fold: Callable[[Fact], R]) -> Callable[[Fact], R]:
            self._add(topic, Rule(key, lambda _row, fact: fold(fact), begins=True))
            return fold

        return register

    def on(
        self, topic: str, key: KeyOf = of_stream
    ) -> Callable[[Callable[[R, Fact], R | None]], Callable[[R, Fact], R | None]]:
        """The fold of a topic that changes a row or ends it; a row that is not there makes the fact a poison."""

        def register(fold: Callable[[R, Fact], R | None]) -> Callable[[R, Fact], R | None]:
            def with_a_row(row: R | None, fact: Fact) -> R | None:
                if row is None:
                    raise RowMissing(f"{fact.topic} at {fact.position}: {self.name} has no such row")
                return fold(row, fact)

            self._add(topic, Rule(key, with_a_row))
            return fold

        return register

    def settles(
        self, topic: str, key: KeyOf = of_stream
    ) -> Callable[[Callable[[R | None, Fact], R | None]], Callable[[R | None, Fact], R | None]]:
        """The fold of a topic that says how a row stands from now on, or that there is none, whatever was before."""

        def register(fold: Callable[[R | None, Fact], R | None]) -> Callable[[R | None, Fact], R | None]:
            self._add(topic, Rule(key, fold))
            return fold

        return register

    def begins_on_every_topic(self, key: KeyOf) -> Callable[[Callable[[Fact], R]], Callable[[Fact], R]]:
        """The fold of a read model with a row for every event."""

        def register(fold: Callable[[Fact], R]) -> Callable[[Fact], R]:
            self.every = Rule(key, lambda _row, fact: fold(fact), begins=True)
            return fold

        return register

    def each(
        self,
        topic: str,
        parts: Callable[[Fact], Iterable[P]],
        key: Callable[[Fact, P], Key],
        *,
        begins: bool = False,
    ) -> Callable[[Callable[[R | None, Fact, P], R | None]], Callable[[R | None, Fact, P], R | None]]:
        """The fold of a topic that is about several rows, one for each of its parts; no two parts have the same key."""

        def register(fold: Callable[[R | None, Fact, P], R | None]) -> Callable[[R | None, Fact, P], R | None]:
            def rule_of(fact: Fact, part: P) -> Rule[R]:
                of_part = key(fact, part)
                return Rule(lambda _fact: of_part, lambda row, fact: fold(row, fact, part), begins=begins)

            def rules_of(fact: Fact) -> list[Rule[R]]:
                return [rule_of(fact, part) for part in parts(fact)]

            self._add(topic, Rule(_no_row, _no_fold, parts=rules_of))
            return fold

        return register

    def rules_for(self, fact: Fact) -> list[Rule[R]]:
        """What a fact does, row by row; nothing, when the read model does not care."""
        rule = self.rules.get(fact.topic, self.every)
        if rule is None:
            return []
        return [rule] if rule.parts is None else rule.parts(fact)

    def _add(self, topic: str, rule: Rule[R]) -> None:
        if topic in self.rules:
            raise TypeError(f"{self.name} has two folds for {topic}")
        self.rules[topic] = rule

    def __repr__(self) -> str:
        return f"ReadModel({self.name!r}, version={self.version})"


def _no_row(_fact: Fact) -> None:
    """The key of a rule that has parts."""


def _no_fold(row: R | None, _fact: Fact) -> R | None:
    """The fold of a rule that has parts."""
    return row


AnyReadModel = ReadModel[Row]
"""A read model whose row type does not matter to whoever runs it."""
