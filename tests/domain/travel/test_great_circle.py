"""Do drive times follow from places, hour and what was learned, for all pairs as for each?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from domain.geography import BadCell, cell_of, distance_m
from domain.travel.fit import learn
from domain.travel.great_circle import GreatCircleTimes
from domain.travel.learned import LearnedDrives
from tests.domain.travel.towns import MONDAY, drives, places


def test_untaught_it_is_the_yardstick() -> None:
    cells = places(1, 40)
    table = GreatCircleTimes().drive_s(cells[:10], cells[10:], MONDAY)
    for row, one in enumerate(cells[:10]):
        for column, other in enumerate(cells[10:]):
            assert table[row, column] == pytest.approx(distance_m(one, other) * 1.35 / (35 / 3.6), abs=0.1)


def test_no_drive_takes_no_time() -> None:
    (cell,) = places(1, 1)
    assert GreatCircleTimes().drive_s([cell], [cell], MONDAY)[0, 0] == 1.0


def test_all_pairs_and_each_pair_agree_to_the_last_bit_and_any_order() -> None:
    learned = learn(drives(3, 3_000)[0], LearnedDrives())
    cells = places(4, 60)
    at = MONDAY + timedelta(hours=8)
    table = GreatCircleTimes(learned).drive_s(cells[:20], cells[20:], at)
    other = GreatCircleTimes(learned)
    other.drive_s(cells[::-1], cells, at)
    again = other.drive_s(cells[:20], cells[20:], at)
    pairs = [(row, column) for row in range(20) for column in range(40)]
    each = other.pairs_s([cells[row] for row, _ in pairs], [cells[20 + column] for _, column in pairs], at)
    assert np.array_equal(table, again)
    assert np.array_equal(table.ravel(), each)
    rows, columns = np.array(pairs).T
    assert np.array_equal(table.ravel(), other.picked_s(cells[:20], cells[20:], rows, columns, at))


def test_the_way_over_the_date_line_is_short() -> None:
    west, east = cell_of(-16.5, 179.999), cell_of(-16.5, -179.999)
    assert GreatCircleTimes().drive_s([west], [east], MONDAY)[0, 0] < 60


def test_hours_are_those_of_the_town() -> None:
    slow_at_eight = tuple(1.0 if hour == 8 else 0.0 for hour in range(24))
    learned = LearnedDrives(time_zone="Asia/Kolkata", hours=slow_at_eight)
    one, other = places(2, 2)
    at_eight = MONDAY + timedelta(hours=2, minutes=45)
    seconds = GreatCircleTimes(learned).drive_s([one], [other], at_eight)[0, 0]
    assert seconds == pytest.approx(np.e * GreatCircleTimes().drive_s([one], [other], at_eight)[0, 0])


def test_more_places_than_it_keeps_are_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("domain.travel.great_circle.MOST_PLACES", 30)
    cells = places(5, 90)
    times = GreatCircleTimes()
    for start in range(0, 90, 10):
        few = cells[start : start + 10]
        assert np.array_equal(times.drive_s(few, few, MONDAY), GreatCircleTimes().drive_s(few, few, MONDAY))


def test_a_cell_that_is_none_is_refused() -> None:
    with pytest.raises(BadCell):
        GreatCircleTimes().drive_s(["here"], places(1, 1), MONDAY)
    with pytest.raises(ValueError, match="destination"):
        GreatCircleTimes().pairs_s(places(1, 2), places(1, 1), MONDAY)
    with pytest.raises(IndexError, match="1 places"):
        GreatCircleTimes().picked_s(places(1, 1), places(1, 1), np.array([0]), np.array([1]), MONDAY)


def test_the_version_follows_from_every_number() -> None:
    learned = LearnedDrives()
    assert GreatCircleTimes(learned).version == GreatCircleTimes(LearnedDrives()).version
    assert GreatCircleTimes(replace(learned, kmh=36.0)).version != GreatCircleTimes(learned).version
