"""Where in Bengaluru do demo vehicles break down, and into which zones is the city divided?

Drawn by hand for the demo from general knowledge, corners to two decimals: good enough to tell areas apart, no survey.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, hypot, radians, sqrt
from typing import Final

from interfaces.simulation.day import chance, drawn

Point = tuple[float, float]
"""Latitude and longitude in degrees."""

TIME_ZONE: Final = "Asia/Kolkata"
METRES_PER_DEGREE: Final = 111_195.0


@dataclass(frozen=True, slots=True)
class Zone:
    """An area of the city, its corners in turn; where zones overlap the higher priority wins."""

    slug: str
    name: str
    priority: int
    corners: tuple[Point, ...]


WHOLE_CITY: Final = Zone(
    "bengaluru",
    "Bengaluru",
    0,
    ((12.80, 77.45), (12.80, 77.72), (12.88, 77.80), (13.02, 77.80), (13.22, 77.72), (13.22, 77.54), (13.06, 77.42)),
)
ZONES: Final = (
    WHOLE_CITY,
    Zone("central", "Central", 10, ((12.95, 77.56), (12.95, 77.63), (13.01, 77.63), (13.01, 77.56))),
    Zone("east", "East", 10, ((12.94, 77.64), (12.94, 77.78), (13.01, 77.78), (13.01, 77.64))),
    Zone("south", "South", 10, ((12.82, 77.60), (12.82, 77.70), (12.93, 77.70), (12.94, 77.60))),
    Zone("west", "West", 10, ((12.93, 77.47), (12.93, 77.55), (13.05, 77.55), (13.05, 77.47))),
    Zone("north", "North", 10, ((13.02, 77.56), (13.02, 77.68), (13.21, 77.72), (13.21, 77.60))),
)


@dataclass(frozen=True, slots=True)
class Area:
    """Somewhere vehicles break down: around a point, the more often the greater the weight."""

    name: str
    centre: Point
    radius_m: int
    weight: int


AREAS: Final = (
    Area("MG Road", (12.975, 77.606), 1_200, 7),
    Area("Majestic", (12.977, 77.572), 1_200, 6),
    Area("Shivajinagar", (12.986, 77.604), 1_000, 4),
    Area("Indiranagar", (12.978, 77.640), 1_300, 6),
    Area("Koramangala", (12.935, 77.624), 1_400, 7),
    Area("Silk Board", (12.917, 77.623), 700, 9),
    Area("HSR Layout", (12.912, 77.645), 1_500, 5),
    Area("BTM Layout", (12.916, 77.610), 1_200, 4),
    Area("Jayanagar", (12.930, 77.583), 1_400, 5),
    Area("Banashankari", (12.925, 77.546), 1_500, 4),
    Area("Bellandur", (12.926, 77.676), 1_300, 7),
    Area("Marathahalli", (12.956, 77.701), 1_200, 8),
    Area("Whitefield", (12.970, 77.750), 2_000, 8),
    Area("KR Puram", (13.000, 77.695), 1_200, 6),
    Area("Electronic City", (12.845, 77.663), 1_800, 7),
    Area("Hebbal", (13.036, 77.597), 1_000, 8),
    Area("Yelahanka", (13.100, 77.596), 1_800, 4),
    Area("Airport Road", (13.160, 77.640), 2_500, 4),
    Area("Yeshwanthpur", (13.022, 77.550), 1_200, 5),
    Area("Peenya", (13.030, 77.520), 1_500, 5),
    Area("Rajajinagar", (12.990, 77.553), 1_300, 4),
    Area("Kengeri", (12.915, 77.484), 1_500, 3),
)

WORKSHOPS: Final = (
    ("a workshop in Peenya", (13.028, 77.518)),
    ("a workshop on Lalbagh Road", (12.957, 77.586)),
    ("a workshop in Bommanahalli", (12.900, 77.624)),
    ("a workshop near Hoodi", (12.992, 77.716)),
    ("a workshop in Kalyan Nagar", (13.025, 77.640)),
    ("a workshop in Yelahanka", (13.098, 77.593)),
    ("a workshop in Electronic City", (12.848, 77.658)),
)
"""Where tows end."""


def area_by_lot(*about: object) -> Area:
    """One of the areas, each as often as its weight says."""
    return drawn([(area, area.weight) for area in AREAS], "area", *about)


def spot_in(area: Area, *about: object) -> Point:
    """A point in the area, evenly spread over its disc."""
    radius_m = area.radius_m * sqrt(chance("radius", *about))
    north, east = _direction(*about)
    return moved(area.centre, north * radius_m, east * radius_m)


def nearest_workshop(place: Point) -> tuple[str, Point]:
    """Where a towed vehicle goes; the nearest one that is not already here."""
    return min((each for each in WORKSHOPS if metres(place, each[1]) > 300), key=lambda each: metres(place, each[1]))


def moved(place: Point, north_m: float, east_m: float) -> Point:
    """The point so many metres further, rounded to about ten centimetres."""
    lat = place[0] + north_m / METRES_PER_DEGREE
    lng = place[1] + east_m / (METRES_PER_DEGREE * cos(radians(place[0])))
    return round(lat, 6), round(lng, 6)


def metres(one: Point, other: Point) -> float:
    """Straight distance; flat geometry, which within a city differs from the sphere by less than a truck's length."""
    north = (other[0] - one[0]) * METRES_PER_DEGREE
    east = (other[1] - one[1]) * METRES_PER_DEGREE * cos(radians((one[0] + other[0]) / 2))
    return hypot(north, east)


def between(one: Point, other: Point, share: float) -> Point:
    """The point after that share of the straight way."""
    lat, lng = (start + (end - start) * min(1.0, max(0.0, share)) for start, end in zip(one, other, strict=True))
    return round(lat, 6), round(lng, 6)


def inside(place: Point, corners: tuple[Point, ...]) -> bool:
    """Whether the point lies within the polygon: a ray to the east crosses its sides an odd number of times."""
    is_in = False
    for (lat, lng), (next_lat, next_lng) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (lat > place[0]) != (next_lat > place[0]):
            crossing = lng + (place[0] - lat) / (next_lat - lat) * (next_lng - lng)
            is_in ^= place[1] < crossing
    return is_in


def _direction(*about: object) -> Point:
    """A unit vector by lot: of the directions of a square those within its circle, so that none is favoured."""
    for attempt in range(64):
        north = 2 * chance("north", attempt, *about) - 1
        east = 2 * chance("east", attempt, *about) - 1
        length = hypot(north, east)
        if 0 < length <= 1:
            return north / length, east / length
    return 1.0, 0.0
