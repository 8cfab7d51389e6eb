"""Killed with -9 at any point, over a real database: does the next process bring all of it to its end, once?"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import random
import signal
from typing import TYPE_CHECKING

import pytest

from tests.money.line_in_memory import judge
from tests.money.line_on_disk import DONE, kept_on_disk, live
from tests.support.razorpay import standing_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.razorpay import StandIn
    from tests.support.servers import Database

pytestmark = pytest.mark.servers

SAMPLED = 3
POINTS_AT_LEAST = 100

_runs = itertools.count(1)
_processes = multiprocessing.get_context("forkserver")


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    _processes.set_forkserver_preload(["tests.money.line_on_disk"])
    with standing_in() as running:
        yield running


def told(database: Database, stand_in: StandIn, kill_at: int) -> bool:
    """A run whose first process is killed at that point, if it comes to it; judged by the gateway's books."""
    run = f"killed-{next(_runs)}"
    ended = [_lived(database, stand_in, run, 0, kill_at)]
    if ended == [-signal.SIGKILL]:
        ended.append(_lived(database, stand_in, run, 100, None))
    assert ended[-1] == DONE

    async def judged() -> None:
        async with kept_on_disk(database.settings, run, stand_in.address) as kept:
            await judge(kept)

    asyncio.run(judged())
    return len(ended) == 2


def _lived(database: Database, stand_in: StandIn, run: str, first_turn: int, kill_at: int | None) -> int | None:
    told = (database.settings, run, stand_in.address, first_turn, kill_at)
    process = _processes.Process(target=live, args=told)
    process.start()
    process.join(120)
    assert process.exitcode is not None, "it does not end"
    return process.exitcode


def test_killed_at_some_points_it_goes_on(shared_database: Database, stand_in: StandIn) -> None:
    chance = random.Random(11)  # noqa: S311  (a seed, so that a failure can be told again)
    for at in sorted(chance.sample(range(POINTS_AT_LEAST), SAMPLED)):
        assert told(shared_database, stand_in, at)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_killed_at_every_point_it_goes_on(shared_database: Database, stand_in: StandIn) -> None:
    at = 0
    while told(shared_database, stand_in, at):  # until the story ends before it comes to that point
        at += 1
    assert at >= POINTS_AT_LEAST
