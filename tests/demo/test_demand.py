"""Do the demo city's customers call as often, when and for what its parameters say, and nobody twice?"""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.demo.companies import COMPANIES
from interfaces.demo.demand import BY_HOUR, BY_WEEKDAY, MIX, NOT_FOR_TWO_WHEELERS, TOWS, VEHICLES, Demand, poisson
from interfaces.demo.places import WHOLE_CITY, inside

# A Monday in a dry month, at midnight in Bengaluru.
MONDAY = datetime(2026, 1, 4, 18, 30, tzinfo=UTC)
WEEK = timedelta(days=7)
DEMAND = Demand(seed=1, every_s=60)


def test_over_a_dry_week_there_is_a_call_as_often_as_asked_for() -> None:
    calls = DEMAND.between(MONDAY, MONDAY + WEEK)
    assert len(calls) == pytest.approx(WEEK.total_seconds() / 60, rel=0.03)
    assert len({call.key for call in calls}) == len(calls)
    assert [call.at for call in calls] == sorted(call.at for call in calls)


def test_peaks_weekends_and_the_monsoon_are_felt() -> None:
    def mean(day: int, hour: int, month: int = 1) -> float:
        return DEMAND.calls_per_minute((MONDAY + timedelta(days=day, hours=hour)).replace(month=month))

    assert mean(0, 19) > 5 * mean(0, 3)
    assert mean(0, 9) > mean(6, 9)
    assert mean(0, 9, month=7) > mean(0, 9, month=2)
    assert sum(BY_HOUR) == pytest.approx(24)
    assert sum(BY_WEEKDAY) == pytest.approx(7)


def test_shares_add_up_and_show() -> None:
    assert sum(weight for _, weight in MIX) == sum(weight for _, weight in VEHICLES) == 100
    calls = DEMAND.between(MONDAY, MONDAY + WEEK)
    share = Counter(call.service for call in calls)
    assert 0.24 < share["battery_jump"] / len(calls) < 0.31
    assert set(share) == {service for service, _ in MIX}
    assert 0.4 < sum(call.pays_by_wallet for call in calls) / len(calls) < 0.7
    assert 0 < sum(call.sos for call in calls) / len(calls) < 0.05


def test_everyone_stands_in_the_city_and_asks_for_what_fits() -> None:
    for call in DEMAND.between(MONDAY, MONDAY + WEEK):
        assert inside(call.place, WHOLE_CITY.corners), call
        assert (call.drop is not None) == (call.service in TOWS)
        assert not (call.vehicle_class == "two_wheeler" and call.service in NOT_FOR_TWO_WHEELERS)
        assert (call.fuel == "electric") or call.service != "ev_charge"


def test_somebody_can_do_every_job() -> None:
    asked = {(call.service, call.vehicle_class == "truck") for call in DEMAND.between(MONDAY, MONDAY + WEEK)}
    for service, heavy in asked:
        able = [one for one in COMPANIES if service in one.capabilities and (one.is_heavy or not heavy)]
        assert len(able) >= 3, (service, heavy)


@given(st.lists(st.integers(1, 3_600), min_size=1, max_size=6))
def test_however_the_time_is_cut_the_calls_are_the_same(steps: list[int]) -> None:
    at, found = MONDAY, []
    for step in steps:
        found += DEMAND.between(at, at + timedelta(seconds=step))
        at += timedelta(seconds=step)
    assert found == DEMAND.between(MONDAY, at)


def test_another_seed_is_another_day() -> None:
    other = Demand(seed=2, every_s=60).between(MONDAY, MONDAY + timedelta(hours=2))
    assert [call.place for call in other] != [
        call.place for call in DEMAND.between(MONDAY, MONDAY + timedelta(hours=2))
    ]


def test_counts_are_those_of_poisson() -> None:
    assert poisson(2.0, 0.0) == 0
    assert poisson(2.0, 0.1353) == 0
    assert poisson(2.0, 0.1354) == 1
    assert poisson(0.0, 0.999999) == 0
    drawn = [poisson(2.0, (number + 0.5) / 10_000) for number in range(10_000)]
    assert sum(drawn) / 10_000 == pytest.approx(2.0, rel=0.01)


def test_the_opening_calls_come_at_once_and_have_keys_of_their_own() -> None:
    opening = DEMAND.opening(MONDAY, 5)
    assert len({call.key for call in opening}) == 5
    assert opening[-1].at - MONDAY < timedelta(seconds=10)
