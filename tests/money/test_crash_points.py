"""Wherever our side is interrupted, once or twice: is nothing lost and nothing doubled, by the gateway's own books?

The points are not listed by anybody: whatever passes a port while the story is told is one. ``make test`` draws some of
them, ``make test-all`` takes every point and every pair.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from typing import TYPE_CHECKING

import pytest

from tests.money.line import Life
from tests.money.line_in_memory import KeptInMemory, bank_of, judge
from tests.support.crash_points import AFTER, Crash, CrashPoints
from tests.support.razorpay import standing_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.razorpay.build import Gateways
    from tests.support.razorpay import StandIn

SAMPLED_POINTS, SAMPLED_PAIRS = 4, 3
CHUNKS = 16
# The story had 140 when this was written: fewer would mean that some port is not looked at any more.
POINTS_AT_LEAST = 125
# Something of each of these is passed, or the story does not tell what it should.
MUST_PASS = (
    "log.append",
    "inbox.keep",
    "inbox.take",
    "inbox.done",
    "payments.open_order",
    "payments.open_link",
    "payments.cancel_link",
    "carrier.carry",
    "payments.capture",
    "payments.refund",
    "bank.pay_out",
    "bank.payout",
    "settlements.settlement_rows",
)

_runs = itertools.count(1)


class Place:
    """Where runs happen: one gateway for some of them, each with names of its own."""

    def __init__(self, stand_in: StandIn) -> None:
        self.stand_in = stand_in
        self.gateways: Gateways = stand_in.gateways()

    def told(self, *crash_at: int) -> list[list[str]]:
        """A run with a crash in each of its first lives; the points that each life passed."""
        kept = KeptInMemory(f"run-{next(_runs)}", self.stand_in, self.gateways)
        lives = asyncio.run(_lived(kept, crash_at))
        asyncio.run(judge(kept))
        assert bank_of(kept) >= 0
        return lives


async def _lived(kept: KeptInMemory, crash_at: tuple[int, ...]) -> list[list[str]]:
    lives, turn = [], 0
    for at in (*crash_at, None):
        points = CrashPoints(at)
        try:
            turn = await Life(kept, points).live(turn) + 1
        except Crash:
            turn += 100
        lives.append(points.passed)
    return lives


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with standing_in() as stand_in:
        yield Place(stand_in)


def test_the_story_comes_through_every_port(place: Place) -> None:
    (passed,) = place.told()
    assert {name for name in MUST_PASS if f"{name}/{AFTER}" not in passed} == set()


def test_a_crash_at_some_points_loses_and_doubles_nothing(place: Place) -> None:
    (passed,) = place.told()
    chance = random.Random(5)  # noqa: S311  (a seed, so that a failure can be told again)
    for at in chance.sample(range(len(passed)), SAMPLED_POINTS):
        place.told(at)
    for _ in range(SAMPLED_PAIRS):
        first = chance.randrange(len(passed))
        place.told(first, chance.randrange(len(passed) - first))


@pytest.mark.slow
def test_a_crash_at_every_point_loses_and_doubles_nothing(place: Place) -> None:
    at = 0
    while len(place.told(at)[0]) > at:  # until the story ends before it comes to that point
        at += 1
    assert at > POINTS_AT_LEAST


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_crash_at_every_pair_of_points_loses_and_doubles_nothing(chunk: int) -> None:
    """After each point the process may be gone, and the next one after each of its own: before one is after another."""
    with standing_in() as stand_in:
        place = Place(stand_in)
        (passed,) = place.told()
        ends = [number for number, name in enumerate(passed) if name.endswith(AFTER)]
        for first in ends[chunk::CHUNKS]:
            second = 0
            while len((lives := place.told(first, second))[1]) > second:
                # The next point after which something has happened.
                second += 2 if lives[1][second].endswith(AFTER) else 1
