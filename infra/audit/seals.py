"""How are seals read back, and does each continue the ones before?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from domain.seal import FORMAT, HASH_BYTES, NOTHING, Segment, merkle_root, skip_of
from infra.audit.findings import Damage
from infra.audit.sealed_log import EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import psycopg

    from infra.audit.sealed_log import SealedLog

# About so many events are compared at a time: 2 MB of hashes, and some 10 ms between two signs of progress.
BATCH_EVENTS: Final = 65_536
MOST_SEALS: Final = 1_024
FIRST_SEALS: Final = 16
LEAST_KEPT: Final = timedelta(days=30)
"""The database itself removes nothing younger (0021)."""

_COLUMNS: Final = "segment, first_position, last_position, timestamptz_send(sealed_at), merkle_root, previous, skip"
_READ: Final = (
    f"SELECT {_COLUMNS}, chain_hash, leaf_hashes, format, sealed_at, {{removed_at}} FROM {{seals}}"  # noqa: S608
    " WHERE segment > %s ORDER BY segment LIMIT %s"
)
_SOME: Final = f"SELECT {_COLUMNS} FROM seals WHERE segment = ANY(%s) ORDER BY segment DESC"  # noqa: S608
_HOLDING: Final = (
    f"SELECT {_COLUMNS}, chain_hash, leaf_hashes, format FROM seals WHERE last_position >= %s"  # noqa: S608
    " ORDER BY last_position LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Seal:
    """A segment as it stands in the database, with the hashes that were stored for it."""

    segment: Segment
    chain_hash: bytes
    leaf_hashes: bytes
    format: int
    kept: timedelta | None = None
    """For how long after it was sealed its rows were there, where they were removed."""

    @property
    def is_removed(self) -> bool:
        """Whether the rows went because their time was over: then only the chain can be checked."""
        return self.kept is not None

    @property
    def leaves(self) -> list[bytes]:
        """The stored leaf hashes one by one."""
        stored = self.leaf_hashes
        return [stored[at : at + HASH_BYTES] for at in range(0, len(stored), HASH_BYTES)]

    @property
    def is_sized_right(self) -> bool:
        """Whether there is one leaf hash per position."""
        return self.segment.size > 0 and len(self.leaf_hashes) == HASH_BYTES * self.segment.size


def read_seals(connection: psycopg.Connection[tuple[object, ...]], of: SealedLog = EVENTS) -> Iterator[list[Seal]]:
    """All seals in order, in batches of about BATCH_EVENTS events."""
    last, limit, statement = -(2**62), FIRST_SEALS, of.statement(_READ)
    while True:
        rows = connection.execute(statement, (last, limit), binary=True).fetchall()
        if not rows:
            return
        batch = [_seal(row) for row in rows]
        yield batch
        last = batch[-1].segment.number
        average = max(1, sum(len(seal.leaf_hashes) for seal in batch) // HASH_BYTES // len(batch))
        limit = max(1, min(MOST_SEALS, BATCH_EVENTS // average))


def seal_holding(connection: psycopg.Connection[tuple[object, ...]], position: int) -> Seal | None:
    """The seal over a position, or None when it is not sealed yet."""
    row = connection.execute(_HOLDING, (position,), binary=True).fetchone()
    return None if row is None else _seal(row)


def segments_numbered(connection: psycopg.Connection[tuple[object, ...]], numbers: list[int]) -> list[Segment]:
    """These segments, newest first; those that are not there are left out."""
    return [_segment(row) for row in connection.execute(_SOME, (numbers,), binary=True)]


class Chain:
    """Follows the seals in order and says which does not fit."""

    def __init__(self) -> None:
        self.last_position = 0
        self.number = 0
        self.hash = NOTHING
        self._known = {0: NOTHING}
        self._all_removed = True

    def follow(self, seal: Seal) -> Iterator[Damage]:
        """Check one seal against those before it; afterwards it is the newest."""
        segment = seal.segment
        if segment.number != self.number + 1:
            first, last = self.number + 1, segment.number - 1
            told = f"segments {first} to {last} are gone" if last > first else ""
            yield Damage("segment_missing", self.last_position + 1, segment.first_position - 1, first, told)
        elif segment.first_position != self.last_position + 1:
            yield Damage("segment_changed", segment=segment.number, detail="does not begin where the one before ends")
        yield from self._contents(seal)
        if segment.chain_hash == seal.chain_hash:
            yield from self._links(segment)
        self._all_removed = self._all_removed and seal.is_removed
        self.number, self.last_position, self.hash = segment.number, segment.last_position, seal.chain_hash
        self._remember()

    def _links(self, segment: Segment) -> Iterator[Damage]:
        """What a segment that is itself unharmed says of the earlier ones."""
        if segment.number == self.number + 1 and segment.previous != self.hash:
            yield Damage("chain_broken", segment=self.number, detail=f"segment {segment.number} names another")
        far = skip_of(segment.number)
        if far == 0 and segment.skip != NOTHING:
            yield Damage("segment_changed", segment=segment.number, detail="names a segment before the first")
        elif far != segment.number - 1 and segment.skip != self._known.get(far, segment.skip):
            yield Damage("chain_broken", segment=far, detail=f"segment {segment.number} names another")

    def _contents(self, seal: Seal) -> Iterator[Damage]:
        segment = seal.segment
        wrong = []
        if seal.format != FORMAT:
            wrong.append(f"has the unknown format {seal.format}")
        if seal.is_removed:
            wrong += self._why_removed(seal)
        elif not seal.is_sized_right:
            wrong.append("the number of leaf hashes does not fit its positions")
        elif merkle_root(seal.leaves) != segment.merkle_root:
            wrong.append("the leaf hashes do not give its Merkle root")
        if segment.chain_hash != seal.chain_hash:
            wrong.append("the chain hash does not fit its contents")
        if wrong:
            yield Damage("segment_changed", segment=segment.number, detail="; ".join(wrong))

    def _why_removed(self, seal: Seal) -> Iterator[str]:
        """Rows go when they are old, the oldest first; whoever says so of others hides something."""
        if not self._all_removed:
            yield "its rows were removed, those before it were not"
        if seal.kept is None or seal.kept < LEAST_KEPT or seal.leaf_hashes:
            yield "its rows were removed before their time"

    def _remember(self) -> None:
        """Keep the few hashes that a later segment may be chained to: this number, bits cleared from below."""
        wanted, number = {0}, self.number
        while number > 0:
            wanted.add(number)
            number = skip_of(number)
        self._known[self.number] = self.hash
        self._known = {kept: chain_hash for kept, chain_hash in self._known.items() if kept in wanted}


def _seal(row: tuple[object, ...]) -> Seal:
    chain_hash, leaf_hashes, seal_format = cast("tuple[bytes, bytes, int]", row[7:10])
    kept = None
    if len(row) > 10 and row[11] is not None:
        sealed_at, removed_at = cast("tuple[datetime, datetime]", row[10:])
        kept = removed_at - sealed_at
    return Seal(_segment(row), bytes(chain_hash), bytes(leaf_hashes), seal_format, kept)


def _segment(row: tuple[object, ...]) -> Segment:
    number, first, last, sealed, root, previous, skip = cast(
        "tuple[int, int, int, bytes, bytes, bytes, bytes]", row[:7]
    )
    return Segment(number, first, last, int.from_bytes(sealed, signed=True), bytes(root), bytes(previous), bytes(skip))
