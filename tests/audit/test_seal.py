"""Do leaves, trees, paths and the chain follow the rules that are written down?"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import seal
from domain.seal import (
    EventRow,
    PathMismatchError,
    Segment,
    leaf_of,
    merkle_path,
    merkle_root,
    root_by_path,
    row_bytes,
    skip_of,
    walk,
)
from tests.support.effort import examples

# The published example tree of Certificate Transparency (RFC 6962): inputs and roots of 1, 2, 3, 5 and 8 leaves.
CT_INPUTS = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
CT_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
LEAVES = [sha256(bytes([n])).digest() for n in range(200)]


ROW = EventRow(
    7,
    "demo",
    UUID(int=1),
    3,
    "service_request.requested",
    b'{"need":"tow"}',
    UUID(int=2),
    UUID(int=3),
    None,
    "customer:usr_1",
    datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    datetime(2026, 1, 2, 3, 4, 6, tzinfo=UTC),
)
OTHER = EventRow(
    8,
    "other",
    UUID(int=9),
    4,
    "service_request.cancelled",
    b"{}",
    None,
    None,
    UUID(int=4),
    "system:x",
    datetime(2027, 1, 1, tzinfo=UTC),
    datetime(2027, 1, 2, tzinfo=UTC),
)


@pytest.mark.parametrize("count", CT_ROOTS)
def test_the_tree_is_that_of_rfc_6962(count: int) -> None:
    assert merkle_root([leaf_of(content) for content in CT_INPUTS[:count]]).hex() == CT_ROOTS[count]


@pytest.mark.parametrize("name", [field.name for field in fields(EventRow)])
def test_every_field_of_a_row_changes_its_leaf(name: str) -> None:
    changed = replace(ROW, **{name: getattr(OTHER, name)})
    assert leaf_of(row_bytes(changed)) != leaf_of(row_bytes(ROW))


def test_bytes_cannot_move_from_one_field_to_the_next() -> None:
    assert row_bytes(replace(ROW, topic="ab", actor="c")) != row_bytes(replace(ROW, topic="a", actor="bc"))
    absent, empty = replace(ROW, causation_id=None), replace(ROW, causation_id=UUID(int=0))
    assert row_bytes(absent) != row_bytes(empty)


def test_an_instant_counts_not_its_time_zone() -> None:
    moved = ROW.occurred_at.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert row_bytes(replace(ROW, occurred_at=moved)) == row_bytes(ROW)
    assert seal.instant_of(seal.microseconds(moved)) == ROW.occurred_at


def test_the_encoding_of_a_row_is_written_down() -> None:
    short = replace(ROW, position=1, tenant="t", payload=b"{}", command_id=None, correlation_id=None)
    expected = (
        "000c" "00000008" "0000000000000001" "00000001" "74" "00000010" "00000000000000000000000000000001"
        "00000008" "0000000000000003" "00000019" + b"service_request.requested".hex() + "00000002" "7b7d"
        "ffffffff" "ffffffff" "ffffffff" "0000000e" + b"customer:usr_1".hex()
        + "00000008" "0002ea5dbb1f6f35" "00000008" "0002ea5dbb245580"
    )  # fmt: skip
    assert row_bytes(short).hex() == expected


@given(st.integers(1, 200).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
@settings(max_examples=examples(200), deadline=None)
def test_a_path_leads_from_its_leaf_to_the_root_and_no_other_does(tree: tuple[int, int]) -> None:
    size, index = tree
    leaves, root = LEAVES[:size], merkle_root(LEAVES[:size])
    path = merkle_path(leaves, index)
    assert root_by_path(leaves[index], index, size, path) == root
    assert root_by_path(sha256(b"forged").digest(), index, size, path) != root
    with pytest.raises(PathMismatchError):
        root_by_path(leaves[index], index, size, (*path, path[0] if path else bytes(32)))
    if path:
        with pytest.raises(PathMismatchError):
            root_by_path(leaves[index], index, size, path[:-1])
        for place in range(len(path)):
            bent = (*path[:place], bytes(32), *path[place + 1 :])
            assert root_by_path(leaves[index], index, size, bent) != root


def test_a_leaf_cannot_pass_for_a_node() -> None:
    pair = merkle_root(LEAVES[:2])
    assert leaf_of(LEAVES[0] + LEAVES[1]) != pair


def test_a_place_outside_the_tree_has_no_path() -> None:
    with pytest.raises(IndexError):
        merkle_path(LEAVES[:3], 3)
    with pytest.raises(PathMismatchError):
        root_by_path(LEAVES[0], 3, 3, ())
    with pytest.raises(ValueError, match="at least one"):
        merkle_root([])


def test_every_part_of_a_segment_changes_its_chain_hash() -> None:
    segment = Segment(5, 11, 20, 1_000, LEAVES[0], LEAVES[1], LEAVES[2])
    others = (6, 10, 21, 1_001, LEAVES[3], LEAVES[3], LEAVES[3])
    parts = [field.name for field in fields(Segment)]
    changed = [replace(segment, **{part: other}) for part, other in zip(parts, others, strict=True)]  # type: ignore[arg-type]  # one part each, of its own type
    hashes = {other.chain_hash for other in changed}
    assert segment.size == 10
    assert len(hashes | {segment.chain_hash}) == 8


@given(st.integers(1, 2**40), st.integers(1, 2**40))
@settings(deadline=None)
def test_a_walk_down_the_chain_takes_links_that_exist_and_is_short(one: int, two: int) -> None:
    newest, oldest = max(one, two), min(one, two)
    steps = walk(newest, oldest)
    assert steps[0] == newest
    assert steps[-1] == oldest
    assert all(after in (before - 1, skip_of(before)) for before, after in pairwise(steps))
    bits = newest.bit_length()
    assert len(steps) <= bits * (bits + 1) // 2 + 1


def test_nobody_walks_forward() -> None:
    with pytest.raises(ValueError, match="before"):
        walk(3, 4)
