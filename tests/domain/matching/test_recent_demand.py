"""Is the next hour foretold as the last one was?"""

import pytest

from domain.matching.recent_demand import FEWEST, LOOKS_BACK_S, MOST_REMEMBERED, STANDS_FOR, Call, RecentDemand


def calls(many: int, every_s: float) -> RecentDemand:
    demand = RecentDemand()
    for n in range(many):
        demand.see(Call(n * every_s, 12.9, 77.6, n))
    return demand


def test_before_there_were_enough_nothing_is_foretold() -> None:
    demand = calls(FEWEST - 1, 60)
    assert demand.per_s(600) == 0
    assert demand.latest(600) == ()


def test_the_rate_is_that_of_the_last_hour() -> None:
    demand = calls(400, 30)
    assert demand.per_s(399 * 30) == pytest.approx(1 / 30)
    assert demand.per_s(399 * 30 + LOOKS_BACK_S / 2) == pytest.approx(1 / 60)
    assert demand.per_s(399 * 30 + LOOKS_BACK_S) == 0


def test_the_last_ones_stand_for_the_next() -> None:
    slow, fast = calls(100, 600), calls(1_000, 30)
    assert [call.needs for call in slow.latest(99 * 600)] == list(range(99, 99 - STANDS_FOR, -1))
    assert [call.needs for call in fast.latest(999 * 30)] == list(range(999, 999 - 120, -1))
    assert len(calls(1_000, 1).latest(999)) == MOST_REMEMBERED
