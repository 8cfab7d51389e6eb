"""Is every change that a superuser makes to the log found, and named?"""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from infra.audit.findings import MOST_TOLD
from infra.audit.verify import LogCheck
from tests.audit.lab import append, application, check, found, owner, root_of, seal, sealed_log, tamper
from tests.support.servers import Database

# 60 events in segments of 8: positions 1-8 are segment 1, 17-24 segment 3, the last segment holds 57-60.
PARK = "UPDATE events SET position = 1000000 WHERE position = {}"


def test_an_untouched_log_is_whole(database: Database) -> None:
    sealed_log(database, tail=7)
    report = check(database, root_of(database))
    assert report.ok, report.damage
    assert (report.events, report.segments, report.sealed_position, report.head) == (67, 8, 60, 67)
    assert (report.tail.events, report.roots_checked) == (7, 1)
    assert 0 <= report.tail.age_s < 60


def test_progress_is_told_to_the_end(database: Database) -> None:
    sealed_log(database, tail=7)
    told: list[tuple[int, int]] = []
    with application(database) as connection:
        LogCheck(connection, database.cell, (), lambda done, total: told.append((done, total))).run()
    assert told == sorted(told)
    assert told[-1] == (67, 67)


def test_an_empty_log_is_whole(database: Database) -> None:
    report = check(database)
    assert report.ok
    assert (report.events, report.segments, report.tail.events) == (0, 0, 0)


@pytest.mark.parametrize(
    "column",
    [
        "tenant = 'other'",
        "stream_id = gen_random_uuid()",
        "topic = 'thing.undone'",
        "payload = payload || ' '::bytea",
        "command_id = NULL",
        "correlation_id = gen_random_uuid()",
        "causation_id = gen_random_uuid()",
        "actor = 'system:dispatcher'",
        "occurred_at = occurred_at + interval '1 microsecond'",
        "occurred_at = 'infinity'",
        "recorded_at = recorded_at - interval '1 microsecond'",
        r"payload = '\xff00fe'",
    ],
)
def test_a_changed_column_is_found_at_its_position(database: Database, column: str) -> None:
    sealed_log(database)
    tamper(database, f"UPDATE events SET {column} WHERE position = 20")  # noqa: S608
    assert ("event_changed", 20, 20, 3) in found(check(database))


def test_a_changed_version_is_found_twice(database: Database) -> None:
    sealed_log(database)
    tamper(database, "UPDATE events SET version = version + 100 WHERE position = 20")
    report = check(database)
    assert ("event_changed", 20, 20, 3) in found(report)
    assert ("stream_broken", 20, 20, None) in found(report)


def test_a_deleted_event_is_missing_and_its_stream_broken(database: Database) -> None:
    sealed_log(database)
    tamper(database, "DELETE FROM events WHERE position = 20")
    assert found(check(database)) == [("event_missing", 20, 20, 3), ("stream_broken", 25, 25, None)]


def test_deleted_events_are_named_as_one_run_per_segment(database: Database) -> None:
    sealed_log(database)
    tamper(database, "DELETE FROM events WHERE position BETWEEN 20 AND 30")
    kinds = found(check(database))
    assert ("event_missing", 20, 24, 3) in kinds
    assert ("event_missing", 25, 30, 4) in kinds


@pytest.mark.parametrize(("one", "two"), [(20, 22), (20, 50)])
def test_swapped_events_are_changed_and_known_again(database: Database, one: int, two: int) -> None:
    sealed_log(database)
    statements = (f"UPDATE events SET position = {two} WHERE position = {one}",)  # noqa: S608
    tamper(database, PARK.format(two), *statements, f"UPDATE events SET position = {one} WHERE position = 1000000")  # noqa: S608
    report = check(database)
    moved = [(item.first_position, item.detail) for item in report.damage if item.kind == "event_moved"]
    assert moved == [(one, f"sealed at position {two}"), (two, f"sealed at position {one}")]
    assert {item[:3] for item in found(report)} >= {("event_changed", one, one), ("event_changed", two, two)}


def test_an_event_moved_to_the_end_is_missing_where_it_was(database: Database) -> None:
    sealed_log(database)
    tamper(database, "UPDATE events SET position = 61 WHERE position = 20")
    assert ("event_missing", 20, 20, 3) in found(check(database))


def test_a_deleted_sealed_tail_is_missing(database: Database) -> None:
    sealed_log(database, tail=3)
    tamper(database, "DELETE FROM events WHERE position > 50")
    kinds = found(check(database))
    assert ("event_missing", 51, 56, 7) in kinds
    assert ("event_missing", 57, 60, 8) in kinds


def test_a_deleted_unsealed_tail_is_missed_by_its_receipts(database: Database) -> None:
    sealed_log(database, tail=3)
    tamper(database, "DELETE FROM events WHERE position = 63")
    assert found(check(database)) == [("receipt_dangling", 63, 63, None)]


def test_a_gap_in_the_unsealed_tail_is_found(database: Database) -> None:
    sealed_log(database, tail=9)
    tamper(database, "DELETE FROM events WHERE position = 63")
    assert ("event_missing", 63, 63, None) in found(check(database))


