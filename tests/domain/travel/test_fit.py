"""Do finished drives teach what the town is like, and does dirt teach nothing?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from domain.refusal import BadInput
from domain.travel.fit import FEWEST, Drive, expected_of, is_believed, learn
from domain.travel.great_circle import GreatCircleTimes
from domain.travel.learned import NOTHING_LEARNED, BadLearnedDrives, LearnedDrives, learned_from_json
from tests.domain.travel.towns import MONDAY, drives, places, true_s


def off(learned: LearnedDrives, town: int, slow: str) -> float:
    """The mean share by which the true, noiseless drives of another fortnight are missed."""
    others, _ = drives(town, 2_000, seed=1)
    expected = expected_of(GreatCircleTimes(learned), others)
    truth = np.array([true_s(one, other, at, slow) for one, other, at, _ in others])
    return float(np.mean(np.abs(expected - truth) / truth))


def test_a_town_is_learned_from_its_drives() -> None:
    taught, slow = drives(7, 6_000)
    assert off(NOTHING_LEARNED, 7, slow) > 0.2
    assert off(learn(taught, NOTHING_LEARNED), 7, slow) < 0.06


def test_stops_for_coffee_teach_nothing() -> None:
    taught, slow = drives(7, 6_000, coffee=0.1)
    assert off(learn(taught, NOTHING_LEARNED), 7, slow) < 0.09


def test_few_drives_change_nothing() -> None:
    taught, _ = drives(7, FEWEST - 1)
    assert learn(taught, NOTHING_LEARNED) is NOTHING_LEARNED


def test_the_spread_is_that_of_drives_that_did_not_teach() -> None:
    taught, _ = drives(8, 12_000, noise=0.3)
    times = GreatCircleTimes(learn(taught, NOTHING_LEARNED))
    others, _ = drives(8, 3_000, noise=0.3, seed=1)
    expected, true = expected_of(times, others), np.array([drive.drive_s for drive in others])
    for share in (0.2, 0.5, 0.8, 0.95):
        assert np.mean(true <= times.spread.within_s(expected, share)) == pytest.approx(share, abs=0.03)


def test_the_same_drives_in_another_order_teach_the_same() -> None:
    taught, _ = drives(9, 1_000)
    assert learn(taught, NOTHING_LEARNED).version == learn(taught[::-1], NOTHING_LEARNED).version


def test_what_was_no_drive_is_not_believed() -> None:
    one, other = places(1, 2)
    good = Drive(one, other, MONDAY, 1_200.0)
    assert is_believed(good)
    for bad in (
        good._replace(to_cell=one),
        good._replace(drive_s=5.0),
        good._replace(drive_s=float("nan")),
        good._replace(drive_s=40_000.0),
        good._replace(drive_s=60.0),
        good._replace(from_cell="8a2a1072b59ffff0"),
    ):
        assert not is_believed(bad)


def test_what_was_learned_survives_being_written_down() -> None:
    learned = learn(drives(7, 500)[0], LearnedDrives(time_zone="Asia/Kolkata"))
    again = learned_from_json(learned.as_json())
    assert again == learned
    assert again.version == learned.version


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ('"format":1', '"format":2'),
        ('"detour":1.35', '"detour":0.1'),
        ('"kmh":35.0', '"kmh":"fast"'),
        ('"time_zone":"UTC"', '"time_zone":"Mars/Olympus"'),
        ('"hours":[0.0,', '"hours":['),
        ('"hours":[0.0,', '"hours":[99.0,'),
        ('"hours":[0.0,', '"hours":[NaN,'),
        ('"zones_from":{}', '"zones_from":{"nowhere":0.1}'),
        ('"drives":0', '"drives":0,"more":1'),
        ('"spread":{', '"spread":[{'),
    ],
)
def test_what_is_not_what_drives_teach_is_refused(part: str, other: str) -> None:
    text = NOTHING_LEARNED.as_json()
    assert part in text
    with pytest.raises(BadLearnedDrives):
        learned_from_json(text.replace(part, other, 1))


def test_what_is_no_object_is_refused() -> None:
    for text in ("", "[]", "null", "{}"):
        with pytest.raises(BadInput):
            learned_from_json(text)


def test_the_week_is_told_apart_from_the_day() -> None:
    one, other = places(1, 2)
    sunday = replace(NOTHING_LEARNED, week=(*[0.0] * 144, *[0.5] * 24))
    times = GreatCircleTimes(sunday)
    weekday, holiday = (times.drive_s([one], [other], MONDAY + timedelta(days=day))[0, 0] for day in (0, 6))
    assert holiday == pytest.approx(weekday * np.exp(0.5))
