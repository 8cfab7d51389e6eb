"""Are simulated customers there when they were told, however the drives turn out?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.catalogue import Service
from interfaces.simulate.measures import measured
from interfaces.simulate.play import Played
from interfaces.simulate.script import Script
from tests.simulate.towns import EIGHT, call, crew, morning, played

POINTS = 3.0
"""How far coverage may be from what was told, in percent of the promises."""


def days(calls: int, noise: float) -> Played:
    """A call every four minutes, a quarter of an hour's work each, and enough crews."""
    drawn = [
        replace(each, at=EIGHT + timedelta(minutes=4 * n), drop=None, service=Service.FLAT_TYRE, work_s=900.0)
        for n, each in enumerate(replace(one, patience_s=None) for one in morning(calls))
    ]
    crews = [crew(f"crew {n}", km=n - 10) for n in range(20)]
    return played(drawn, crews, Script(travel_noise=noise, seed=2))


def coverage(story: Played) -> list[float]:
    told = measured(story)
    return [float(str(told[f"arrived_within_p{share}_percent"])) for share in (50, 80, 95)]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_over_two_thousand_promises_are_kept_as_often_as_was_told() -> None:
    story = days(2_200, 0.3)
    assert measured(story)["promises_scored"] == 2_200
    assert coverage(story) == pytest.approx([50, 80, 95], abs=POINTS)


def test_some_hundred_promises_are_kept_about_as_often_as_was_told() -> None:
    story = days(250, 0.3)
    assert coverage(story) == pytest.approx([50, 80, 95], abs=10)
    broken = [event for event in story.events if event.topic == "service_request.promise_broken"]
    kept = [event for event in story.events if event.topic == "service_request.promise_kept"]
    assert len(kept) + len(broken) == measured(story)["promises_scored"]
    assert len(broken) == measured(story)["promises_broken"]


def test_whom_nobody_keeps_waiting_is_told_what_comes_true() -> None:
    story = played([call("a")], [crew("c")])
    assert coverage(story)[1:] == [100, 100]