def test_versions_swapped_in_the_unsealed_tail_are_found(database: Database) -> None:
    sealed_log(database, tail=10)
    tamper(
        database,
        PARK.format(62),
        "UPDATE events SET position = 62 WHERE position = 67",
        "UPDATE events SET position = 67 WHERE position = 1000000",
    )
    assert ("stream_broken", 62, 62, None) in found(check(database))


def test_a_doubled_position_is_found(database: Database) -> None:
    sealed_log(database)
    tamper(
        database,
        "ALTER TABLE events DROP CONSTRAINT events_pkey",
        "INSERT INTO events SELECT position, tenant, gen_random_uuid(), 1, topic, payload, command_id, correlation_id,"
        " causation_id, actor, occurred_at, recorded_at FROM events WHERE position = 20",
    )
    assert ("event_doubled", 20, 20, None) in found(check(database))


def test_an_event_before_the_first_is_found(database: Database) -> None:
    sealed_log(database)
    tamper(
        database,
        "INSERT INTO events SELECT 0, tenant, gen_random_uuid(), 1, topic, payload, NULL, NULL, NULL, actor,"
        " occurred_at, recorded_at FROM events WHERE position = 20",
    )
    assert found(check(database)) == [("event_misplaced", 0, 0, None)]


def test_an_inserted_event_pushes_every_later_one_out_of_place(database: Database) -> None:
    sealed_log(database)
    tamper(
        database,
        "UPDATE events SET position = position + 1000 WHERE position >= 20",
        "UPDATE events SET position = position - 999 WHERE position >= 1000",
        "INSERT INTO events SELECT 20, tenant, gen_random_uuid(), 1, topic, payload, NULL, NULL, NULL, actor,"
        " occurred_at, recorded_at FROM events WHERE position = 1",
    )
    report = check(database)
    assert ("event_changed", 20, 24, 3) in found(report)
    assert ("event_changed", 57, 60, 8) in found(report)
    assert [i.detail for i in report.damage if i.kind == "event_moved" and i.first_position == 21] == [
        "sealed at position 20"
    ]


def test_the_last_seals_deleted_are_missed_by_the_root(database: Database) -> None:
    sealed_log(database)
    root = root_of(database)
    tamper(database, "DELETE FROM seals WHERE segment > 6")
    assert check(database).ok
    assert found(check(database, root)) == [("log_truncated", None, None, 8)]


def test_a_log_cut_off_with_its_seals_and_receipts_is_missed_by_the_root(database: Database) -> None:
    sealed_log(database)
    root = root_of(database)
    tamper(database, "DELETE FROM events WHERE position > 48", "DELETE FROM seals WHERE segment > 6",
           "DELETE FROM receipts WHERE position > 48")  # fmt: skip
    assert check(database).ok
    assert found(check(database, root)) == [("log_truncated", None, None, 8)]


def test_a_log_cut_off_and_sealed_again_is_found_by_the_root(database: Database) -> None:
    sealed_log(database)
    older = replace(root_of(database))
    append(database, 61, 12)
    seal(database, 8)
    newer = root_of(database)
    tamper(database, "DELETE FROM events WHERE position > 62", "DELETE FROM seals WHERE segment > 8",
           "DELETE FROM receipts WHERE position > 62")  # fmt: skip
    append(database, 73, 10)
    seal(database, 8)
    assert check(database, older).ok
    report = check(database, newer, older)
    assert found(report) == [("root_mismatch", None, None, 10)]
    assert "segments 9 to 10" in report.damage[0].detail


def test_a_log_rewritten_as_a_whole_is_found_by_the_root(database: Database) -> None:
    sealed_log(database)
    root = root_of(database)
    tamper(database, "UPDATE events SET actor = 'system:forger' WHERE position = 20", "DELETE FROM seals")
    seal(database, 8)
    assert check(database).ok
    assert found(check(database, root)) == [("root_mismatch", None, None, 8)]


def test_a_root_of_another_cell_does_not_fit(database: Database) -> None:
    sealed_log(database)
    assert [kind for kind, *_ in found(check(database, replace(root_of(database), cell="elsewhere")))] == [
        "root_mismatch"
    ]


def test_everything_changed_is_told_in_bounded_space(database: Database) -> None:
    many = (
        "INSERT INTO events SELECT n, 'demo', gen_random_uuid(), 1, 'thing.done', '{}', NULL, NULL, NULL, 'system:x',"
        " now(), now() FROM generate_series(1, 2600) n"
    )
    tamper(database, many)
    seal(database, 1_000)
    tamper(database, "UPDATE events SET actor = 'system:forger' WHERE position % 2 = 0")
    report = check(database)
    assert len(report.damage) == MOST_TOLD
    assert report.untold == 300


def test_nothing_is_sealed_over_a_gap(database: Database) -> None:
    sealed_log(database, tail=9)
    tamper(database, "DELETE FROM events WHERE position = 63")
    with pytest.raises(psycopg.errors.DataCorrupted, match="a gap is not sealed over"):
        seal(database, 8)
    with owner(database) as connection:
        assert connection.execute("SELECT max(last_position) FROM seals").fetchone() == (60,)
