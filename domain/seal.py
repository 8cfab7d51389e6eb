"""What does a seal over the log consist of, so that no event can change, vanish or move unseen?

A leaf is the SHA-256 of an event's whole row. The leaves of a run of events make a Merkle tree (RFC 6962, section
2.1: prefix 0 for leaves, 1 for nodes). A segment is such a run; its chain hash (prefix 2) covers its tree and two
earlier segments: the one before, and one further back, so that a proof passes a million segments in 200 steps.
The database seals with the same rules written in SQL, the stand-alone verifier has them a third time: the tests
compare all three.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

FORMAT: Final = 1
"""Raised when the encoding of a row changes; part of every chain hash."""

NOTHING: Final = bytes(32)
"""What stands in for the segment before the first."""

HASH_BYTES: Final = 32
LEAF, NODE, LINK = b"\x00", b"\x01", b"\x02"
ABSENT: Final = b"\xff\xff\xff\xff"
EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Where PostgreSQL counts from: its own eight bytes of an instant are what is hashed."""
MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class EventRow:
    """A row of the log, all of it; instants are aware."""

    position: int
    tenant: str
    stream_id: UUID
    version: int
    topic: str
    payload: bytes
    command_id: UUID | None
    correlation_id: UUID | None
    causation_id: UUID | None
    actor: str
    occurred_at: datetime
    recorded_at: datetime


class PathMismatchError(Exception):
    """A Merkle path does not fit the tree it is said to belong to."""


def microseconds(instant: datetime) -> int:
    """Whole microseconds since EPOCH, of an aware instant."""
    return (instant - EPOCH) // MICROSECOND


def instant_of(micros: int) -> datetime:
    """The aware instant (UTC) that many microseconds after EPOCH; raises OverflowError beyond the year 9999."""
    return EPOCH + micros * MICROSECOND


def row_bytes(row: EventRow) -> bytes:
    """The canonical encoding of a row: the number of fields (2 bytes), then each field in the order of the columns.

    A field is its length (4 bytes) and its bytes; an absent one is the length -1 alone. Integers have 8 bytes,
    big-endian; instants are microseconds since 2000; texts are UTF-8; ids are their 16 bytes; the payload is as stored.
    """
    fields = (
        _integer(row.position),
        row.tenant.encode(),
        row.stream_id.bytes,
        _integer(row.version),
        row.topic.encode(),
        row.payload,
        _id(row.command_id),
        _id(row.correlation_id),
        _id(row.causation_id),
        row.actor.encode(),
        _integer(microseconds(row.occurred_at)),
        _integer(microseconds(row.recorded_at)),
    )
    return len(fields).to_bytes(2, "big") + b"".join(
        ABSENT if field is None else len(field).to_bytes(4, "big") + field for field in fields
    )


def leaf_of(encoded_row: bytes) -> bytes:
    """The leaf hash of a row in its canonical encoding (32 bytes)."""
    return sha256(LEAF + encoded_row).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root over at least one leaf hash (RFC 6962: an odd node at the end of a level moves up as it is)."""
    level = list(leaves)
    if not level:
        raise ValueError("a tree has at least one leaf")
    while len(level) > 1:
        level = _level_above(level)
    return level[0]


def merkle_path(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The hashes beside the way from leaf `index` (from 0) up to the root, lowest first.

    Raises IndexError when there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    level, path = list(leaves), []
    while len(level) > 1:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        level, index = _level_above(level), index >> 1
    return tuple(path)


def root_by_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root of a tree of `size` leaves in which `leaf` has `index` and `path` lies beside its way up.

    Raises PathMismatchError when the path is too short or too long for that place in that tree.
    """
    if not 0 <= index < size:
        raise PathMismatchError(f"leaf {index} is outside a tree of {size}")
    beside = iter(path)
    node = leaf
    while size > 1:
        if index ^ 1 < size:
            other = next(beside, None)
            if other is None:
                raise PathMismatchError("the path is too short")
            node = sha256(NODE + (other + node if index & 1 else node + other)).digest()
        index, size = index >> 1, (size + 1) >> 1
    if next(beside, None) is not None:
        raise PathMismatchError("the path is too long")
    return node


@dataclass(frozen=True, slots=True)
class Segment:
    """A sealed run of events. `number` counts from 1; positions are inclusive; hashes have 32 bytes.

    `sealed_us` is the instant of sealing in microseconds since EPOCH (not every such number is a datetime);
    `previous` is the chain hash of segment `number - 1`, `skip` that of segment `skip_of(number)`.
    """

    number: int
    first_position: int
    last_position: int
    sealed_us: int
    merkle_root: bytes
    previous: bytes
    skip: bytes

    @property
    def size(self) -> int:
        """How many events it holds."""
        return self.last_position - self.first_position + 1

    @property
    def chain_hash(self) -> bytes:
        """The hash that stands for this segment and, through the chain, for everything before it."""
        numbers = (self.number, self.first_position, self.last_position, self.sealed_us)
        head = LINK + FORMAT.to_bytes(4, "big") + b"".join(_integer(number) for number in numbers)
        return sha256(head + self.merkle_root + self.previous + self.skip).digest()


def skip_of(number: int) -> int:
    """The earlier segment that segment `number` is chained to besides the one before (0: none).

    The number without its lowest one-bit, as in a Fenwick tree.
    """
    return number & (number - 1)


def walk(newest: int, oldest: int) -> list[int]:
    """The segments one has to look at to get from `newest` back to `oldest`, both included.

    Raises ValueError unless newest >= oldest >= 1. At most about half the square of the number's bits long.
    """
    if not newest >= oldest >= 1:
        raise ValueError(f"segment {oldest} does not lie before segment {newest}")
    steps = [newest]
    while steps[-1] != oldest:
        far = skip_of(steps[-1])
        steps.append(far if far >= oldest else steps[-1] - 1)
    return steps


def _level_above(level: list[bytes]) -> list[bytes]:
    pairs = zip(level[::2], level[1::2], strict=False)
    above = [sha256(NODE + left + right).digest() for left, right in pairs]
    if len(level) % 2:
        above.append(level[-1])
    return above


def _integer(number: int) -> bytes:
    return number.to_bytes(8, "big", signed=True)


def _id(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes
