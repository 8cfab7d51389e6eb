"""Is every event seen once and in order by everybody, whatever happens to the writers?"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from infra.database_url import admin_dsn
from tests.infra.event_store import gap_suite
from tests.infra.event_store.gap_plan import steps
from tests.infra.event_store.gap_readers import (
    Read,
    log_reader,
    our_recorder,
    page_reader,
    raw_reader,
    subscriber,
)
from tests.infra.event_store.gap_stock import TABLE, install_stock, stock_recorder
from tests.support import faulty_log
from tests.support.servers import Database, fresh_database

if TYPE_CHECKING:
    from infra.embedded.postgres import EmbeddedPostgres

ROUNDS = 6
"""So many tries has the unsafe recorder to lose an event; one in ten of its runs would do."""


class OurLog:
    """Our routine with faults inside, appended to through both committers."""

    kinds: Sequence[str] = ("threads", "asyncio")

    def __init__(self, database: Database) -> None:
        self.database = database
        self.admin_dsn = admin_dsn(database.settings, "gap-admin")
        self.writer_dsn = database.app_dsn

    def install(self, seed: int) -> None:
        faulty = faulty_log.with_faults(faulty_log.routines(), faulty_log.faults(seed))
        faulty_log.install(self.database, faulty)

    def readers(self, stack: ExitStack) -> dict[str, Read]:
        recorder = our_recorder(stack, self.database.app_dsn, self.database.cell)
        return {
            "LogReader": log_reader(stack, self.database.app_dsn),
            "select_notifications": page_reader(recorder),
            "subscription": subscriber(stack, recorder),
            "raw SQL": raw_reader(stack, self.database.app_dsn, "events", "position"),
        }

    def positions(self) -> list[int]:
        with psycopg.connect(self.admin_dsn) as connection:
            return [row[0] for row in connection.execute("SELECT position FROM events ORDER BY position")]


class StockLog:
    """The library's recorder on the same server, with the same faults."""

    def __init__(self, database: Database, *, functions: bool) -> None:
        self.database = database
        self.functions = functions
        self.admin_dsn = self.writer_dsn = database.admin_dsn
        self.kinds: Sequence[str] = ("stock-functions",) if functions else ("stock",)

    def install(self, seed: int) -> None:
        install_stock(self.database, seed, functions=self.functions)

    def readers(self, stack: ExitStack) -> dict[str, Read]:
        recorder, close = stock_recorder(self.admin_dsn, functions=self.functions, create=False)
        stack.callback(close)
        return {
            "select_notifications": page_reader(recorder),
            "raw SQL": raw_reader(stack, self.admin_dsn, f"public.{TABLE}", "notification_id"),
        }

    def positions(self) -> list[int]:
        with psycopg.connect(self.admin_dsn) as connection:
            found = connection.execute(
                sql.SQL("SELECT notification_id FROM public.{} ORDER BY 1").format(sql.Identifier(TABLE))
            )
            return [row[0] for row in found]


def check_readers(findings: gap_suite.Findings) -> None:
    assert {name: seen for name, seen in findings.readers.items() if not seen.clean} == {}


def check_our_promises(log: OurLog, findings: gap_suite.Findings) -> None:
    assert findings.stored == list(range(1, len(findings.stored) + 1)), "positions are not dense"
    with psycopg.connect(log.admin_dsn) as connection:
        holes = connection.execute(
            "SELECT stream_id FROM events GROUP BY tenant, stream_id"
            " HAVING min(version) <> 1 OR max(version) <> count(*) OR count(DISTINCT version) <> count(*)"
        ).fetchall()
        by_command = {
            row[0]: row[1:]
            for row in connection.execute(
                "SELECT command_id, count(*), min(position), max(position) FROM events GROUP BY command_id"
            )
        }
    assert holes == [], "versions are not dense"
    expected = {step.key: step for writer in range(16) for step in steps(writer, findings.saves // 16)}
    assert len(findings.acknowledged) == findings.saves == len(by_command) == len(expected)
    for key, first, last, replayed in findings.acknowledged:
        step = expected[key]
        stands = by_command[step.command_id]
        assert stands == (step.total, last - step.total + 1, last), f"{key} stands {stands}, acknowledged {last}"
        assert replayed or first == last - step.total + 1


def check_faults_happened(log: OurLog, findings: gap_suite.Findings, seed: int, events: int) -> None:
    delayed, failed = faulty_log.injected(log.database, seed)
    assert delayed > events / 1000
    assert failed > events / 500
    assert findings.terminated >= 1


def run_ours(database: Database, events: int, patience_s: float) -> gap_suite.Findings:
    log = OurLog(database)
    findings = gap_suite.run(log, events, seed=7, patience_s=patience_s)
    assert len(findings.stored) >= events
    check_readers(findings)
    check_our_promises(log, findings)
    check_faults_happened(log, findings, seed=7, events=events)
    return findings


@pytest.mark.timeout(400)
def test_twenty_thousand_events_of_sixteen_writers_are_each_seen_once_and_in_order(database: Database) -> None:
    run_ours(database, 20_000, patience_s=300)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_million_events_of_sixteen_writers_are_each_seen_once_and_in_order(database: Database) -> None:
    run_ours(database, 1_000_000, patience_s=3000)


@pytest.mark.timeout(400)
def test_the_suite_finds_the_events_that_the_stock_recorder_with_database_functions_hides(
    postgres_server: EmbeddedPostgres,
) -> None:
    """What proves the suite: it fails where events are known to be skipped."""
    for seed in range(ROUNDS):
        with fresh_database(postgres_server) as database:
            findings = gap_suite.run(StockLog(database, functions=True), 3_000, seed)
        if any(seen.missed for seen in findings.readers.values()):
            return
    pytest.fail(f"no event was skipped in {ROUNDS} rounds: would the suite notice one?")


def test_the_stock_recorder_with_its_table_lock_keeps_the_order(database: Database) -> None:
    """The same suite passes where order is kept, so it is not the suite that skips."""
    findings = gap_suite.run(StockLog(database, functions=False), 2_000, seed=3)
    assert len(findings.stored) >= 1_000
    check_readers(findings)
