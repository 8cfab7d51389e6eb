"""Does somebody notice when the books do not balance, and is everything well otherwise?"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from typer.testing import CliRunner

from infra import bookkeeping
from infra.bookkeeping import Bookkeeper, Findings, run_bookkeeper
from infra.projections.projector import Projector
from infra.telemetry.metrics import REGISTRY
from interfaces.cli.ledger import app
from projections.ledger_balances import ledger_balances
from projections.wallets import wallets
from tests.projections.telling import eventually
from tests.support.paid import a_paid_job

if TYPE_CHECKING:
    from tests.money.conftest import Engines
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

BEAN_CHECK = str(Path(sys.executable).parent / "bean-check")

THERE = (
    b"SELECT count(*) FROM projection_positions WHERE active AND name IN ('ledger_balances', 'wallets')"
    b" AND position = (SELECT max(position) FROM events)"
)


def keep_up(database: Database) -> None:
    """Let the rows come as far as the log."""
    projector = Projector(database.settings, (ledger_balances, wallets))  # type: ignore[arg-type]  # of any row
    projector.start()
    try:
        with psycopg.connect(database.app_dsn, autocommit=True) as connection:
            # Both by name: one that has not begun yet has no lag to wait for.
            eventually(lambda: connection.execute(THERE).fetchone() == (2,), "the rows are as far as the log")
    finally:
        projector.stop()


def spoil(database: Database, statement: str) -> None:
    """Do what only the owner of the database could do."""
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
        assert connection.execute(statement.encode()).rowcount == 1


async def test_books_that_balance_are_not_worth_a_word(database: Database, engines: Engines) -> None:
    async with engines() as engine:
        for _ in range(3):
            await a_paid_job(engine)
    keep_up(database)
    keeper = Bookkeeper()
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        assert not keeper.check(connection)
        head = keeper.position
        assert head > 0
        assert not keeper.check(connection)
    assert keeper.position == head


async def test_one_minor_unit_is_noticed_in_the_log_and_in_the_rows(database: Database, engines: Engines) -> None:
    async with engines() as engine:
        job = await a_paid_job(engine)
    keep_up(database)
    spoil(
        database,
        "UPDATE events SET payload = convert_to(replace(convert_from(payload, 'UTF8'), '\"amount_minor\":-15000',"
        " '\"amount_minor\":-15001'), 'UTF8') WHERE topic = 'payment.settled'",
    )
    spoil(
        database,
        "UPDATE events SET payload = convert_to(replace(convert_from(payload, 'UTF8'), '\"amount_minor\":',"
        " '\"amount_minor\":9'), 'UTF8') WHERE topic = 'wallet.hold_placed'",
    )
    spoil(database, "UPDATE ledger_balances SET balance_minor = balance_minor + 1 WHERE account = 'I:Commission'")
    spoil(database, "UPDATE wallets SET held_minor = balance_minor + 1")
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        found = Bookkeeper().check(connection)
    assert len(found.positions) == 1
    assert found.positions[0] <= job.position
    assert len(found.overdrafts) == 1
    assert found.totals == ["demo 1 INR"]
    assert len(found.wallets) == 1
    assert found.cases == []
    spoil(database, "UPDATE ledger_balances SET account = 'L:Refund:InFlight' WHERE account = 'A:Cash:Desk'")
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        assert Bookkeeper().check(connection).cases == ["demo L:Refund:InFlight: 200000 INR"]


async def test_an_operator_sees_how_the_books_stand(
    database: Database, engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEHICAID_DATABASE_URL", database.settings.database_url)
    async with engines() as engine:
        job = await a_paid_job(engine)
        await a_paid_job(engine, "rival")
    before = await asyncio.to_thread(CliRunner().invoke, app, ["check"])
    assert before.exit_code == 0, "rows that are not built yet say nothing"
    keep_up(database)
    shown = CliRunner().invoke(app, ["check"])
    assert (shown.exit_code, "The books balance" in shown.stdout, "2000.00 INR" in shown.stdout) == (0, True, True)
    told = json.loads(CliRunner().invoke(app, ["check", "--json"]).stdout)
    assert told["balanced"]
    assert told["position"] > job.position
    assert [(each["tenant"], each["sum_minor"]) for each in told["standing"]] == [("demo", 0), ("rival", 0)]
    spoil(database, "UPDATE ledger_balances SET balance_minor = 1 WHERE account = 'A:Cash:Desk' AND tenant = 'demo'")
    assert CliRunner().invoke(app, ["check"]).exit_code == 1


def agrees(file: Path) -> bool:
    """Whether a program of others finds the journal right, which stands alone in its folder."""
    found = subprocess.run([BEAN_CHECK, "--no-cache", str(file)], check=False)
    return found.returncode == 0 and list(file.parent.iterdir()) == [file]


async def test_the_books_leave_as_a_journal_up_to_a_position(
    database: Database, engines: Engines, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VEHICAID_DATABASE_URL", database.settings.database_url)
    async with engines() as engine:
        first = await a_paid_job(engine)
        await a_paid_job(engine)
    file = tmp_path / "books.beancount"
    ask = ["export", "--format", "beancount", "--out", str(file)]
    whole = CliRunner().invoke(app, [*ask, "--json"])
    early = CliRunner().invoke(app, [*ask, "--json", "--upto", str(first.position)])
    assert [json.loads(each.stdout)["transfers"] for each in (whole, early)] == [6, 3]
    assert agrees(file)
    late = CliRunner().invoke(app, [*ask, "--upto", "99999"])
    assert (late.exit_code, "the log ends at" in late.stderr) == (2, True)
    assert agrees(file), "what was refused left nothing behind"


async def test_the_service_counts_its_looks_and_raises_the_alarm(
    database: Database, engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with engines() as engine:
        await a_paid_job(engine)
    said: list[str] = []
    monkeypatch.setattr(bookkeeping, "log", lambda _name: _Ear(said))
    stop = threading.Event()
    eager = database.settings.model_copy(update={"ledger_check_every_s": 0.01})
    service = threading.Thread(target=run_bookkeeper, args=(eager, stop))
    service.start()
    try:
        eventually(lambda: (REGISTRY.get_sample_value("vehicaid_ledger_checks_total") or 0) >= 2, "it looked twice")
        assert REGISTRY.get_sample_value("vehicaid_ledger_unbalanced") == 0
        assert said == []
    finally:
        stop.set()
        service.join()
    bookkeeping._tell(Findings(positions=[7], overdrafts=[8], cases=["demo A:Bank:Current: -1 INR"]), 9)
    assert REGISTRY.get_sample_value("vehicaid_ledger_unbalanced") == 1
    assert REGISTRY.get_sample_value("vehicaid_wallets_overdrawn") == 1
    assert REGISTRY.get_sample_value("vehicaid_ledger_cases") == 1
    assert said == ["books_do_not_balance", "accounts_to_reconcile"]


class _Ear:
    """Hears what is logged."""

    def __init__(self, said: list[str]) -> None:
        self._said = said

    def error(self, event: str, **_facts: object) -> None:
        self._said.append(event)

    def warning(self, event: str, **_facts: object) -> None:
        self._said.append(event)
