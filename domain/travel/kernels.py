"""How are a thousand times five thousand drives reckoned at once? The inner loops of the great circle's drive times."""

from __future__ import annotations

import math
from typing import Final

import numba
import numpy as np

from domain.geography import EARTH_RADIUS_M
from domain.tours.compiled import compiled
from domain.travel.traits import Floats, Ints

# They stand here and not beside the other traits, since compiled code does not notice when another file changes.
SECTORS: Final = 12
"""Thirds of the quarters of the compass card."""
SHORTEST_KNOT_M: Final = 200.0
KNOTS: Final = 17
"""Lengths from 200 m to 51 km, half an octave apart, at which the effect of the length is known."""
KNOT_STEP: Final = math.log(2.0) / 2

_TAN_30: Final = math.tan(math.radians(30))
_TAN_60: Final = math.tan(math.radians(60))
_DIAMETER_M: Final = 2 * EARTH_RADIUS_M
_LOG_SHORTEST: Final = math.log(SHORTEST_KNOT_M)
_LAST_KNOT: Final = KNOTS - 1.000001

_FLOAT = numba.float64
_INT = numba.int64
_INTS = numba.int64[::1]
_VECTOR = numba.float64[::1]
_TABLE = numba.float64[:, ::1]


@compiled(_FLOAT, _FLOAT, _FLOAT, _FLOAT, _FLOAT, _FLOAT, _FLOAT)
def great_circle_m(ax: float, ay: float, az: float, bx: float, by: float, bz: float) -> float:
    """Metres between two points of the unit sphere, over their chord: exact for near ones, too."""
    half = math.sqrt((ax - bx) ** 2 + (ay - by) ** 2 + (az - bz) ** 2) / 2
    return _DIAMETER_M * math.asin(min(1.0, half))


@compiled(_INT, _FLOAT, _FLOAT, _FLOAT, _FLOAT)
def sector_of(from_lat: float, from_lng: float, to_lat: float, to_lng: float) -> int:
    """Which of twelve sectors a drive heads into; the quarters of the card are counted, and thirds within each."""
    east = to_lng - from_lng
    if east > 180.0:
        east -= 360.0
    elif east < -180.0:
        east += 360.0
    east *= math.cos(math.radians((from_lat + to_lat) / 2))
    north = to_lat - from_lat
    steep, flat = abs(north), abs(east)
    third = 0 if steep < flat * _TAN_30 else (1 if steep < flat * _TAN_60 else 2)
    return (6 if north < 0.0 else 0) + (3 if east < 0.0 else 0) + third


@compiled(_FLOAT, _FLOAT)
def knot_of(crow_m: float) -> float:
    """Where a length lies among the knots: 2.25 is a quarter of the way from the third to the fourth."""
    place = (math.log(max(crow_m, 1.0)) - _LOG_SHORTEST) / KNOT_STEP
    return min(max(place, 0.0), _LAST_KNOT)


@compiled(_FLOAT, _TABLE, _INT, _TABLE, _INT, _FLOAT, _FLOAT, _VECTOR, _VECTOR)
def _seconds(
    origins: Floats,
    one: int,
    destinations: Floats,
    other: int,
    s_per_m: float,
    hour: float,
    length: Floats,
    sectors: Floats,
) -> float:
    """One drive. A row of a table: latitude, longitude, x, y, z, its zones' effect, then one for each sector."""
    o, d = origins[one], destinations[other]
    crow_m = great_circle_m(o[2], o[3], o[4], d[2], d[3], d[4])
    knot = knot_of(crow_m)
    below = int(knot)
    part = knot - below
    sector = sector_of(o[0], o[1], d[0], d[1])
    effect = hour + length[below] * (1.0 - part) + length[below + 1] * part
    effect += o[5] + d[5] + sectors[sector] + o[6 + sector] + d[6 + sector]
    return max(1.0, crow_m * s_per_m * math.exp(effect))


@compiled(_TABLE, _TABLE, _TABLE, _FLOAT, _FLOAT, _VECTOR, _VECTOR)
def all_pairs_s(
    origins: Floats, destinations: Floats, s_per_m: float, hour: float, length: Floats, sectors: Floats
) -> Floats:
    """Seconds from each origin to each destination, (m, n)."""
    table = np.empty((origins.shape[0], destinations.shape[0]))
    for one in range(origins.shape[0]):
        for other in range(destinations.shape[0]):
            table[one, other] = _seconds(origins, one, destinations, other, s_per_m, hour, length, sectors)
    return table


@compiled(_VECTOR, _TABLE, _TABLE, _INTS, _INTS, _FLOAT, _FLOAT, _VECTOR, _VECTOR)
def picked_pairs_s(
    origins: Floats, destinations: Floats, starts: Ints, ends: Ints, s_per_m: float, hour: float, length: Floats,
    sectors: Floats,
) -> Floats:  # fmt: skip
    """Seconds from the origin of each number to the destination of the number beside it, (n,)."""
    row = np.empty(starts.shape[0])
    for pair in range(starts.shape[0]):
        row[pair] = _seconds(origins, starts[pair], destinations, ends[pair], s_per_m, hour, length, sectors)
    return row


@compiled(numba.types.Tuple((_VECTOR, _VECTOR, _INTS)), _TABLE, _TABLE)  # type: ignore[no-untyped-call]  # no types
def lengths_and_sectors(origins: Floats, destinations: Floats) -> tuple[Floats, Floats, Ints]:
    """Of each pair: metres, place among the knots, sector; what drives are taught by."""
    n = origins.shape[0]
    crow_m, knots, sectors = np.empty(n), np.empty(n), np.empty(n, np.int64)
    for one in range(n):
        o, d = origins[one], destinations[one]
        crow_m[one] = great_circle_m(o[2], o[3], o[4], d[2], d[3], d[4])
        knots[one] = knot_of(crow_m[one])
        sectors[one] = sector_of(o[0], o[1], d[0], d[1])
    return crow_m, knots, sectors


EFFECTS_OF_A_PLACE: Final = 6 + SECTORS
"""Columns of a place's row: where it is (5), its zones' effect, and its courses' effect in each sector."""
