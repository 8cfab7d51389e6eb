"""Does the search for a booked hour begin so early that somebody is there at the hour, and no earlier?"""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.booking_lead import LeadTerms, release_for, replanned
from tests.support.roadside import NOON

TERMS = LeadTerms()
HOUR = NOON + timedelta(hours=2)


def before(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("drives_min", "lead_min"),
    [
        ((), 45),
        ((20,), 27),
        ((5, 10, 20), 27),
        ((20, 10, 5, 60, 90), 27),
        ((1, 1, 1), 15),
        ((300,), 90),
    ],
)
def test_the_lead_is_the_third_nearest_drive_and_a_little(drives_min: tuple[float, ...], lead_min: float) -> None:
    assert release_for(HOUR, [60 * each for each in drives_min], TERMS) == HOUR - before(lead_min)


def test_a_plan_is_changed_for_five_minutes_and_not_for_less() -> None:
    planned = HOUR - before(45)
    assert replanned(HOUR, planned, [20 * 60], NOON, TERMS) == HOUR - before(27)
    assert replanned(HOUR, HOUR - before(30), [20 * 60], NOON, TERMS) is None


def test_what_is_late_begins_at_once_and_what_is_due_or_frozen_is_left_alone() -> None:
    at = HOUR - before(50)
    assert replanned(HOUR, HOUR - before(30), [60 * 60], at, TERMS) == at
    assert replanned(HOUR, HOUR - before(15), [60 * 60], HOUR - before(15), TERMS) is None
    assert replanned(HOUR, at, [60 * 60], at, TERMS) is None


@given(st.lists(st.floats(0, 1e6), max_size=6), st.integers(0, 119), st.integers(15, 90))
def test_a_plan_lies_ahead_and_before_the_frozen_quarter(drives_s: list[float], minute: int, lead: int) -> None:
    at, planned = NOON + before(minute), HOUR - before(lead)
    instead = replanned(HOUR, planned, drives_s, at, TERMS)
    assert instead is None or max(at, HOUR - TERMS.longest) <= instead <= HOUR - TERMS.frozen_before
