"""What did a check of the log find?"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal[
    "event_changed",
    "event_missing",
    "event_moved",
    "event_doubled",
    "event_misplaced",
    "segment_changed",
    "segment_missing",
    "chain_broken",
    "root_mismatch",
    "log_truncated",
    "stream_broken",
    "receipt_dangling",
]

EXPLAINED: Final[dict[Kind, str]] = {
    "event_changed": "the event is not what was sealed",
    "event_missing": "the event is gone",
    "event_moved": "the event stands at another position than it was sealed at",
    "event_doubled": "two events claim the position",
    "event_misplaced": "an event stands where no position can be",
    "segment_changed": "leaf hashes, Merkle root or bounds of the segment were changed after it was sealed",
    "segment_missing": "the seal of the segment is gone",
    "chain_broken": "the segment is not the one that a later segment was chained to",
    "root_mismatch": "the log was rewritten since the root was exported",
    "log_truncated": "the log ends before the root that was exported",
    "stream_broken": "the versions of a stream do not follow each other",
    "receipt_dangling": "a command was answered with a position the log does not have",
}

# What a person can still read, and a forger's whole-table edit does not fill the memory with.
MOST_TOLD: Final = 1_000


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is wrong: where (positions inclusive, or a segment), and what about it."""

    kind: Kind
    first_position: int | None = None
    last_position: int | None = None
    segment: int | None = None
    detail: str = ""

    @property
    def where(self) -> str:
        """The place in words."""
        parts = []
        if self.first_position is not None:
            alone = self.first_position == self.last_position
            parts.append(
                f"position {self.first_position}" if alone else f"positions {self.first_position}-{self.last_position}"
            )
        if self.segment is not None:
            parts.append(f"segment {self.segment}")
        return ", ".join(parts) or "log"

    @property
    def sentence(self) -> str:
        """What a person is told."""
        return f"{self.where}: {EXPLAINED[self.kind]}" + (f" ({self.detail})" if self.detail else "")


@dataclass(frozen=True, slots=True)
class Tail:
    """The events behind the last seal: nothing but their positions and versions protects them yet."""

    events: int = 0
    age_s: float = 0.0


@dataclass(slots=True)
class Report:
    """The outcome of one check."""

    cell: str
    events: int = 0
    segments: int = 0
    sealed_position: int = 0
    removed: int = 0
    """Rows whose time was over: their seals are there, they are not."""
    head: int = 0
    chain_hash: str = ""
    roots_checked: int = 0
    tail: Tail = field(default_factory=Tail)
    damage: list[Damage] = field(default_factory=list)
    untold: int = 0
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.damage

    @property
    def events_per_s(self) -> float:
        """How fast the whole check went."""
        return self.events / self.seconds if self.seconds else 0.0

    def tell(self, damage: Damage) -> None:
        """Note one thing that is wrong; beyond MOST_TOLD only their number."""
        if len(self.damage) < MOST_TOLD:
            self.damage.append(damage)
        else:
            self.untold += 1

    def tell_positions(self, kind: Kind, positions: Iterable[int], segment: int | None = None) -> None:
        """Note that something is wrong with these positions (ascending), runs of them as one."""
        for first, last in runs(positions):
            self.tell(Damage(kind, first, last, segment))

    def as_json(self) -> dict[str, object]:
        """The report as plain JSON."""
        told = asdict(self)
        told["damage"] = [{**asdict(item), "sentence": item.sentence} for item in self.damage]
        return {"ok": self.ok, **told, "events_per_s": round(self.events_per_s)}


def runs(positions: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending numbers as inclusive runs."""
    found: list[tuple[int, int]] = []
    for position in positions:
        if found and found[-1][1] == position - 1:
            found[-1] = (found[-1][0], position)
        else:
            found.append((position, position))
    return found
