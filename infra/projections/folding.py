"""How do facts become rows in memory, and what happens to a fact that a fold cannot take?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from infra.projections.generations import Parked, Stream
from projections.fact import Fact
from projections.read_model import AnyReadModel, Key, Row, Rule

# What an operator needs to find the fault; a longer text is somebody's payload.
ERROR_LENGTH: Final = 500

Step = tuple[Fact, Rule[Row], Key]


class Folding:
    """Rows of one read model in memory: as they are stored, or changed and not stored yet.

    A fold that fails parks the fact's stream: later facts of the same stream are left out, other streams go on.
    Whoever could not store what was folded throws the whole folding away.
    """

    def __init__(self, model: AnyReadModel, parked: Iterable[Stream] = ()) -> None:
        self.model = model
        self.rows: dict[Key, Row | None] = {}
        self.changed: dict[Key, None] = {}
        self.parked: set[Stream] = set(parked)
        self.newly_parked: list[Parked] = []

    def plan(self, facts: Iterable[Fact]) -> tuple[list[Step], set[Key]]:
        """What is to be done, and the keys of the rows that must be known before."""
        rules, every, rows = self.model.rules, self.model.every, self.rows
        steps: list[Step] = []
        unknown: set[Key] = set()
        begun: set[Key] = set()
        for fact in facts:
            rule = rules.get(fact.topic, every)
            if rule is None:
                continue
            try:
                key = rule.key(fact)
            except Exception as error:  # noqa: BLE001  (whatever a read model's own code raises is a poison)
                steps.append((fact, _failing(error), ()))
                continue
            if key is None:
                continue
            steps.append((fact, rule, key))
            if rule.begins:
                begun.add(key)
            elif key not in rows and key not in begun:
                unknown.add(key)
        return steps, unknown

    def learn(self, keys: Iterable[Key], found: Mapping[Key, Row]) -> None:
        """Take in rows as they are stored; a key without one has none."""
        for key in keys:
            self.rows[key] = found.get(key)

    def run(self, steps: Sequence[Step]) -> None:
        """Fold, in the order of the log."""
        rows, changed, parked = self.rows, self.changed, self.parked
        for fact, rule, key in steps:
            if parked and (fact.tenant, fact.stream_id) in parked:
                continue
            try:
                rows[key] = rule.fold(rows.get(key), fact)
            except Exception as error:  # noqa: BLE001  (see above)
                self.park(fact, error)
            else:
                changed[key] = None

    def park(self, fact: Fact, error: BaseException) -> None:
        """Leave this fact's stream out from here on."""
        self.parked.add((fact.tenant, fact.stream_id))
        told = f"{type(error).__name__}: {error}".replace("\0", "")[:ERROR_LENGTH]
        self.newly_parked.append(Parked(fact.tenant, fact.stream_id, fact.position, told))

    def take_changes(self) -> dict[Key, Row | None]:
        """What is to be written: a row, or None where the row is gone. From now on it counts as stored."""
        rows = self.rows
        changes = {key: rows[key] for key in self.changed}
        self.changed = {}
        return changes

    def take_parked(self) -> list[Parked]:
        """The streams parked since the last time."""
        parked, self.newly_parked = self.newly_parked, []
        return parked

    def shrink(self, most: int) -> None:
        """Forget stored rows when there are more than this, those met first; call it when nothing is left to store."""
        if len(self.rows) > most:
            self.rows = dict(list(self.rows.items())[-(most // 2) :])


def _failing(error: Exception) -> Rule[Row]:
    def fold(_row: Row | None, _fact: Fact) -> Row | None:
        raise error

    return Rule(lambda _fact: (), fold)
