"""Does the comparison of policies hold the challenger to its bars, and draw what was measured?"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from application.dispatch.policies.names import PolicyName
from interfaces.bench.dispatch import LIMITS, MEAN, P90, BadChoice, asked_for, bars
from interfaces.bench.dispatch_plot import plot_of
from interfaces.bench.trials import SETTINGS
from interfaces.simulate.measures import Figure

OURS, THEIRS = PolicyName.ASSIGNMENT, PolicyName.LOOK_AHEAD


def run(p90: float, mean: float, within: float = 90.0) -> dict[str, Figure]:
    return {P90: p90, MEAN: mean, "arrived_within_30_min_percent": within, "expired_percent": 0.2}


def test_every_case_has_its_bars() -> None:
    assert set(LIMITS) == set(SETTINGS)


def test_the_challenger_is_held_to_its_bars_over_all_runs() -> None:
    theirs = [run(30.0, 15.0, 88.0), run(40.0, 17.0, 86.0)]
    better = bars(OURS, {"blizzard-20": {OURS: [run(28.0, 14.0), run(37.0, 16.0)], THEIRS: theirs}})
    assert [bar["ok"] for bar in better] == [True] * 4
    same = bars(OURS, {"blizzard-20": {OURS: theirs, THEIRS: theirs}})
    assert [bar["ok"] for bar in same] == [False, False, False, True]
    assert bars(OURS, {"blizzard-20": {OURS: theirs}}) == []


def test_what_there_is_not_is_refused_by_name() -> None:
    with pytest.raises(BadChoice, match="wishes: there are nearest_first_come"):
        asked_for(Path(), "look_ahead,wishes", "", 1, 1, 1)
    with pytest.raises(BadChoice, match="heatwave: there are blizzard-20"):
        asked_for(Path(), "", "heatwave", 1, 1, 1)


def test_the_plot_shows_every_policy_of_every_case() -> None:
    told = {P90: {"mean": 30.0, "deviation": 1.0}, MEAN: {"mean": 15.0, "deviation": 0.5}}
    drawn = plot_of({"blizzard-20": {"assignment": told, "look_ahead": told}})
    words = [each.text for each in ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314  our own
    assert {"blizzard-20", "assignment", "look_ahead", "30.0 / 15.0"} <= set(words)
