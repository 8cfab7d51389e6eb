"""Is every change that a superuser makes to the seals found, and the segment named?"""

from __future__ import annotations

import pytest

from tests.audit.lab import check, found, sealed_log, tamper
from tests.support.servers import Database

# 60 events in segments of 8: position 20 is the fourth of segment 3, the last segment holds 57-60.
FORGED = "UPDATE events SET actor = 'system:forger' WHERE position = 20"
FORGED_LEAF = (
    r"UPDATE seals SET leaf_hashes = overlay(leaf_hashes PLACING (SELECT sha256('\x00000c'::bytea"
    " || seal_field(int8send(e.position)) || seal_field(convert_to(e.tenant, 'UTF8'))"
    " || seal_field(uuid_send(e.stream_id)) || seal_field(int8send(e.version))"
    " || seal_field(convert_to(e.topic, 'UTF8')) || seal_field(e.payload)"
    " || seal_field(uuid_send(e.command_id)) || seal_field(uuid_send(e.correlation_id))"
    " || seal_field(uuid_send(e.causation_id)) || seal_field(convert_to(e.actor, 'UTF8'))"
    " || seal_field(timestamptz_send(e.occurred_at)) || seal_field(timestamptz_send(e.recorded_at)))"
    " FROM events e WHERE e.position = 20) FROM 97 FOR 32) WHERE segment = 3"
)
CHANGED_WITH_LEAF = (FORGED, FORGED_LEAF)
NEW_ROOT = (
    "UPDATE seals SET merkle_root = seal_merkle_root((SELECT array_agg(substr(leaf_hashes, 32 * n + 1, 32) ORDER BY n)"
    " FROM generate_series(0, leaf_count - 1) n)) WHERE segment = 3"
)
NEW_CHAIN = (
    r"UPDATE seals SET chain_hash = sha256('\x02'::bytea || int4send(1) || int8send(segment)"
    r" || int8send(first_position) || int8send(last_position) || timestamptz_send(sealed_at) || merkle_root ||"
    r" previous || skip) WHERE segment = 3"
)


def test_an_event_changed_with_its_leaf_hash_names_the_segment(database: Database) -> None:
    sealed_log(database)
    tamper(database, *CHANGED_WITH_LEAF)
    assert found(check(database)) == [("segment_changed", None, None, 3)]


def test_an_event_changed_up_to_the_merkle_root_names_the_segment(database: Database) -> None:
    sealed_log(database)
    tamper(database, *CHANGED_WITH_LEAF, NEW_ROOT)
    report = check(database)
    assert found(report) == [("segment_changed", None, None, 3)]
    assert "chain hash" in report.damage[0].detail


def test_an_event_changed_up_to_the_chain_hash_breaks_the_chain_there(database: Database) -> None:
    sealed_log(database)
    tamper(database, *CHANGED_WITH_LEAF, NEW_ROOT, NEW_CHAIN)
    assert found(check(database)) == [("chain_broken", None, None, 3)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("merkle_root = sha256(merkle_root)", [("segment_changed", None, None, 3)]),
        ("sealed_at = sealed_at - interval '1 day'", [("segment_changed", None, None, 3)]),
        ("format = 2", [("segment_changed", None, None, 3)]),
        ("previous = sha256(previous)", [("segment_changed", None, None, 3)]),
        ("chain_hash = sha256(chain_hash)", [("chain_broken", None, None, 3), ("segment_changed", None, None, 3)]),
        ("leaf_hashes = sha256('') || substr(leaf_hashes, 33)",
         [("segment_changed", None, None, 3), ("event_changed", 17, 17, 3)]),
    ],
)  # fmt: skip
def test_a_changed_seal_is_named(
    database: Database, change: str, expected: list[tuple[str, int | None, int | None, int | None]]
) -> None:
    sealed_log(database)
    tamper(database, f"UPDATE seals SET {change} WHERE segment = 3")  # noqa: S608
    assert sorted(found(check(database)), key=str) == sorted(expected, key=str)


def test_a_seal_with_other_bounds_is_named_and_does_not_exhaust_the_memory(database: Database) -> None:
    sealed_log(database)
    tamper(
        database,
        "ALTER TABLE seals DROP CONSTRAINT seals_is_dense",
        "UPDATE seals SET last_position = 4000000000000 WHERE segment = 8",
    )
    assert ("segment_changed", None, None, 8) in found(check(database))


def test_a_seal_without_leaf_hashes_is_named(database: Database) -> None:
    sealed_log(database)
    tamper(
        database,
        "ALTER TABLE seals DROP CONSTRAINT seals_is_dense",
        "UPDATE seals SET leaf_hashes = '', leaf_count = 0 WHERE segment = 3",
    )
    assert found(check(database)) == [("segment_changed", None, None, 3)]


@pytest.mark.parametrize(("events", "newest", "named"), [(48, 6, ("chain_broken", 4)), (64, 8, ("segment_changed", 8))])
def test_a_newest_seal_that_skips_to_another_is_found(
    database: Database, events: int, newest: int, named: tuple[str, int]
) -> None:
    sealed_log(database, events=events)
    tamper(
        database,
        f"UPDATE seals SET skip = sha256(skip) WHERE segment = {newest}",  # noqa: S608
        NEW_CHAIN.replace("segment = 3", f"segment = {newest}"),
    )
    assert [(kind, segment) for kind, _, _, segment in found(check(database))] == [named]


def test_a_deleted_seal_is_missed(database: Database) -> None:
    sealed_log(database)
    tamper(database, "DELETE FROM seals WHERE segment = 3")
    assert ("segment_missing", 17, 24, 3) in found(check(database))
