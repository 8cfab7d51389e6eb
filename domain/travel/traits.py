"""Which traits of a drive tell how long it takes? Its length, the hour, the parts of town, and where it heads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ZONES: Final = (6, 7, 8, 9)
"""H3 resolutions of the parts of town, from boroughs (3.7 km a side) to blocks (200 m): each refines the one before."""

COURSES: Final = (7, 8)
"""Resolutions at which it is told apart where a drive heads: out of a quarter, one road is fast and another is not."""

HOURS_A_DAY: Final = 24
HOURS_A_WEEK: Final = 168


def hour_of_week(at: datetime, zone: ZoneInfo) -> int:
    """0 is Monday from midnight to one, 167 the last hour of Sunday, on the clocks of the town."""
    local = at.astimezone(zone)
    return local.weekday() * HOURS_A_DAY + local.hour


def on_the_sphere(places: Floats) -> Floats:
    """Latitude and longitude in degrees, then the point on the unit sphere (n, 5) for places in degrees (n, 2)."""
    lat, lng = np.radians(places[:, 0]), np.radians(places[:, 1])
    x, y, z = np.cos(lat) * np.cos(lng), np.cos(lat) * np.sin(lng), np.sin(lat)
    return np.column_stack([places[:, 0], places[:, 1], x, y, z])
