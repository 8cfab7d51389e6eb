"""Do people of the demo city behave as the guide says, the same for the same seed?"""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from interfaces.demo.demand import MIX
from interfaces.demo.manners import BREAK_S, THINK_S, WORK_MIN, DemoManners, drive_s, kmh_at
from interfaces.demo.places import moved
from interfaces.simulation.job import Job

MANNERS = DemoManners(seed=1)
OFFERS = [f"off_{number}" for number in range(4_000)]
# One in the morning and six in the evening, in Bengaluru.
NIGHT = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
EVENING = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
BREAKDOWN = (12.97, 77.59)


def job(state: str, **row: Any) -> Job:
    told = {"state": state, "service": "tow", "updated_at": EVENING.isoformat(), "quote": {"version": 1}, **row}
    return Job({"request_id": "req_1", "distance_m": 2_500}, told, BREAKDOWN, moved(BREAKDOWN, 5_000, 0))


def test_offers_are_taken_declined_and_ignored_in_the_shares_that_are_written_down() -> None:
    share = Counter(MANNERS.answer(offer) for offer in OFFERS)
    assert share["accept"] / len(OFFERS) == pytest.approx(0.77, abs=0.03)
    assert share["decline"] / len(OFFERS) == pytest.approx(0.15, abs=0.03)
    assert [MANNERS.answer(offer) for offer in OFFERS] == [DemoManners(seed=1).answer(offer) for offer in OFFERS]
    assert [MANNERS.answer(offer) for offer in OFFERS] != [DemoManners(seed=2).answer(offer) for offer in OFFERS]
    assert all(THINK_S[0] <= MANNERS.think_s(offer) <= THINK_S[1] for offer in OFFERS)
    assert sum(MANNERS.gives_back(offer) for offer in OFFERS) / len(OFFERS) == pytest.approx(0.03, abs=0.015)
    reasons = {MANNERS.decline_reason(offer) for offer in OFFERS}
    assert reasons == {"too_far", "busy", "shift_ending", "other"}


def test_a_way_takes_longer_in_the_evening() -> None:
    assert kmh_at(NIGHT) > 2 * kmh_at(EVENING)
    assert drive_s(5_000, EVENING) > 2 * drive_s(5_000, NIGHT)


def test_no_truck_is_faster_than_a_position_may_be() -> None:
    """At the default speed of the demo, on the straight way that its positions show."""
    fastest_mps = 10 * 10_000 / drive_s(10_000, NIGHT)
    assert fastest_mps < 70


def test_every_step_of_a_job_takes_its_time() -> None:
    assert MANNERS.takes_s("en_route", job("en_route")) == drive_s(2_500, EVENING)
    assert MANNERS.takes_s("in_transit", job("in_transit")) == pytest.approx(drive_s(5_000, EVENING), rel=0.01)
    least, most = WORK_MIN["tow"]
    assert 60 * least <= MANNERS.takes_s("in_service", job("in_service")) <= 60 * most
    assert 60 * least <= MANNERS.takes_s("on_scene", job("on_scene", quote=None)) <= 60 * most
    assert 60 <= MANNERS.takes_s("on_scene", job("on_scene")) <= 180
    assert set(WORK_MIN) == {service for service, _ in MIX}


def test_customers_change_their_mind_and_rate_as_often_as_written_down() -> None:
    minds = [MANNERS.changes_mind_after_s(each) for each in OFFERS]
    assert sum(mind is not None for mind in minds) / len(OFFERS) == pytest.approx(0.06, abs=0.02)
    assert all(240 <= mind <= 1_500 for mind in minds if mind is not None)
    assert sum(not MANNERS.wants_it(each) for each in OFFERS) / len(OFFERS) == pytest.approx(0.05, abs=0.02)
    stars = Counter(MANNERS.stars(each, "customer") for each in OFFERS)
    assert stars[None] / len(OFFERS) == pytest.approx(0.3, abs=0.03)
    assert set(stars) == {None, 1, 2, 3, 4, 5}
    assert stars[5] > stars[4] > stars[3]
    assert {MANNERS.changed_mind(each) for each in OFFERS} == {"no_longer_needed", "took_too_long", "other"}


def test_crews_rest_and_go_home() -> None:
    assert 6 * 3_600 <= MANNERS.shift_s("shf_1") <= 10 * 3_600
    assert BREAK_S[0] <= MANNERS.break_s("req_1") <= BREAK_S[1]
    assert 0.05 < sum(MANNERS.takes_break(each) for each in OFFERS) / len(OFFERS) < 0.11
    assert MANNERS.off_duty_s("shf_1") >= 1_200
