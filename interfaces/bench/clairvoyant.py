"""What could nobody do better, who knew every call and every true time beforehand? Lower bounds, not a plan.

A call is driven to from a crew's first place, or from a call that the same crew served before; each place is left at
most once. Call i is left at the earliest at ready_i = at_i + r_i + work_i, and reached from k after
w_ki = drive_ki + max(0, ready_k - at_i), since nobody sets out to a call that has not come in. r_i, the soonest that
anybody can be at i, is the least w_ki over all k; it begins as the least drive and grows from round to round, and
holds in each of them, since what a round is made of is never too late.

Whatever a policy does is a choice of one predecessor for each call, none twice. So, of all calls:

- the mean response is at least that of the cheapest such choice (an assignment);
- at most as many arrive within x minutes as the largest such choice has that uses only w <= x (a matching): this
  bounds the share within 30 minutes, each percentile, and, with patience instead of x, the share that expires.

Mean and percentiles hold for whoever serves all calls: who lets one expire leaves its response out. Each bound is
proven for itself: no plan need reach two at once, nor even one, since chains of late jobs delay more.
"""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from domain.geography import EARTH_RADIUS_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from interfaces.simulate.demand import Call
    from interfaces.simulate.rows import Point
    from interfaces.simulate.script import Script
    from interfaces.simulate.supply import Crew

    Floats = NDArray[np.float64]

MOST_CALLS: Final = 5_000
"""Every call is held against every other: beyond it a bound takes gigabytes and minutes."""
ROUNDS: Final = 10
"""In which the soonest arrivals grow; they stand still after three or four in a storm."""
NEVER_S: Final = 1e9
"""Thirty years: dearer than any choice that needs no such drive."""
WITHIN_S: Final = 1_800.0
EXACT_TO_S: Final = 0.5
"""Percentiles are found by halving down to this, and the lower end is told."""


def bounds(calls: Sequence[Call], crews: Sequence[Crew], script: Script) -> dict[str, float] | None:
    """The bounds by the names of ``measured``; None where there are too many calls, or drives have noise."""
    if not 0 < len(calls) <= MOST_CALLS or script.travel_noise or any(call.drop for call in calls):
        return None
    at_s = np.array([call.at.timestamp() for call in calls])
    work_s = np.array([script.work(call).total_seconds() for call in calls])
    drive_s = _drives_s([*(crew.place for crew in crews), *(call.place for call in calls)], calls, script)
    waits_s = _waits_s(at_s, work_s, drive_s, len(crews))
    patience_s = np.array([np.inf if call.patience_s is None else call.patience_s for call in calls])
    rows, columns = linear_sum_assignment(waits_s.T)
    most_served = _most(waits_s - drive_s <= patience_s)
    return {
        "expired_percent": round(100 * (1 - most_served / len(calls)), 3),
        **{f"response_p{share}_min": round(_least_percentile_s(waits_s, share) / 60, 3) for share in (50, 90)},
        "arrived_within_30_min_percent": round(100 * _most(waits_s <= WITHIN_S) / len(calls), 3),
        "response_mean_min": round(float(waits_s.T[rows, columns].mean()) / 60, 3),
    }


def _drives_s(places: Sequence[Point], calls: Sequence[Call], script: Script) -> Floats:
    """True seconds from each place (crews first, then calls) to each call; nobody comes from where he goes to."""
    lat, lng = np.radians(np.array(places)).T
    to_lat, to_lng = np.radians(np.array([call.place for call in calls])).T
    half = (
        np.sin((to_lat - lat[:, None]) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(to_lat) * np.sin((to_lng - lng[:, None]) / 2) ** 2
    )
    road_m = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(half)) * script.detour
    drive_s: Floats = road_m / (script.speed_kmh / 3.6)
    itself = np.arange(len(calls))
    drive_s[len(places) - len(calls) + itself, itself] = NEVER_S
    return drive_s


def _waits_s(at_s: Floats, work_s: Floats, drive_s: Floats, crews: int) -> Floats:
    """w of each place before each call, with the soonest arrivals of the last round."""
    waits_s = drive_s
    soonest_s = drive_s.min(axis=0)
    for _ in range(ROUNDS):
        late_s = np.zeros_like(drive_s)
        late_s[crews:] = np.maximum(0.0, (at_s + soonest_s + work_s)[:, None] - at_s)
        waits_s = drive_s + late_s
        sooner_s, soonest_s = soonest_s, waits_s.min(axis=0)
        if np.array_equal(sooner_s, soonest_s):
            break
    return waits_s


def _least_percentile_s(waits_s: Floats, share: int) -> float:
    calls = waits_s.shape[1]
    needed = floor((calls - 1) * share / 100) + 1
    low, high = 0.0, float(np.sort(waits_s.min(axis=0))[-1]) + EXACT_TO_S
    while _most(waits_s <= high) < needed:
        low, high = high, high * 2
    while high - low > EXACT_TO_S:
        middle = (low + high) / 2
        low, high = (low, middle) if _most(waits_s <= middle) >= needed else (middle, high)
    return low


def _most(usable: NDArray[np.bool_]) -> int:
    """How many calls can have a place before them of their own."""
    cannot = ~usable.T
    rows, columns = linear_sum_assignment(cannot)
    return len(rows) - int(cannot[rows, columns].sum())
