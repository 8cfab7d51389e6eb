"""Does the simulated world do what it says: drives, work, patience, answers, shifts?"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from domain.catalogue import Service, VehicleClass
from domain.geography import points_apart_m
from interfaces.simulate.job import Job, Outcome
from interfaces.simulate.play import HOPELESS_AFTER, Played
from interfaces.simulate.script import Script
from tests.simulate.towns import EIGHT, STILL, call, crew, morning, near, only, played

NOISY = Script(
    decline_rate=0.4, silent_rate=0.2, answer_s=(5.0, 45.0), work_noise=0.3, travel_noise=0.3, jitter_s=60.0, seed=3
)
CREWS = [crew(f"crew {n}", km=3 * n) for n in range(4)]


def took_s(job: Job) -> float:
    assert job.arrived_at is not None
    assert job.departed_at is not None
    return (job.arrived_at - job.departed_at).total_seconds()


def test_one_call_is_driven_to_worked_on_and_over() -> None:
    job = only(played([call("a")], [crew("c")]))
    road_m = points_apart_m(near(0), near(5)) * 1.35
    assert job.outcome is Outcome.COMPLETED
    assert (job.provider_id, job.offers, job.assigned_at, job.departed_at) == ("c", 1, EIGHT, EIGHT)
    assert job.drive_m == pytest.approx(road_m)
    assert took_s(job) == pytest.approx(road_m / (35 / 3.6), abs=0.001)
    assert job.arrived_at is not None
    assert job.completed_at == job.arrived_at + timedelta(minutes=30)


def test_a_crew_stays_where_its_last_job_ended() -> None:
    first, second = played([call("a", km=5), call("b", after_min=120, km=5)], [crew("c")]).jobs
    assert first.drive_m > 6_000
    assert second.drive_m == 0
    assert second.arrived_at == second.call.at


def test_a_tow_ends_at_its_destination() -> None:
    first, second = played(
        [call("a", service=Service.TOW, drop=near(9)), call("b", after_min=240, km=9)], [crew("c")]
    ).jobs
    assert first.tow_m == pytest.approx(points_apart_m(near(5), near(9)) * 1.35)
    assert first.arrived_at is not None
    assert first.completed_at is not None
    assert first.completed_at - first.arrived_at > timedelta(minutes=30)
    assert second.drive_m == 0


def test_who_waits_too_long_goes_away_and_who_was_set_out_for_does_not() -> None:
    calls = [call("a", km=5), call("b", km=6, patience_s=1_800.0), call("c", km=6, patience_s=3_600.0)]
    a, b, c = played(calls, [crew("one")]).jobs
    assert (a.outcome, b.outcome, c.outcome) == (Outcome.COMPLETED, Outcome.EXPIRED, Outcome.COMPLETED)
    assert b.ended_at == EIGHT + timedelta(minutes=30)
    assert (b.provider_id, b.assigned_at) == ("", None)
    assert c.departed_at == a.completed_at


def test_patience_ends_after_the_last_chance_of_its_instant() -> None:
    a, b = played([call("a", km=0), call("b", km=0, patience_s=1_800.0)], [crew("one")]).jobs
    assert a.completed_at == EIGHT + timedelta(minutes=30)
    assert (b.outcome, b.departed_at) == (Outcome.COMPLETED, a.completed_at)


def test_whom_nobody_can_help_is_given_up_when_nothing_else_happens() -> None:
    lorry = call("a", vehicle_class=VehicleClass.TRUCK)
    story = played([lorry, call("b")], [crew("small", vehicle_classes=(VehicleClass.CAR,))])
    given_up, helped = story.jobs
    assert (given_up.outcome, helped.outcome) == (Outcome.CANCELLED, Outcome.COMPLETED)
    assert given_up.ended_at is not None
    assert helped.ended_at is not None
    assert given_up.ended_at - helped.ended_at >= HOPELESS_AFTER


def test_crews_work_their_hours_and_finish_what_they_do() -> None:
    nine, ten = EIGHT + timedelta(hours=1), EIGHT + timedelta(hours=2)
    calls = [call("early", patience_s=7_200.0), call("late", after_min=115), call("after", after_min=121)]
    story = played(calls, [crew("c", starts_at=nine, ends_at=ten)])
    early, late, after = story.jobs
    assert early.assigned_at == nine
    assert late.outcome is Outcome.COMPLETED
    assert late.completed_at is not None
    assert late.completed_at > ten
    assert after.outcome is Outcome.CANCELLED
    assert story.trucks[0].off_duty_at == late.completed_at


def test_who_says_no_is_not_asked_again_and_another_one_is() -> None:
    nobody = played([call("a")], CREWS, Script(decline_rate=1.0))
    assert only(nobody).outcome is Outcome.CANCELLED
    assert only(nobody).offers == len(CREWS)


def test_who_says_nothing_is_asked_until_the_customer_goes_away() -> None:
    job = only(played([call("a", patience_s=600.0)], [crew("c")], Script(silent_rate=1.0)))
    assert job.outcome is Outcome.EXPIRED
    assert job.offers == 21, "one each half-minute, the last at the very end"
    assert job.ended_at == EIGHT + timedelta(minutes=10)


def test_answers_take_their_time() -> None:
    job = only(played([call("a")], [crew("c")], Script(answer_s=(10.0, 20.0))))
    assert job.assigned_at is not None
    assert timedelta(seconds=10) <= job.assigned_at - job.call.at <= timedelta(seconds=20)


def test_noise_changes_what_things_take_and_not_what_they_take_on_average() -> None:
    calls = [call(f"{n}", after_min=100 * n, km=5 * (n % 2)) for n in range(120)]
    still, noisy = played(calls, [crew("c")]), played(calls, [crew("c")], Script(work_noise=0.3, travel_noise=0.3))
    factors = [took_s(b) / took_s(a) for a, b in zip(still.jobs, noisy.jobs, strict=True) if a.drive_m]
    assert sum(factors) / len(factors) == pytest.approx(1.0, abs=0.1)
    assert min(factors) < 0.8
    assert max(factors) > 1.2


def test_the_same_call_has_the_same_luck_whoever_else_there_is() -> None:
    luck = replace(NOISY, decline_rate=0.0)
    one = only(played([call("a")], [crew("c")], luck))
    two = played([call("a"), call("z", after_min=400)], [crew("c")], luck).jobs[0]
    assert one == two
    assert one.arrived_at != only(played([call("a")], [crew("c")], replace(luck, seed=4))).arrived_at


def overlaps(story: Played) -> list[tuple[str, str, str]]:
    """Jobs of one crew that were on at the same time, recomputed from what became of each call."""
    by_crew: dict[str, list[Job]] = defaultdict(list)
    for job in story.jobs:
        if job.provider_id:
            by_crew[job.provider_id].append(job)
    found = []
    for name, jobs in by_crew.items():
        jobs.sort(key=lambda job: job.assigned_at or EIGHT)
        for one, other in pairwise(jobs):
            if one.completed_at is None or other.assigned_at is None or other.assigned_at < one.completed_at:
                found.append((name, one.call.id, other.call.id))
    return found


@pytest.mark.parametrize("script", [STILL, NOISY], ids=["still", "noisy"])
def test_every_call_ends_once_and_no_crew_is_at_two_places(script: Script) -> None:
    calls = morning()
    story = played(calls, CREWS, script)
    assert Counter(job.call.id for job in story.jobs) == Counter(each.id for each in calls)
    assert all(job.outcome is not None for job in story.jobs)
    assert sum(job.outcome is Outcome.COMPLETED for job in story.jobs) > 10
    assert overlaps(story) == []
    for job in story.jobs:
        is_done = job.outcome is Outcome.COMPLETED
        assert (job.completed_at is not None) == (job.arrived_at is not None) == bool(job.provider_id) == is_done
        if job.call.patience_s is not None and job.departed_at is not None:
            assert job.departed_at - job.call.at <= timedelta(seconds=job.call.patience_s)


def test_the_log_is_whole_and_every_position_follows_the_one_before() -> None:
    events = played(morning(), CREWS, NOISY).events
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    reached: dict[object, int] = {}
    for event in events:
        assert event.version == reached.get(event.stream_id, event.version - 1) + 1
        reached[event.stream_id] = event.version
    assert [event.occurred_at for event in events] == sorted(event.occurred_at for event in events)
