"""Are drives of a day that nobody has seen foretold from the four days before it?"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from domain.travel.fit import Drive, expected_of, learn
from domain.travel.great_circle import GreatCircleTimes
from domain.travel.learned import LearnedDrives
from infra.travel.drive_files import BadDrives, read_drives, read_trips
from tests.domain.travel.towns import MONDAY, places

TOWN = "America/Los_Angeles"


def test_cab_trips_of_the_fifth_day_are_told_within_23_percent_of_a_quarter_of_the_trips(recorded_data: Path) -> None:
    trips = read_trips(recorded_data / "cab_trips_san_francisco.parquet")[::4]
    days = [trip.departed_at.astimezone(ZoneInfo(TOWN)).date() for trip in trips]
    taught_by = [trip for trip, day in zip(trips, days, strict=True) if day < date(2008, 5, 24)]
    told = [trip for trip, day in zip(trips, days, strict=True) if day == date(2008, 5, 24)]
    learned = learn(taught_by, LearnedDrives(time_zone=TOWN))
    true_s = np.array([trip.drive_s for trip in told])
    errors = np.abs(expected_of(GreatCircleTimes(learned), told) - true_s) / true_s
    assert float(np.mean(errors)) <= 0.23


def test_drives_are_read_from_csv(tmp_path: Path) -> None:
    one, other = places(1, 2)
    path = tmp_path / "drives.csv"
    path.write_text(
        f"note,from_cell,to_cell,departed_at,drive_s\nx,{one},{other},2026-03-02T00:00:00Z,600\n"
        f"y,{one},{other},,600\nz,{one},{other},2026-03-02T05:30:00+0530,61.5\n"
    )
    assert read_drives(path) == [Drive(one, other, MONDAY, 600.0), Drive(one, other, MONDAY, 61.5)]
    assert read_drives(path)[0].departed_at == datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "from_cell,to_cell,departed_at,drive_s\na,b,noon,long\n"])
def test_what_tells_of_no_drives_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "drives.csv"
    path.write_text(text)
    with pytest.raises(BadDrives):
        read_drives(path)
    parquet = tmp_path / "drives.parquet"
    parquet.write_text(text)
    with pytest.raises(BadDrives):
        read_drives(parquet)
    with pytest.raises(BadDrives):
        read_drives(tmp_path / "none.csv")
