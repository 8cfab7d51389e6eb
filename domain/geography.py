"""Where is it, and how far apart are two places? Answered with H3 cells at resolution 10 (about 70 m)."""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import repeat

import h3  # type: ignore[import-untyped]  # the wheel has no py.typed
from h3.api import basic_int as h3_numbers  # type: ignore[import-untyped]

from domain.refusal import BadInput

RESOLUTION = 10
"""Fine enough to rank providers, coarse enough to name no house: the one resolution that events hold."""

EARTH_RADIUS_M = 6_371_007.180918475
"""The mean (authalic) radius, as H3 computes with it."""

CELLS_REMEMBERED = 65_536
"""Centres kept ready: a large city has about that many cells of this size; 10 MB at most."""


class BadPlace(BadInput):
    """This is not a place on earth: latitude is -90 to 90, longitude -180 to 180, in degrees."""

    code = "bad_place"


class BadCell(BadInput):
    """This is not an H3 cell at resolution 10."""

    code = "bad_cell"


def cell_of(lat: float, lng: float) -> str:
    """The cell (15 hexadecimal digits) that holds a point given in degrees (WGS 84); raises BadPlace."""
    if not (math.isfinite(lat) and math.isfinite(lng) and -90.0 <= lat <= 90.0 and -180.0 <= lng <= 180.0):
        raise BadPlace
    return str(h3.latlng_to_cell(lat, lng, RESOLUTION))


def checked_cell(cell: str) -> str:
    """The same cell, when it is one at resolution 10 in its canonical form; raises BadCell."""
    if (
        not h3.is_valid_cell(cell)
        or h3.get_resolution(cell) != RESOLUTION
        or h3.int_to_str(h3.str_to_int(cell)) != cell
    ):
        raise BadCell
    return cell


def parent_of(cell: str, resolution: int) -> str:
    """The larger cell, at a coarser resolution, that holds this one; raises BadCell."""
    return str(h3.cell_to_parent(checked_cell(cell), resolution))


def checked_zone(cell: str, resolutions: tuple[int, ...]) -> str:
    """The same cell, when it is one at any of those resolutions; raises BadCell."""
    if not h3.is_valid_cell(cell) or h3.get_resolution(cell) not in resolutions:
        raise BadCell(f"it is no H3 cell at resolution {resolutions}")
    return cell


@lru_cache(maxsize=CELLS_REMEMBERED)
def holder_of(cell: str, resolution: int) -> tuple[str, tuple[float, float]]:
    """The larger cell that holds this one, and its centre in degrees; raises BadCell."""
    holder = parent_of(cell, resolution)
    lat, lng = h3.cell_to_latlng(holder)
    return holder, (lat, lng)


@lru_cache(maxsize=CELLS_REMEMBERED)
def centre_of(cell: str) -> tuple[float, float]:
    """Latitude and longitude of a cell's centre, in degrees; raises BadCell."""
    lat, lng = h3.cell_to_latlng(checked_cell(cell))
    return lat, lng


def distance_m(from_cell: str, to_cell: str) -> int:
    """Great-circle distance between two cells' centres, in whole metres; raises BadCell.

    Haversine on the mean earth radius (6,371,007.18 m), as H3 computes it; exact to 0.5 % of the ellipsoid.
    """
    return round(float(h3.great_circle_distance(centre_of(from_cell), centre_of(to_cell), unit="m")))


def points_apart_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance between two points (latitude and longitude in degrees), in metres; as ``distance_m``."""
    return float(h3.great_circle_distance(one, other, unit="m"))


def cell_number(lat: float, lng: float) -> int:
    """The cell at resolution 10 that holds a point in degrees, as the number that its name writes in hexadecimal.

    For many points a second: it does not look at what it is given. A point that is none of this earth raises ValueError
    or gets a cell that means nothing.
    """
    number: int = h3_numbers.latlng_to_cell(lat, lng, RESOLUTION)
    return number


def number_of(cell: str) -> int:
    """The number that the name of a cell writes; it does not look at what it is given."""
    return int(cell, 16)


def cell_numbers(lats: Sequence[float], lngs: Sequence[float]) -> list[int]:
    """The same of many points."""
    return list(map(h3_numbers.latlng_to_cell, lats, lngs, repeat(RESOLUTION)))


@lru_cache(maxsize=1)
def largest_cells() -> tuple[tuple[int, float, float], ...]:
    """The 122 cells at resolution 0 that hold all others, each as its number and its centre in degrees."""
    return tuple(_with_centre(number) for number in sorted(h3_numbers.get_res0_cells()))


def cells_within(number: int) -> list[tuple[int, float, float]]:
    """The seven cells (six of a pentagon) of the next resolution that a cell holds: numbers and centres in degrees."""
    return [_with_centre(inner) for inner in h3_numbers.cell_to_children(number)]


def _with_centre(number: int) -> tuple[int, float, float]:
    lat, lng = h3_numbers.cell_to_latlng(number)
    return int(number), lat, lng


def corners_of(number: int) -> list[tuple[float, float]]:
    """The corners of a cell's border in degrees; five to ten of them, in a round."""
    return [(float(lat), float(lng)) for lat, lng in h3_numbers.cell_to_boundary(number)]
