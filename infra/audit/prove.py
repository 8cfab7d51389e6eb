"""How does one event travel with the evidence that it stands in the sealed log?"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from domain.seal import EventRow, Segment, instant_of, leaf_of, merkle_path, root_by_path, walk
from infra.audit.root import instant_text
from infra.audit.rows import encoded_rows, event_row
from infra.audit.seals import seal_holding, segments_numbered

if TYPE_CHECKING:
    import psycopg

    from infra.audit.root import Root

FORMAT: Final = "vehicaid-proof-1"


class Unprovable(Exception):
    """There is no proof of that event against that root; the message says why in one line."""


class NotSealedYet(Unprovable):
    """The event exists, but no seal (or none that the root covers) holds it."""


def prove(connection: psycopg.Connection[tuple[object, ...]], position: int, root: Root) -> dict[str, object]:
    """The event, its Merkle path and the way down the chain from `root`, as plain JSON.

    The proof is checked before it is given out. Raises Unprovable.
    """
    with connection.transaction():
        connection.execute("SET LOCAL client_encoding = 'UTF8'")
        rows = list(encoded_rows(connection, position - 1, position))
        if len(rows) != 1:
            raise Unprovable(f"there is no event at position {position}")
        seal = seal_holding(connection, position)
        if seal is not None and position < seal.segment.first_position:
            raise Unprovable(f"the seal over position {position} is gone")
        if seal is None or position > root.last_position:
            raise NotSealedYet(f"position {position} lies behind the root, which reaches to {root.last_position}")
        chain = segments_numbered(connection, walk(root.segment, seal.segment.number))
    segment = seal.segment
    index = position - segment.first_position
    if not seal.is_sized_right or leaf_of(rows[0]) != seal.leaves[index]:
        raise Unprovable(f"the event at position {position} is not the one that was sealed")
    path = merkle_path(seal.leaves, index)
    if root_by_path(leaf_of(rows[0]), index, segment.size, path) != segment.merkle_root:
        raise Unprovable(f"segment {segment.number} was changed after it was sealed")
    _check_chain(chain, root)
    return {
        "format": FORMAT,
        "cell": root.cell,
        "event": event_as_json(event_row(rows[0])),
        "path": [node.hex() for node in path],
        "chain": [_link(one) for one in chain],
    }


def event_as_json(row: EventRow) -> dict[str, object]:
    """Every column of an event; the payload as the very text that was hashed."""
    return {
        "position": row.position,
        "tenant": row.tenant,
        "stream_id": str(row.stream_id),
        "version": row.version,
        "topic": row.topic,
        "payload": row.payload.decode(),
        "command_id": _text(row.command_id),
        "correlation_id": _text(row.correlation_id),
        "causation_id": _text(row.causation_id),
        "actor": row.actor,
        "occurred_at": instant_text(row.occurred_at),
        "recorded_at": instant_text(row.recorded_at),
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _check_chain(chain: list[Segment], root: Root) -> None:
    if not chain or chain[0].number != root.segment or chain[0].chain_hash.hex() != root.chain_hash:
        raise Unprovable(f"the log no longer leads to the root of segment {root.segment}")
    numbers = [segment.number for segment in chain]
    if numbers != walk(numbers[0], numbers[-1]):
        raise Unprovable(f"a segment between {numbers[-1]} and {numbers[0]} is gone")
    for above, below in pairwise(chain):
        named = above.previous if below.number == above.number - 1 else above.skip
        if below.chain_hash != named:
            raise Unprovable(f"segment {below.number} is not the one that segment {above.number} was chained to")


def _link(segment: Segment) -> dict[str, object]:
    return {
        "segment": segment.number,
        "first_position": segment.first_position,
        "last_position": segment.last_position,
        "sealed_at": instant_text(instant_of(segment.sealed_us)),
        "merkle_root": segment.merkle_root.hex(),
        "previous": segment.previous.hex(),
        "skip": segment.skip.hex(),
    }
