"""Does a search go from ring to ring, and in the end everywhere?"""

from datetime import timedelta

from application.search_plan import Ring, SearchPlan
from tests.support.roadside import NOON

PLAN = SearchPlan(radii_m=(5_000, 20_000), widens_after=timedelta(seconds=10), repeats_after=timedelta(seconds=60))
SOON, LATER = NOON + timedelta(seconds=10), NOON + timedelta(seconds=60)


def test_it_begins_near() -> None:
    assert PLAN.first(NOON) == Ring(5_000, SOON)


def test_it_goes_farther_and_then_everywhere() -> None:
    assert PLAN.after(5_000, NOON) == Ring(20_000, SOON)
    assert PLAN.after(20_000, NOON) == Ring(None, LATER)
    assert PLAN.after(None, NOON) == Ring(None, LATER)


def test_a_radius_of_an_older_plan_finds_its_next() -> None:
    assert PLAN.after(7_000, NOON) == Ring(20_000, SOON)
    assert PLAN.after(90_000, NOON) == Ring(None, LATER)


def test_without_rings_it_is_everywhere_at_once() -> None:
    assert SearchPlan(radii_m=(), repeats_after=timedelta(seconds=60)).first(NOON) == Ring(None, LATER)
