"""How does a checker see one event of the log, and how does it say what is wrong?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol, cast
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Seen:
    """One event: its envelope, and its payload as plain JSON."""

    position: int
    tenant: str
    stream_id: UUID
    version: int
    topic: str
    at: datetime
    told: Mapping[str, object]

    def text(self, name: str) -> str:
        """A text; empty when there is none."""
        return str(self.told.get(name) or "")

    def whole(self, name: str) -> int:
        """A whole number; nothing when there is none."""
        return cast("int", self.told.get(name) or 0)

    def instant(self, name: str) -> datetime:
        """An aware instant; raises ValueError when it is none."""
        return datetime.fromisoformat(self.text(name))

    def all_told(self, name: str) -> list[Mapping[str, object]]:
        """A list of objects; empty when there is none."""
        return cast("list[Mapping[str, object]]", self.told.get(name) or [])

    @property
    def legs(self) -> list[tuple[str, int]]:
        """The legs of a transfer, if it books one."""
        return [(str(leg["account"]), cast("int", leg["amount_minor"])) for leg in self.all_told("legs")]


class Broken(NamedTuple):
    """An invariant that does not hold: which, at which position of the log, and what is wrong."""

    invariant: str
    position: int
    what: str


class Checker(Protocol):
    """One invariant, folded over the log: it has looked at everything up to the last event that it took."""

    name: str

    def take(self, seen: Seen) -> Iterable[str]:
        """One more event; gives what is wrong at this position."""
        ...


class Watch:
    """Several invariants at every position."""

    def __init__(self, checkers: Iterable[Checker]) -> None:
        self._checkers = tuple(checkers)

    def take(self, seen: Seen) -> list[Broken]:
        """One more event; gives what does not hold at its position."""
        return [Broken(checker.name, seen.position, what) for checker in self._checkers for what in checker.take(seen)]
