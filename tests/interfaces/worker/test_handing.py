"""Does what was found reach somebody, also where no Redis takes messages, and is nobody told of it without end?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from infra.worker.board import Operation
from interfaces.worker.handing import LETTERS_TOGETHER, ROUNDS_ALONE, ManyHands, Resting
from tests.support.roadside import NOON

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from infra.webhooks.inbox import LetterName

pytestmark = pytest.mark.anyio

SOME = [Operation("demo", UUID(int=number)) for number in range(3)]
NAMES = [("razorpay", f"event-{number}") for number in range(LETTERS_TOGETHER + 1)]


class Own:
    """The hands of whoever found it."""

    def __init__(self) -> None:
        self.did: list[object] = []

    async def carry_out(self, operations: Sequence[Operation], _at: datetime) -> None:
        self.did += operations

    async def fold(self, names: Sequence[LetterName], _at: datetime) -> None:
        self.did += names


class Queue:
    """Takes messages, or does not."""

    def __init__(self) -> None:
        self.took: list[object] = []
        self.is_away = False

    def send(self, message: object) -> None:
        if self.is_away:
            raise ConnectionError
        self.took.append(message)


async def test_messages_are_sent_while_they_are_taken_and_the_work_is_done_while_not() -> None:
    own, queue = Own(), Queue()
    hands = ManyHands(queue.send, queue.send, own, (OSError,))
    await hands.carry_out(SOME, NOON)
    await hands.fold(NAMES, NOON)
    assert (queue.took, own.did) == ([*SOME, NAMES[:LETTERS_TOGETHER], NAMES[LETTERS_TOGETHER:]], [])
    queue.is_away = True
    await hands.carry_out(SOME, NOON)
    assert own.did == SOME
    queue.is_away, queue.took = False, []
    for _ in range(ROUNDS_ALONE):
        await hands.carry_out(SOME, NOON)
    assert (queue.took, len(own.did)) == ([], len(SOME) * (ROUNDS_ALONE + 1))
    await hands.carry_out(SOME, NOON)
    assert queue.took == SOME


async def test_nothing_is_sent_for_nothing() -> None:
    own, queue = Own(), Queue()
    hands = ManyHands(queue.send, queue.send, own, (OSError,))
    await hands.carry_out([], NOON)
    await hands.fold([], NOON)
    assert (queue.took, own.did) == ([], [])


def test_what_is_found_again_rests_longer_each_time_and_is_forgotten_when_it_is_over() -> None:
    resting: Resting[str] = Resting(timedelta(seconds=1), timedelta(seconds=4))
    handed = [second for second in range(20) if resting.due(["a"], NOON + timedelta(seconds=second))]
    assert handed == [0, 1, 3, 7, 11, 15, 19]
    assert resting.due(["a", "b"], NOON + timedelta(seconds=20)) == ["b"]
    assert resting.due([], NOON + timedelta(seconds=20)) == []
    assert resting.due(["a"], NOON + timedelta(seconds=20)) == ["a"]
