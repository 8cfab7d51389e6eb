"""Wherever our side is interrupted while it answers a bank: is the answer given once, and the money booked once?

The points are not listed by anybody: whatever passes a port while the story is told is one.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest

from domain import ledger
from tests.application.disputed import ORDER, Disputed
from tests.money.dispute_line import Life
from tests.support.crash_points import AFTER, Crash, CrashPoints
from tests.support.razorpay import standing_in
from tests.support.roadside import TENANT
from tests.support.trade import HELP_TOTAL

SAMPLED_POINTS = 3
POINTS_AT_LEAST = 30
MUST_PASS = ("log.append", "inbox.take", "inbox.done", "disputes.dispute")
MUST_CALL = ("disputes.upload_document", "disputes.contest_dispute")


def told(*crash_at: int) -> list[list[str]]:
    """A run with a crash in each of its first lives; the points that each life passed."""
    with standing_in() as stand_in:
        return asyncio.run(_told(Disputed(stand_in), crash_at))


async def _told(world: Disputed, crash_at: tuple[int, ...]) -> list[list[str]]:
    raised = world.raised(await world.supplied(), deduct_at_onset=True)
    lives, turn = [], 0
    for at in (*crash_at, None):
        points = CrashPoints(at)
        try:
            turn = await Life(world, TENANT, ORDER, raised, points).live(turn) + 1
        except Crash:
            turn += 100
        lives.append(points.passed)
    await _judge(world, raised)
    return lives


async def _judge(world: Disputed, raised: str) -> None:
    """By the gateway's own books: nothing is lost and nothing doubled; and ours say the same."""
    news = Counter(each["event"] for each in world.stand_in.post() if raised in each["body"])
    assert news == {f"payment.dispute.{name}": 1 for name in ("created", "under_review", "lost")}
    movements = [each["cause"] for each in world.stand_in.books()["movements"]]
    assert movements.count(f"dsp:{raised}") == 1
    ended = Counter(world.topics())
    assert (ended["dispute.contest_asked"], ended["dispute.contested"], ended["dispute.charged_back"]) == (1, 1, 1)
    assert world.on(ledger.DISPUTE_HELD, ledger.CHARGEBACK) == (0, HELP_TOTAL)
    assert world.on(ledger.CLEARING) == (world.stand_in.books()["balances"]["merchant"],)


def test_the_story_comes_through_every_port() -> None:
    (passed,) = told()
    assert {name for name in (*MUST_PASS, *MUST_CALL) if f"{name}/{AFTER}" not in passed} == set()


def test_a_crash_at_some_points_loses_and_doubles_nothing() -> None:
    chance = random.Random(7)  # noqa: S311  (a seed, so that a failure can be told again)
    (passed,) = told()
    calls = [number for number, name in enumerate(passed) if name.startswith(MUST_CALL)]
    for at in (chance.choice(calls), *chance.sample(range(len(passed)), SAMPLED_POINTS)):
        told(at)


@pytest.mark.slow
def test_a_crash_at_every_point_loses_and_doubles_nothing() -> None:
    at = 0
    while len(told(at)[0]) > at:  # until the story ends before it comes to that point
        at += 1
    assert at > POINTS_AT_LEAST
