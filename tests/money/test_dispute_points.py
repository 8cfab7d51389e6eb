"""Wherever our side is interrupted while it answers a bank: is the answer given once, and the money booked once?

The points are not listed by anybody: whatever passes a port while the story is told is one.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from application.answer_dispute import AnswerDispute, contest_dispute
from application.dispute_errands import DisputeErrands
from application.engine import Engine
from application.log import CommandContext, fingerprint_of
from domain import ledger
from domain.dispute import Dispute
from domain.dispute_terms import DisputeState, dispute_id
from infra.razorpay.news import event_id_of
from interfaces.worker.letters import Letters
from tests.application.disputed import ORDER, Disputed
from tests.money.line_board import LineBoard
from tests.support.crash_points import AFTER, Crash, CrashPoints, watched
from tests.support.razorpay import standing_in
from tests.support.roadside import DESK_ACTOR, TENANT, some_id
from tests.support.trade import HELP_TOTAL

SAMPLED_POINTS = 3
POINTS_AT_LEAST = 30
MUST_PASS = ("log.append", "inbox.take", "inbox.done", "disputes.dispute")
MUST_CALL = ("disputes.upload_document", "disputes.contest_dispute")
MOST_TURNS = 30


class Life:
    """Our side, from its start to its end or crash, over what a world keeps."""

    def __init__(self, world: Disputed, raised: str, points: CrashPoints) -> None:
        self.world, self.raised = world, raised
        self.engine = Engine(watched(world.log, "log", points, {"append"}), world.aggregates)
        desk = watched(world.desk, "disputes", points)
        self.errands = DisputeErrands(self.engine, world.aggregates, desk, world.evidence)
        self.inbox = watched(world.inbox, "inbox", points, {"keep", "take", "done"})
        board: Any = LineBoard(world.events, TENANT)
        nothing: Any = None
        self.letters = Letters(self.inbox, board, world.orders, board, nothing, None, self.errands)

    async def live(self, first: int) -> int:
        """Turn after turn until the bank has decided, and we know."""
        for number in range(first, first + MOST_TURNS):
            if await self._turn(number):
                return number
        raise AssertionError("not over")

    async def _turn(self, number: int) -> bool:
        at = self.world.then + timedelta(minutes=number)
        for each in self.world.stand_in.post():
            if self.raised in each["body"]:
                body = each["body"].encode()
                await self.inbox.keep("razorpay", event_id_of(each["event_id"], body), body)
        for name in await self.world.inbox.waiting(100):
            for letter in await self.inbox.take([name]):
                await self.letters.fold(letter, at)
        wanted = dispute_id(ORDER, self.raised)
        dispute = await self.world.aggregates.load(Dispute, TENANT, wanted)
        if dispute is None or dispute.is_over:
            return dispute is not None
        if dispute.is_asked and dispute.operation_id is not None:
            await self.errands.contest(TENANT, wanted, dispute.operation_id, at)
        elif dispute.wants_answer and dispute.draft is not None:
            asked = AnswerDispute(DESK_ACTOR, wanted, at)
            context = CommandContext(TENANT, DESK_ACTOR.text, "contest", fingerprint_of("c"), some_id(99), at)
            await self.engine.run(context, lambda work: contest_dispute(asked, work))
        elif dispute.status is DisputeState.UNDER_REVIEW:
            self.world.stand_in.play(f"/disputes/{self.raised}", status="lost")
        await self.errands.look_after(TENANT, wanted, at)
        return False


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
            turn = await Life(world, raised, points).live(turn) + 1
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
