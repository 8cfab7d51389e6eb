"""Which version is in effect, and how far back and ahead may one be dated?"""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.timeline import MOST_VERSIONS, BadEffect, Dated, Timeline, TooManyVersions, check_effect
from tests.support.roadside import NOON


def after(hours: int) -> datetime:
    return NOON + timedelta(hours=hours)


def test_a_version_is_in_effect_from_its_instant_on() -> None:
    timeline = Timeline([Dated(after(1), 1, "one"), Dated(after(3), 2, "two"), Dated(after(5), 3, None)])
    told = [timeline.value_at(after(hours)) for hours in range(7)]
    assert told == [None, "one", "one", "two", "two", None, None]
    assert timeline.at(after(0)) is None
    assert timeline.at(after(5)) == Dated(after(5), 3, None)


def test_a_later_version_may_come_before_one_that_was_announced() -> None:
    timeline = Timeline([Dated(after(1), 1, "one"), Dated(after(5), 2, "announced"), Dated(after(3), 3, "between")])
    assert [timeline.value_at(after(hours)) for hours in (1, 3, 5)] == ["one", "between", "announced"]


def test_of_two_that_begin_together_the_later_counts() -> None:
    assert Timeline([Dated(after(1), 1, "one"), Dated(after(1), 2, "two")]).value_at(after(1)) == "two"


def test_every_version_can_be_found_again() -> None:
    timeline = Timeline([Dated(after(5), 1, "one"), Dated(after(3), 2, "two")])
    assert timeline.of_version(1) == Dated(after(5), 1, "one")
    assert timeline.of_version(3) is None
    assert [entry.version for entry in timeline.entries] == [2, 1]


@given(st.lists(st.integers(0, 5), max_size=8), st.integers(-1, 6))
def test_it_agrees_with_looking_at_all_of_them(begins: list[int], hour: int) -> None:
    entries = [Dated(after(begin), number + 1, number) for number, begin in enumerate(begins)]
    begun = [entry for entry in entries if entry.effective_from <= after(hour)]
    latest = max(begun, key=lambda entry: (entry.effective_from, entry.version), default=None)
    assert Timeline(entries).at(after(hour)) == latest


@pytest.mark.parametrize("apart", [timedelta(days=-1), timedelta(), timedelta(days=366)])
def test_a_day_back_and_a_year_ahead_are_allowed(apart: timedelta) -> None:
    check_effect(NOON + apart, NOON, 0)


@pytest.mark.parametrize("apart", [timedelta(days=-1, microseconds=-1), timedelta(days=366, microseconds=1)])
def test_further_is_refused(apart: timedelta) -> None:
    with pytest.raises(BadEffect):
        check_effect(NOON + apart, NOON, 0)


def test_one_thing_changes_so_often_and_no_more() -> None:
    check_effect(NOON, NOON, MOST_VERSIONS - 1)
    with pytest.raises(TooManyVersions):
        check_effect(NOON, NOON, MOST_VERSIONS)
