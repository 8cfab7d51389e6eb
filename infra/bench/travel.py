"""How well are drives foretold that nobody has seen yet? Cab trips of four days teach, those of the fifth are told."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from domain.geography import distance_m
from domain.refusal import BadInput
from domain.travel.fit import FEWEST, Drive, expected_of, learn
from domain.travel.great_circle import GreatCircleTimes
from domain.travel.learned import LearnedDrives
from domain.travel.spread import SHARES
from domain.travel.traits import Floats, Ints, hour_of_week
from infra.bench.frame import Report, at_most, machine
from infra.travel.drive_files import read_trips

Say = Callable[[str], None]

TRIPS: Final = "cab_trips_san_francisco.parquet"
TOWN: Final = "America/Los_Angeles"
TOLD_ON: Final = date(2008, 5, 24)
MOST_MAPE: Final = 0.23
ORIGINS, DESTINATIONS = 1_000, 5_000
# A whole tick of matching has 150 ms; the dense table is twenty-five times what it asks for.
MOST_TABLE_S: Final = 1.0


class NoTrips(BadInput):
    """The recorded cab trips are not on this machine: set VEHICAID_DATA_DIR."""

    code = "no_trips"


def run(*, quick: bool, say: Say) -> Report:
    """Mean absolute percentage errors of the fifth day, all told before it, and the time that a large table takes."""
    say("reading the trips")
    taught_by, told = _days(recorded_trips()[:: 4 if quick else 1])
    say(f"learning from {len(taught_by):,} drives")
    began = time.perf_counter()
    learned = learn(taught_by, LearnedDrives(time_zone=TOWN))
    fit_s = time.perf_counter() - began
    times = GreatCircleTimes(learned)
    true_s = np.array([trip.drive_s for trip in told])
    expected_s = expected_of(times, told)
    errors = {
        "crow_fly_1.3_at_30_kmh": _mape(_crow_m(told) * 1.3 / (30 / 3.6), true_s),
        "hour_by_weekend": _mape(_hour_by_weekend(taught_by, told), true_s),
        "untaught": _mape(expected_of(GreatCircleTimes(LearnedDrives(time_zone=TOWN)), told), true_s),
        "learned": _mape(expected_s, true_s),
    }
    say("telling a large table")
    table_s = _table_s(times, told)
    return Report(
        bench="travel",
        machine=machine(),
        setting={"taught_by": len(taught_by), "told": len(told), "version": learned.version},
        figures={
            "mape": {name: round(error, 4) for name, error in errors.items()},
            "within_before_calibration": _within(times, expected_s, true_s),
            "fit_s": round(fit_s, 1),
            "table": f"{ORIGINS} x {DESTINATIONS}",
        },
        bars=[
            at_most("mape_learned", errors["learned"], MOST_MAPE),
            at_most("mape_learned_over_crow_fly", errors["learned"] / errors["crow_fly_1.3_at_30_kmh"], 0.65),
            at_most("table_s", table_s, MOST_TABLE_S),
        ],
    )


def _days(trips: Sequence[Drive]) -> tuple[list[Drive], list[Drive]]:
    """The trips of the days before the last, and those of the last."""
    day = [trip.departed_at.astimezone(ZoneInfo(TOWN)).date() for trip in trips]
    taught_by = [trip for trip, on in zip(trips, day, strict=True) if on < TOLD_ON]
    return taught_by, [trip for trip, on in zip(trips, day, strict=True) if on == TOLD_ON]


def recorded_trips() -> list[Drive]:
    """The cab trips beside the checkout; raises NoTrips."""
    given = os.environ.get("VEHICAID_DATA_DIR")
    folder = Path(given) if given else Path(__file__).parents[2].parent / "shared" / "data"
    if not (folder / TRIPS).is_file():
        raise NoTrips
    return read_trips(folder / TRIPS)


def _within(times: GreatCircleTimes, expected_s: Floats, true_s: Floats) -> dict[str, float]:
    """The shares of the day that ended within what was told of 50, 80 and 95 %."""
    return {
        f"p{round(100 * share)}": round(float(np.mean(true_s <= times.spread.within_s(expected_s, share))), 3)
        for share in SHARES
    }


def _mape(expected_s: Floats, true_s: Floats) -> float:
    return float(np.mean(np.abs(expected_s - true_s) / true_s))


def _crow_m(drives: Sequence[Drive]) -> Floats:
    return np.array([distance_m(drive.from_cell, drive.to_cell) for drive in drives], dtype=np.float64)


def _hour_by_weekend(taught_by: Sequence[Drive], told: Sequence[Drive]) -> Floats:
    """The peer: a power of the distance for each hour of weekdays and of weekends, else for the hour of any day."""
    lengths, slots = np.log(_crow_m(taught_by)), _slots(taught_by)
    logs = np.log([drive.drive_s for drive in taught_by])
    far, wanted = np.log(_crow_m(told)), _slots(told)
    answer = np.empty(len(told))
    for slot in sorted(set(wanted.tolist())):
        chosen = slots == slot
        if int(chosen.sum()) < FEWEST:
            chosen = slots % 24 == slot % 24
        power, base = np.polyfit(lengths[chosen], logs[chosen], 1)
        answer[wanted == slot] = base + power * far[wanted == slot]
    hours: Floats = np.exp(answer)
    return hours


def _slots(drives: Sequence[Drive]) -> Ints:
    """The hour, plus 24 at weekends."""
    hours = np.array([hour_of_week(drive.departed_at, ZoneInfo(TOWN)) for drive in drives], dtype=np.int64)
    weekend: Ints = hours % 24 + 24 * (hours >= 120)
    return weekend


def _table_s(times: GreatCircleTimes, drives: Sequence[Drive]) -> float:
    cells = sorted({drive.from_cell for drive in drives} | {drive.to_cell for drive in drives})
    origins = [cells[number * 7 % len(cells)] for number in range(ORIGINS)]
    destinations = [cells[number * 11 % len(cells)] for number in range(DESTINATIONS)]
    times.drive_s(origins, destinations, drives[0].departed_at)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        times.drive_s(origins, destinations, drives[0].departed_at)
        took.append(time.perf_counter() - began)
    return min(took)
