"""Does a leader go on speaking while its policy thinks, for however long that takes?"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from application.dispatch.deciding import at_once, on_a_thread
from application.dispatch.policies.nearest_first_come import NearestFirstCome
from application.dispatch.rounds import Rounds
from infra.dispatch import seat
from tests.dispatcher.city import City, near

if TYPE_CHECKING:
    from application.dispatch.deciding import Deciding
    from application.dispatch.snapshot import Plan, Snapshot

pytestmark = pytest.mark.anyio

NEVER_S = 20.0
"""A leader that has said nothing in this time never will."""


class Listening:
    """In place of the connection: whether the leader speaks."""

    def __init__(self) -> None:
        self.was_heard = threading.Event()

    async def execute(self, _query: str) -> None:
        self.was_heard.set()


class Slow(NearestFirstCome):
    """Thinks until the leader was heard, or no longer than that many seconds."""

    def __init__(self, ear: Listening, at_most_s: float) -> None:
        super().__init__()
        self._ear, self._at_most_s = ear, at_most_s
        self.heard: list[bool] = []

    def decide(self, snapshot: Snapshot) -> Plan:
        self.heard.append(self._ear.was_heard.wait(self._at_most_s))
        return super().decide(snapshot)


async def _offered(deciding: Deciding, at_most_s: float) -> list[bool]:
    city, ear = City(), Listening()
    _, shift_id = await city.on_duty(near(1))
    request_id = await city.calls()
    slow = Slow(ear, at_most_s)
    judgement = replace(city.judgement, policy=slow)
    rounds = Rounds(
        city.board, city.engine, city.limits, city.told, city.rules, judgement=judgement, deciding=deciding
    )  # fmt: skip
    await seat.keep_lead(cast("seat.Connection", ear), rounds.round(city.now))
    assert city.live_offer(request_id).shift_id == shift_id, "and what it thought is done"
    return slow.heard


async def test_a_policy_that_thinks_for_long_does_not_silence_the_leader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seat, "SPEAK_S", 0.01)
    assert await _offered(on_a_thread, NEVER_S) == [True]


async def test_one_that_thinks_at_once_would(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seat, "SPEAK_S", 0.01)
    assert await _offered(at_once, 0.05) == [False]


async def test_what_a_policy_raises_on_its_thread_ends_the_round() -> None:
    city = City()
    await city.on_duty(near(1))
    await city.calls()

    class Failing(NearestFirstCome):
        def decide(self, snapshot: Snapshot) -> Plan:
            raise ArithmeticError(len(snapshot.searches))

    judgement = replace(city.judgement, policy=Failing())
    rounds = Rounds(city.board, city.engine, city.limits, city.told, judgement=judgement, deciding=on_a_thread)
    with pytest.raises(ArithmeticError):
        await rounds.round(city.now)
