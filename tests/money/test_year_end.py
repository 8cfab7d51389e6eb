"""When thirty-two writers write documents over the year's end and are killed: is every number of every series there?"""

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

from domain.invoice_terms import LETTERS, DocType, Series, financial_year
from tests.money.conftest import whole_log
from tests.support.books import ISSUED, audited
from tests.support.roadside import TENANT

if TYPE_CHECKING:
    from tests.support.servers import Database

pytestmark = pytest.mark.servers

PROCESSES = 4
PATIENCE_S = 150.0
ROOT = Path(__file__).parents[2]
COUNT = "SELECT count(*) FROM events WHERE topic = 'invoice_series.number_taken'"


def a_biller(database: Database, stack: ExitStack) -> subprocess.Popen[bytes]:
    """One more process, of eight writers."""
    biller = subprocess.Popen([sys.executable, "-m", "tests.money.biller", database.app_dsn], cwd=ROOT)
    stack.callback(biller.wait)
    stack.callback(biller.kill)
    return biller


def bill_and_kill(database: Database, bills: int, kills: int, patience_s: float = PATIENCE_S) -> None:
    """Until so many numbers are taken and so many processes were killed, evenly between them."""
    chance = random.Random(31)  # noqa: S311  (a seed, so that a failure can be told again)
    with ExitStack() as stack, psycopg.connect(database.app_dsn, autocommit=True) as eye:
        billers = [a_biller(database, stack) for _ in range(PROCESSES)]
        killed, give_up_at = 0, time.monotonic() + patience_s
        while True:
            row = eye.execute(COUNT).fetchone()
            issued = int(str(row[0])) if row else 0
            if issued >= bills and killed >= kills:
                return
            assert time.monotonic() < give_up_at, f"{issued} numbers and {killed} kills in {patience_s} s"
            if killed < kills and issued > killed * bills // kills:
                which = chance.randrange(PROCESSES)
                billers[which].send_signal(signal.SIGKILL)
                billers[which].wait()
                billers[which] = a_biller(database, stack)
                killed += 1
            time.sleep(0.01)


def every_number_is_there_once(database: Database) -> None:
    """The books' audit says 1 to n; every document is of the year in which it says that it was issued."""
    log = whole_log(database)
    books = audited(log)
    series = {
        (kind, year): Series(TENANT, "", kind, LETTERS[kind], year).id
        for kind in DocType
        for year in ("26-27", "27-28")
    }
    assert books.numbers.keys() <= set(series.values())
    for kind in DocType:
        assert any(books.numbers[series[kind, year]] for year in ("26-27", "27-28")), f"no {kind.name} was written"
    assert all(books.numbers[series[DocType.INVOICE, year]] for year in ("26-27", "27-28"))
    numbered = [document for taken in books.numbers.values() for document in taken]
    assert len(numbered) == len(set(numbered)) == len(books.bills)
    issued_at = {event.stream_id: event.occurred_at for event in log if event.topic in ISSUED}
    for document, told in books.bills.items():
        assert told["financial_year"] == financial_year(issued_at[document], "Asia/Kolkata")


def test_no_number_is_missing_or_doubled_over_the_years_end(database: Database) -> None:
    bill_and_kill(database, bills=260, kills=2)
    every_number_is_there_once(database)


@pytest.mark.slow
@pytest.mark.timeout(1_000)
def test_nor_with_a_hundred_kills(database: Database) -> None:
    bill_and_kill(database, bills=4_000, kills=100, patience_s=900)
    every_number_is_there_once(database)
