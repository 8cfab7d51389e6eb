"""Whoever is killed while bills are issued: is no number skipped, and nothing half paid?"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.money.conftest import whole_log
from tests.support.books import audited

if TYPE_CHECKING:
    from tests.support.servers import Database

pytestmark = pytest.mark.servers

PROCESSES, KILLS, BILLS = 3, 8, 120
PATIENCE_S = 120.0
ROOT = Path(__file__).parents[2]
COUNT = "SELECT count(*) FROM events WHERE topic = 'invoice_series.number_taken'"


def a_payer(database: Database, stack: ExitStack) -> subprocess.Popen[bytes]:
    """One more process."""
    payer = subprocess.Popen([sys.executable, "-m", "tests.money.payer", database.app_dsn], cwd=ROOT)
    stack.callback(payer.wait)
    stack.callback(payer.kill)
    return payer


def test_the_killed_leave_no_gap_and_nothing_half_done(database: Database) -> None:
    chance = random.Random(13)  # noqa: S311  (a seed, so that a failure can be told again)
    with ExitStack() as stack, psycopg.connect(database.app_dsn, autocommit=True) as eye:
        payers = [a_payer(database, stack) for _ in range(PROCESSES)]
        kills, give_up_at = 0, time.monotonic() + PATIENCE_S
        while True:
            row = eye.execute(COUNT).fetchone()
            issued = int(str(row[0])) if row else 0
            if issued >= BILLS and kills >= KILLS:
                break
            assert time.monotonic() < give_up_at, f"{issued} bills and {kills} kills in {PATIENCE_S} s"
            if issued > kills * BILLS // KILLS:
                which = chance.randrange(PROCESSES)
                payers[which].send_signal(signal.SIGKILL)
                payers[which].wait()
                payers[which] = a_payer(database, stack)
                kills += 1
            time.sleep(0.01)
    books = audited(whole_log(database))
    (numbers,) = books.numbers.values()
    assert len(numbers) == len(books.bills) >= BILLS
    assert not [name for name in books.open_accounts() if name.startswith("L:Advance:")]
    assert not books.held
