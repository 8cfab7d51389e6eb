"""Does a job that runs have left what longer ones had left?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.matching.residual_life import COUNTS_AS, MOST_REMEMBERED, OVERDUE_S, ResidualLife

GUESS_S = 2_000.0
durations = st.lists(st.floats(1, 10_000), min_size=1, max_size=400)


@given(durations, st.floats(0, 12_000))
def test_it_is_the_mean_of_what_was_left_of_the_longer_ones(durations: list[float], elapsed_s: float) -> None:
    life = ResidualLife(GUESS_S)
    for work_s in durations:
        life.learn(work_s)
    known = durations[-MOST_REMEMBERED:] + [GUESS_S] * COUNTS_AS
    left = [work_s - elapsed_s for work_s in known if work_s > elapsed_s]
    assert life.remaining_s(elapsed_s) == pytest.approx(sum(left) / len(left) if left else OVERDUE_S)


def test_who_is_overdue_by_the_mean_is_not_promised_for_now() -> None:
    life = ResidualLife(GUESS_S)
    for minutes in range(15, 46):
        life.learn(minutes * 60.0)
    assert life.remaining_s(0) == pytest.approx((31 * 1_800 + 4 * 2_000) / 35)
    assert life.remaining_s(2_100) == pytest.approx(330)
    assert life.remaining_s(2_700) == OVERDUE_S
