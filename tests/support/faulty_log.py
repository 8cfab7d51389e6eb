"""How does a test get a build of the append routine that delays some appends and fails others?"""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING, Final

import psycopg

if TYPE_CHECKING:
    from tests.support.servers import Database

ROUTINES = re.compile(r"^DO \$install\$$.*?^\$install\$;$", re.MULTILINE | re.DOTALL)
FAULT_POINTS: Final = (
    "-- fault point: batch written",
    "-- fault point: saves written",
    "-- fault point: event written",
)
DURABLE_COMMIT = re.compile(r"^    SET LOCAL synchronous_commit = on;\n.*?pg_logical_emit_message.*?;\n", re.MULTILINE)

FLUSH: Final = "0030_flush_without_a_second_commit.sql"
"""Makes the same durable otherwise, in routines that are durable."""

TICKS = "CREATE SEQUENCE IF NOT EXISTS fault_ticks"
DICE: Final = "(hashint8extended({tick}, {seed}) & 1073741823)"
"""The k-th append since the beginning always meets the same fate: a retry of the same save rolls again."""
DELAYED: Final = "{dice} % 50 = 0"
FAILED: Final = "{dice} / 64 % 20 = 0"

FAULTS: Final = """
    DECLARE
        dice bigint := {dice};
    BEGIN
        IF {delayed} THEN
            PERFORM pg_sleep((dice / 4096 % 11) / 1000.0);
        END IF;
        IF {failed} AND dice / 65536 % 2 = 0 THEN
            RAISE EXCEPTION 'injected failure';
        ELSIF {failed} THEN
            RAISE EXCEPTION 'injected failure' USING ERRCODE = 'serialization_failure';
        END IF;
    END;
"""


def faults(seed: int, sequence: str = "@cell.fault_ticks") -> str:
    """A block of PL/pgSQL: 1 append in 50 sleeps up to 10 ms, 1 in 20 is rolled back, half of them as if in passing."""
    return FAULTS.format(
        dice=DICE.format(tick=f"nextval('{sequence}')", seed=seed),
        delayed=DELAYED.format(dice="dice"),
        failed=FAILED.format(dice="dice"),
    )


def routines() -> str:
    """The part of the migration that makes the append routines, so that it can be run again over them."""
    text = (resources.files("infra") / "migrations" / "0002_log.sql").read_text()
    (found,) = ROUTINES.findall(text)
    return (
        str(found)
        .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
        .replace("CREATE PROCEDURE", "CREATE OR REPLACE PROCEDURE")
    )


def with_faults(text: str, block: str) -> str:
    """The routines with the block at each of their fault points."""
    for point in FAULT_POINTS:
        assert text.count(point) == 1, f"{point!r} is not in the migration"
        text = text.replace(point, block)
    return text


def without_flush(text: str) -> str:
    """The routines that answer before anything is durable: what the second commit is for."""
    changed, count = DURABLE_COMMIT.subn("", text)
    assert count == 2, "the commit that waits for the flush is not in the migration"
    return changed


def install(database: Database, text: str) -> None:
    """Put a build of the routines in the place of the real ones."""
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
        connection.execute(TICKS)
        connection.execute(text.encode())
        if DURABLE_COMMIT.search(text):
            connection.execute((resources.files("infra") / "migrations" / FLUSH).read_bytes())


def injected(database: Database, seed: int) -> tuple[int, int]:
    """How many appends were delayed and how many failed so far."""
    dice = DICE.format(tick="t", seed=seed)
    delayed, failed = DELAYED.format(dice=dice), FAILED.format(dice=dice)
    counted = (
        f"SELECT count(*) FILTER (WHERE {delayed}), count(*) FILTER (WHERE {failed})"  # noqa: S608  our own text
        " FROM generate_series(1, (SELECT last_value FROM fault_ticks)) t"
    )
    with psycopg.connect(database.admin_dsn) as connection:
        row = connection.execute(counted.encode()).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])
