"""Does an offer stand for as long as answers keep coming, tenant by tenant?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from application.dispatch.answering import LearntPatience
from application.dispatch.asking import Asking
from application.dispatch.board import AnsweredOffer
from domain.offer import DeclineReason
from domain.provider_terms import AnswersBy
from tests.dispatcher.test_asking import IDLE
from tests.support.roadside import NOON, some_id

USUAL, LONGER = timedelta(seconds=30), timedelta(seconds=90)


def answer(number: int, after_s: float) -> AnsweredOffer:
    """A yes or a no after so long; what would come after the lapse is a lapse."""
    within, accepted = after_s < USUAL.total_seconds(), number % 2 == 0
    return AnsweredOffer(
        tenant="demo",
        offer_id=some_id(number),
        provider_id=some_id(20),
        distance_m=1_000,
        price_minor=None,
        made_at=NOON,
        answered_at=NOON + min(USUAL, timedelta(seconds=after_s)),
        accepted=within and accepted,
        declined_for=DeclineReason.BUSY if within and not accepted else None,
    )


def test_that_slow_answers_are_waited_for_by_their_own_tenant() -> None:
    patience = LearntPatience()
    patience.learn(answer(n, 5 + n % 40) for n in range(200))

    assert USUAL < patience.answers_within(IDLE, Asking()) <= LONGER
    assert patience.answers_within(replace(IDLE, tenant="another"), Asking()) == USUAL


def test_that_nobody_who_is_silent_is_waited_for() -> None:
    patience = LearntPatience()
    patience.learn(answer(n, 1_000) for n in range(200))

    assert patience.answers_within(IDLE, Asking()) == USUAL


def test_that_a_limit_of_a_deployment_holds() -> None:
    patience = LearntPatience()
    patience.learn(answer(n, 5 + n % 40) for n in range(200))
    desk = replace(IDLE, engaged=replace(IDLE.engaged, answers_by=AnswersBy.DESK))

    assert patience.answers_within(IDLE, Asking(longest_answers_within=timedelta(seconds=35))) <= timedelta(seconds=35)
    assert patience.answers_within(IDLE, Asking(app_answers_within=timedelta(minutes=3))) == timedelta(minutes=3)
    assert patience.answers_within(desk, Asking()) == LONGER
