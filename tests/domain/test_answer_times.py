"""Is an offer waited for as long as an answer to it is likelier to come next than one to another?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.answer_times import AnswerTimes

USUAL_S, MOST_S = 30.0, 90.0


def heard(answers_s: list[float], waits_s: float = USUAL_S) -> AnswerTimes:
    """What was learnt from offers that were out for so long, answered after these seconds if by then."""
    times = AnswerTimes()
    for answer_s in answers_s:
        times.learn(min(answer_s, waits_s), answered=answer_s < waits_s)
    return times


def spread(first_s: int, last_s: int, many: int) -> list[float]:
    """Answers evenly between two instants."""
    return [first_s + (last_s - first_s) * n / many for n in range(many)]


def test_that_who_is_new_is_waited_for_as_usual() -> None:
    assert AnswerTimes().waits_s(USUAL_S, MOST_S) == USUAL_S


def test_that_answers_that_keep_coming_are_waited_for() -> None:
    assert heard(spread(5, 45, 200)).waits_s(USUAL_S, MOST_S) > 45


def test_that_the_wait_ends_where_answers_end() -> None:
    told = spread(5, 45, 900) + [1_000.0] * 100

    assert heard(told, MOST_S).waits_s(USUAL_S, MOST_S) == 45


@pytest.mark.parametrize(
    "answers_s", [[0.0] * 500, [3.0] * 500, [1_000.0] * 500, spread(0, 20, 300) + [1_000.0] * 200], ids=str
)
def test_that_quick_and_silent_people_are_waited_for_as_usual(answers_s: list[float]) -> None:
    assert heard(answers_s).waits_s(USUAL_S, MOST_S) == USUAL_S


def test_that_people_may_change() -> None:
    times = heard(spread(5, 45, 2_000), MOST_S)
    for _ in range(4_000):
        times.learn(10.0, answered=True)
        times.learn(MOST_S, answered=False)

    assert times.waits_s(USUAL_S, MOST_S) == USUAL_S


@given(
    st.lists(st.tuples(st.floats(0, 400), st.booleans()), max_size=60),
    st.floats(1, 100),
    st.floats(0, 200),
)
def test_that_a_wait_is_within_its_bounds(told: list[tuple[float, bool]], least_s: float, more_s: float) -> None:
    times = AnswerTimes()
    for waited_s, answered in told:
        times.learn(waited_s, answered=answered)

    assert least_s <= times.waits_s(least_s, least_s + more_s) <= least_s + more_s
