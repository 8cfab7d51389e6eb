"""Is a position believed exactly when it can be true?"""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.positions import Ping, PingLimits, Verdict, at_least_mps, judge
from tests.support.roadside import NOON

LIMITS = PingLimits()
METRE = 1 / 111_195
"""Of latitude, in degrees."""


def ping(seconds: float = 0, north_m: float = 0, accuracy_m: float = 0) -> Ping:
    return Ping(NOON + timedelta(seconds=seconds), 12.9716 + north_m * METRE, 77.5946, accuracy_m)


@pytest.mark.parametrize(
    ("taken_s", "verdict"),
    [
        (30, Verdict.NEWER),
        (30.001, Verdict.IN_FUTURE),
        (-900, Verdict.NEWER),
        (-900.001, Verdict.TOO_OLD),
    ],
)
def test_the_clock_may_be_a_little_ahead_and_the_network_a_little_late(taken_s: float, verdict: Verdict) -> None:
    assert judge(ping(taken_s), None, NOON, LIMITS) is verdict


@pytest.mark.parametrize(("accuracy_m", "verdict"), [(2_000, Verdict.NEWER), (2_000.1, Verdict.INACCURATE)])
def test_a_position_that_may_be_anywhere_is_none(accuracy_m: float, verdict: Verdict) -> None:
    assert judge(ping(accuracy_m=accuracy_m), None, NOON, LIMITS) is verdict


def test_one_place_per_instant() -> None:
    assert judge(ping(0, north_m=5), ping(0), NOON, LIMITS) is Verdict.AGAIN


@pytest.mark.parametrize(
    ("before_s", "now_s", "apart_m", "verdict"),
    [
        (0, 10, 690, Verdict.NEWER),
        (0, 10, 710, Verdict.JUMP),
        (10, 0, 690, Verdict.LATE),
        (10, 0, 710, Verdict.JUMP),
        (0, 0.1, 69, Verdict.NEWER),
        (0, 0.1, 71, Verdict.JUMP),
    ],
)
def test_nobody_drives_faster_than_70_m_a_second(
    before_s: float, now_s: float, apart_m: float, verdict: Verdict
) -> None:
    assert judge(ping(now_s, north_m=apart_m), ping(before_s), NOON + timedelta(seconds=20), LIMITS) is verdict


def test_what_both_may_be_wrong_by_is_no_speed() -> None:
    assert judge(ping(1, 500, accuracy_m=250), ping(0, 0, accuracy_m=200), NOON, LIMITS) is Verdict.NEWER
    assert judge(ping(1, 500, accuracy_m=50), ping(0, 0, accuracy_m=200), NOON, LIMITS) is Verdict.JUMP


def test_one_wrong_position_does_not_stop_those_after_it_for_long() -> None:
    wrong, right = ping(0, north_m=20_000), ping(240, north_m=0)
    assert judge(right, wrong, NOON + timedelta(minutes=5), LIMITS) is Verdict.JUMP
    assert judge(replace(right, taken_at=NOON + timedelta(seconds=290)), wrong, NOON, LIMITS) is Verdict.IN_FUTURE
    assert judge(ping(290), wrong, NOON + timedelta(seconds=290), LIMITS) is Verdict.NEWER


PINGS = st.builds(
    Ping,
    st.datetimes(NOON.replace(tzinfo=None), NOON.replace(tzinfo=None) + timedelta(hours=1)).map(
        lambda at: at.replace(tzinfo=NOON.tzinfo)
    ),
    st.floats(-90, 90),
    st.floats(-180, 180),
    st.floats(0, 5_000),
)


@given(PINGS, PINGS)
def test_speed_does_not_depend_on_which_came_first(one: Ping, other: Ping) -> None:
    assert at_least_mps(one, other) == pytest.approx(at_least_mps(other, one))
    assert at_least_mps(one, one) == 0


@given(PINGS, st.none() | PINGS, st.timedeltas(timedelta(0), timedelta(hours=1)))
def test_every_ping_is_judged(one: Ping, last: Ping | None, after: timedelta) -> None:
    verdict = judge(one, last, NOON + after, LIMITS)
    assert verdict is not Verdict.UNKNOWN_SHIFT
    if verdict is Verdict.LATE:
        assert last is not None
        assert one.taken_at < last.taken_at
