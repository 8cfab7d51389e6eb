"""Killed with -9 at any point of a dispute's life: is the bank answered once, and the money booked once?

The points are not listed by anybody: whatever passes a port while the story is told is one. A kill at a call of the
gateway happens in every run of the tests, at one such call of each kind.
"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import random
import signal
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from domain import ledger
from domain.dispute_terms import dispute_id
from tests.money.dispute_line import Answering
from tests.money.dispute_on_disk import Raised, live, raised
from tests.money.line_on_disk import DONE, kept_on_disk
from tests.support.books import Books
from tests.support.paid import TOTAL
from tests.support.razorpay import standing_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.razorpay import StandIn
    from tests.support.servers import Database

pytestmark = pytest.mark.servers

POINTS_AT_LEAST = 30
CALLS = {
    Answering.CONTEST: ("disputes.upload_document", "disputes.contest_dispute", "disputes.dispute"),
    Answering.ACCEPT: ("disputes.accept_dispute", "disputes.dispute"),
}
ANSWERED = {Answering.CONTEST: "contested", Answering.ACCEPT: "accepted"}

_runs = itertools.count(1)
_processes = multiprocessing.get_context("forkserver")


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    _processes.set_forkserver_preload(["tests.money.dispute_on_disk"])
    with standing_in() as running:
        yield running


def told(database: Database, stand_in: StandIn, answering: Answering, kill_at: int | None) -> Any:
    """A run whose first process is killed at that point; the point's name, or all of them when it came to its end."""
    run = f"disputed-{next(_runs)}"
    about = asyncio.run(raised(database.settings, run, stand_in.address, answering))
    ended, first = _lived(database, stand_in, about, 0, kill_at)
    if ended == -signal.SIGKILL:
        ended, _ = _lived(database, stand_in, about, 100, None)
    assert ended == DONE, first
    asyncio.run(_judge(database, stand_in, about))
    return first


def _lived(
    database: Database, stand_in: StandIn, about: Raised, first_turn: int, kill_at: int | None
) -> tuple[int, Any]:
    """How a process ended, and what it told before."""
    hears, tells = _processes.Pipe(duplex=False)
    told = (database.settings, about, stand_in.address, first_turn, kill_at, tells)
    process = _processes.Process(target=live, args=told)
    process.start()
    process.join(120)
    assert process.exitcode is not None, "it does not end"
    with hears, tells:
        return process.exitcode, hears.recv() if hears.poll() else None


async def _judge(database: Database, stand_in: StandIn, about: Raised) -> None:
    """By the gateway's own books: nothing is lost and nothing doubled; and ours say the same."""
    ours = dispute_id(about.order_id, about.gateway_dispute)
    async with kept_on_disk(database.settings, about.run, stand_in.address) as kept:
        events = await kept.events()
    books, topics = Books(), Counter[str]()
    for event in events:
        books.take(event)
        topics[event.topic] += event.stream_id == ours
    held = books.balance(ledger.DISPUTE_HELD, about.tenant), books.balance(ledger.CHARGEBACK, about.tenant)
    assert held == (0, TOTAL)
    asked = f"dispute.{'contest' if about.answering is Answering.CONTEST else 'acceptance'}_asked"
    wanted = (asked, f"dispute.{ANSWERED[about.answering]}", "dispute.charged_back", "dispute.opened")
    assert [topics[each] for each in wanted] == [1, 1, 1, 1]
    movements = [each["cause"] for each in stand_in.books()["movements"]]
    assert movements.count(f"dsp:{about.gateway_dispute}") == 1
    news = Counter(each["event"] for each in stand_in.post() if about.gateway_dispute in each["body"])
    assert set(news.values()) == {1}
    assert news["payment.dispute.lost"] == 1


@pytest.mark.parametrize("answering", list(Answering))
def test_killed_at_calls_of_the_gateway_it_goes_on(
    shared_database: Database, stand_in: StandIn, answering: Answering
) -> None:
    chance = random.Random(19)  # noqa: S311  (a seed, so that a failure can be told again)
    passed = told(shared_database, stand_in, answering, None)
    for call in CALLS[answering]:
        numbers = [number for number, name in enumerate(passed) if name.startswith(f"{call}/")]
        assert numbers, call
        at = chance.choice(numbers)
        assert told(shared_database, stand_in, answering, at) == passed[at]


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("answering", list(Answering))
def test_killed_at_every_point_it_goes_on(shared_database: Database, stand_in: StandIn, answering: Answering) -> None:
    at = 0
    while not isinstance(told(shared_database, stand_in, answering, at), list):  # until the story ends before it
        at += 1
    assert at >= POINTS_AT_LEAST
