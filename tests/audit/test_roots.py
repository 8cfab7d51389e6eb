"""Is an exported root read back as it was, and only with a signature that holds?"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from infra.audit.root import MOST_BYTES, BadRoot, NothingSealed, Root, current_root, public_key_of, read_root, sign
from tests.audit.lab import application
from tests.support.servers import Database

SEED, OTHER_SEED = bytes(range(32)), bytes(range(1, 33))
ROOT = Root("cell_main", 3, 24, "ab" * 32, "2026-01-01T00:00:00.000001Z")


def stored(root: Root) -> bytes:
    return json.dumps(root.as_json()).encode()


def test_a_root_comes_back_as_it_was() -> None:
    assert read_root(stored(ROOT)) == ROOT
    assert read_root(stored(sign(ROOT, SEED)), public_key_of(SEED)) == sign(ROOT, SEED)


CHANGES: list[dict[str, int | str]] = [
    {"chain_hash": "cd" * 32},
    {"segment": 4},
    {"last_position": 25},
    {"cell": "other"},
    {"sealed_at": "2026-01-01T00:00:00.000002Z"},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_changed_root_breaks_its_signature(change: dict[str, int | str]) -> None:
    changed = replace(sign(ROOT, SEED), **change)  # type: ignore[arg-type]  # one field each, of its own type
    with pytest.raises(BadRoot, match="does not hold"):
        read_root(stored(changed))


def test_only_the_deployments_own_key_is_trusted() -> None:
    with pytest.raises(BadRoot, match="key of this deployment"):
        read_root(stored(sign(ROOT, OTHER_SEED)), public_key_of(SEED))
    with pytest.raises(BadRoot, match="key of this deployment"):
        read_root(stored(ROOT), public_key_of(SEED))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"[]", b"\xff", b'{"cell":1}', stored(ROOT)[:-1], stored(replace(ROOT, chain_hash="ab")),
        stored(replace(ROOT, chain_hash="zz" * 32)), stored(replace(ROOT, sealed_at="yesterday")),
        stored(replace(ROOT, segment=0)), stored(replace(ROOT, format="vehicaid-root-9")),
        b" " * MOST_BYTES + stored(ROOT),
        stored(replace(ROOT, public_key="!", signature="!")),
    ],
)  # fmt: skip
def test_anything_else_is_no_root(content: bytes) -> None:
    with pytest.raises(BadRoot):
        read_root(content)


def test_a_log_without_seals_has_no_root(database: Database) -> None:
    with application(database) as connection, pytest.raises(NothingSealed):
        current_root(connection, database.cell)
