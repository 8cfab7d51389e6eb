"""How do facts become rows in memory, and what happens to a fact that a fold cannot take?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from infra.projections.generations import Parked, Stream
from projections.fact import Fact
from projections.read_model import AnyReadModel, Key, Row, Rule

# What an operator needs to find the fault; a longer text is somebody's payload.
ERROR_LENGTH: Final = 500


class Cell:
    """The place of one row in memory.

    ``known`` tells that ``row`` is as the log has it so far (None: there is none), ``stored`` that the table has a
    row of that key, ``changed`` that the table does not yet say what ``row`` says.
    """

    __slots__ = ("changed", "key", "known", "row", "stored")

    def __init__(self, key: Key) -> None:
        self.key = key
        self.row: Row | None = None
        self.known = False
        self.stored = False
        self.changed = False


Step = tuple[Fact, Rule[Row], Cell]


class Folding:
    """Rows of one read model in memory: as they are stored, or changed and not stored yet.

    A fold that fails parks the fact's stream: later facts of the same stream are left out, other streams go on.
    Whoever could not store what was folded throws the whole folding away.
    """

    def __init__(self, model: AnyReadModel, parked: Iterable[Stream] = ()) -> None:
        self.model = model
        self.cells: dict[Key, Cell] = {}
        self._changed: list[Cell] = []
        self._parked: set[Stream] = set(parked)
        self._newly_parked: list[Parked] = []

    def plan(self, facts: Iterable[Fact]) -> tuple[list[Step], dict[Key, Cell]]:
        """What is to be done, and the rows that must be known before.

        One look-up per fact: a key holds UUIDs, whose hash Python computes anew each time.
        """
        rules, every, cells = self.model.rules, self.model.every, self.cells
        steps: list[Step] = []
        unknown: dict[Key, Cell] = {}
        for fact in facts:
            rule = rules.get(fact.topic, every)
            if rule is None:
                continue
            try:
                if rule.parts is not None:
                    steps += [
                        (fact, part, self._cell(part, part.key(fact) or (), unknown)) for part in rule.parts(fact)
                    ]
                    continue
                key = rule.key(fact)
            except Exception as error:  # noqa: BLE001  (whatever a read model's own code raises is a poison)
                steps.append((fact, _failing(error), Cell(())))
                continue
            if key is None:
                continue
            cell = cells.get(key)
            if cell is None or not cell.known:
                cell = self._cell(rule, key, unknown)
            steps.append((fact, rule, cell))
        return steps, unknown

    def _cell(self, rule: Rule[Row], key: Key, unknown: dict[Key, Cell]) -> Cell:
        """The row's place, and a note that it must be known before, unless the rule begins it."""
        cell = self.cells.get(key)
        if cell is None:
            cell = self.cells[key] = Cell(key)
        if not cell.known:
            if rule.begins:
                cell.known = True
            else:
                unknown[key] = cell
        return cell

    def learn(self, unknown: Mapping[Key, Cell], found: Mapping[Key, Row]) -> None:
        """Take in rows as they are stored; a key without one has none."""
        for key, cell in unknown.items():
            if not cell.known:
                cell.row = found.get(key)
                cell.known = True
                cell.stored = cell.row is not None

    def run(self, steps: Sequence[Step]) -> None:
        """Fold, in the order of the log."""
        changed, parked = self._changed, self._parked
        for fact, rule, cell in steps:
            if parked and (fact.tenant, fact.stream_id) in parked:
                continue
            try:
                cell.row = rule.fold(cell.row, fact)
            except Exception as error:  # noqa: BLE001  (see above)
                self.park(fact, error)
            else:
                if not cell.changed:
                    cell.changed = True
                    changed.append(cell)

    def park(self, fact: Fact, error: BaseException) -> None:
        """Leave this fact's stream out from here on."""
        self._parked.add((fact.tenant, fact.stream_id))
        told = f"{type(error).__name__}: {error}".replace("\0", "")[:ERROR_LENGTH]
        self._newly_parked.append(Parked(fact.tenant, fact.stream_id, fact.position, told))

    def take_changes(self) -> tuple[list[Row], list[Row], list[Key]]:
        """Rows that are new to the table, rows it has otherwise, keys of rows that are gone; as good as stored now."""
        new: list[Row] = []
        other: list[Row] = []
        gone: list[Key] = []
        for cell in self._changed:
            row = cell.row
            if row is not None:
                (other if cell.stored else new).append(row)
            elif cell.stored:
                gone.append(cell.key)
            cell.stored = row is not None
            cell.changed = False
        self._changed = []
        return new, other, gone

    def take_parked(self) -> list[Parked]:
        """The streams parked since the last time."""
        parked, self._newly_parked = self._newly_parked, []
        return parked

    def forget(self, keep: int = 0) -> None:
        """Keep at most this many stored rows, those met last; call it when nothing is left to store."""
        if len(self.cells) > keep:
            self.cells = dict(list(self.cells.items())[len(self.cells) - keep :])


def _failing(error: Exception) -> Rule[Row]:
    def fold(_row: Row | None, _fact: Fact) -> Row | None:
        raise error

    return Rule(lambda _fact: (), fold)
