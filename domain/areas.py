"""Which outlines on a map make sense, and which of many areas hold a point? Everything that needs shapely."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np
import numpy.typing as npt
import shapely  # type: ignore[import-untyped]  # the wheel has no py.typed

from domain.geography import BadPlace
from domain.refusal import BadInput

Position = tuple[float, float]
"""Longitude and latitude in degrees (WGS 84), in the order of RFC 7946."""

Ring = tuple[Position, ...]
Outline = tuple[tuple[Ring, ...], ...]
"""The coordinates of a GeoJSON MultiPolygon: polygons of rings, the outer one first and anticlockwise, each closed."""

Points = npt.NDArray[np.float64]

MOST_VERTICES = 2_000
"""The most detailed ward of Bengaluru has 1,441; 128 KiB, a body, hold so many with all their digits."""

MOST_PARTS = 64
"""Islands of one zone; a repair that falls into more pieces than that was no outline."""

MOST_CROSSINGS = 200
"""Lines that cross each other before repair: real mistakes have a handful, a scribble thousands."""

LINES_AT_ONCE = 100
"""Lines that are compared with all others at once: 200,000 pairs, a few megabytes."""

GRID_DEG = 1e-6
"""Corners are rounded to a millionth of a degree, 11 cm: finer than any survey of a zone."""

DECIMALS = 6

EARTH_RADIUS_M = 6_371_007.18
"""The mean (authalic) radius that the cells of H3 are measured with as well."""

MERIDIAN_SLACK_DEG = 50.0
"""How far a place may lie from the meridian of its clock: western China's clock is 47 degrees off, nobody's is more."""


class BadOutline(BadInput):
    """An outline is polygons of rings, a ring at least four pairs of longitude and latitude, the last as the first."""

    code = "bad_outline"


class OutlineNotPolygonal(BadInput):
    """An outline is a GeoJSON Polygon or MultiPolygon: points and lines hold nobody."""

    code = "outline_not_polygonal"


class OutlineEmpty(BadInput):
    """Nothing is left of this outline: it has no corners, or folds onto itself and encloses no area."""

    code = "outline_empty"


class OutlineTooDetailed(BadInput):
    """This outline has too many corners, parts or crossings: simplify it."""

    code = "outline_too_detailed"


class CoordinatesOutOfRange(BadInput):
    """Longitude is -180 to 180 and comes first, latitude is -90 to 90."""

    code = "coordinates_out_of_range"


class CoordinatesSwapped(BadInput):
    """Latitude and longitude look swapped: GeoJSON has longitude first."""

    code = "coordinates_swapped"


class OutlineCrossesAntimeridian(BadInput):
    """An outline may not cross the 180th meridian: cut it there into two polygons (RFC 7946, section 3.1.9)."""

    code = "outline_crosses_antimeridian"


@dataclass(frozen=True, slots=True)
class Area:
    """An outline that makes sense. ``repaired`` tells that it did not at first; area in whole square metres."""

    outline: Outline
    area_m2: int
    vertices: int
    repaired: bool

    @property
    def parts(self) -> int:
        """How many polygons it has."""
        return len(self.outline)


def area_of(kind: str, coordinates: object, meridian_deg: float) -> Area:
    """The area that GeoJSON geometry of that type outlines, repaired where it was invalid.

    Repair keeps whatever the outline encloses: crossing lines are cut, overlapping parts merged, a hole outside its
    polygon becomes a part of its own. ``meridian_deg`` is where the zone's clock is at home (15 degrees per hour):
    that gives swapped coordinates away. Raises one of this file's refusals.
    """
    polygons = _polygons(kind, coordinates)
    _check_size(polygons)
    _check_ranges([position for rings in polygons for ring in rings for position in ring], meridian_deg)
    closed = [[_closed(ring) for ring in rings] for rings in polygons]
    if any(abs(a[0] - b[0]) > 180 for rings in closed for ring in rings for a, b in pairwise(ring)):
        raise OutlineCrossesAntimeridian
    drawn = shapely.MultiPolygon([(rings[0], rings[1:]) for rings in closed])
    is_valid = bool(shapely.is_valid(drawn))
    repaired = closed != polygons or not is_valid
    if not is_valid:
        _check_crossings(closed)
        drawn = shapely.make_valid(drawn, method="structure", keep_collapsed=False)
    outline = _outline_of(shapely.set_precision(drawn, GRID_DEG))
    vertices = sum(len(ring) - 1 for rings in outline for ring in rings)
    if vertices > MOST_VERTICES or len(outline) > MOST_PARTS:
        raise OutlineTooDetailed(most_vertices=MOST_VERTICES, most_parts=MOST_PARTS, vertices=vertices)
    return Area(outline, _area_m2(outline), vertices, repaired)


class AreaIndex:
    """Many areas, asked which of them hold a point; borders belong to both sides.

    The plain way, which needs nothing but shapely: what ``domain.area_cover`` says is held to what this says.
    """

    def __init__(self, outlines: Sequence[Outline]) -> None:
        self._shapes = [_shape_of(outline) for outline in outlines]
        self._tree = shapely.STRtree(self._shapes)
        for shape in self._shapes:
            shapely.prepare(shape)

    def holding(self, lat: float, lng: float) -> list[int]:
        """The numbers of the outlines that hold a point (degrees), in no order; raises BadPlace."""
        if not (math.isfinite(lat) and math.isfinite(lng) and -90.0 <= lat <= 90.0 and -180.0 <= lng <= 180.0):
            raise BadPlace
        # The 180th meridian has two names; whoever stands on it may use either.
        return [n for one in ({lng, -lng} if abs(lng) == 180.0 else {lng}) for n in self._at(lat, one)]

    def holding_each(self, lats: Points, lngs: Points) -> tuple[list[int], list[int]]:
        """Pairs of a point's number and that of an outline that holds it, for n points in degrees."""
        points, outlines = self._tree.query(shapely.points(lngs, lats), predicate="intersects").tolist()
        return points, outlines

    def _at(self, lat: float, lng: float) -> list[int]:
        near = cast("list[int]", self._tree.query(shapely.Point(lng, lat)).tolist())
        return [number for number in near if shapely.intersects_xy(self._shapes[number], lng, lat)]


def point_inside(outline: Outline) -> tuple[float, float]:
    """Latitude and longitude of some point well inside an outline: where its name would be written on a map."""
    point = shapely.point_on_surface(_shape_of(outline))
    return float(point.y), float(point.x)


def _polygons(kind: str, coordinates: object) -> list[list[list[Position]]]:
    if kind not in ("Polygon", "MultiPolygon"):
        raise OutlineNotPolygonal(geometry=kind[:32])
    polygons = [coordinates] if kind == "Polygon" else _list(coordinates)
    read = [[[_position(one) for one in _list(ring)] for ring in _list(rings)] for rings in polygons]
    found = [rings for rings in read if rings]
    if not any(ring for rings in found for ring in rings):
        raise OutlineEmpty
    for number, ring in ((n, ring) for rings in found for n, ring in enumerate(rings)):
        if len(ring) < 4 and (len(ring) < 3 or ring[0] == ring[-1]):
            raise BadOutline(f"ring {number} has {len(ring)} positions")
    return found


def _list(value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise BadOutline
    return list(value)


def _position(value: object) -> Position:
    numbers = _list(value)
    if not 2 <= len(numbers) <= 3 or any(type(one) not in (int, float) for one in numbers):
        raise BadOutline("a position is longitude, latitude and perhaps an altitude")
    lng, lat = (float(cast("float", one)) for one in numbers[:2])
    if not (math.isfinite(lng) and math.isfinite(lat)):
        raise CoordinatesOutOfRange
    return lng, lat


def _check_size(polygons: list[list[list[Position]]]) -> None:
    corners = sum(len(ring) for rings in polygons for ring in rings)
    if corners > MOST_VERTICES + sum(map(len, polygons)) or len(polygons) > MOST_PARTS:
        raise OutlineTooDetailed(most_vertices=MOST_VERTICES, most_parts=MOST_PARTS, vertices=corners)


def _check_ranges(positions: list[Position], meridian_deg: float) -> None:
    lngs, lats = [lng for lng, _ in positions], [lat for _, lat in positions]
    fits = max(map(abs, lngs)) <= 180 and max(map(abs, lats)) <= 90
    fits_swapped = max(map(abs, lats)) <= 180 and max(map(abs, lngs)) <= 90
    lng, lat = sum(lngs) / len(lngs), sum(lats) / len(lats)
    is_swapped = _off(lng, meridian_deg) > MERIDIAN_SLACK_DEG >= _off(lat, meridian_deg)
    if fits_swapped and (is_swapped or not fits):
        raise CoordinatesSwapped(lng=f"{lng:.3f}", lat=f"{lat:.3f}")
    if not fits:
        raise CoordinatesOutOfRange


def _check_crossings(closed: list[list[list[Position]]]) -> None:
    """Repair takes as long as there are crossings, and a scribble of a thousand lines has half a million of them."""
    lines = [(*a, *b) for rings in closed for ring in rings for a, b in pairwise(ring)]
    starts, ends = np.hsplit(np.array(lines, dtype=np.float64), 2)
    least, most = np.minimum(starts, ends), np.maximum(starts, ends)
    meetings = 0
    for first in range(0, len(lines), LINES_AT_ONCE):
        some = slice(first, first + LINES_AT_ONCE)
        a, b = starts[some, None], ends[some, None]
        near = ((least[some, None] <= most) & (least <= most[some, None])).all(axis=2)
        astride = _turn(a, b, starts) * _turn(a, b, ends) <= 0
        straddled = _turn(starts, ends, a) * _turn(starts, ends, b) <= 0
        meetings += int((near & astride & straddled).sum())
        # Every line meets itself and both its neighbours; what is more is seen from both sides.
        if meetings > 3 * len(lines) + 2 * MOST_CROSSINGS:
            raise OutlineTooDetailed(most_crossings=MOST_CROSSINGS)


def _turn(a: Points, b: Points, c: Points) -> Points:
    """On which side of the line from a to b lies c? The sign says it; 0 is on it."""
    turned: Points = (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (
        c[..., 0] - a[..., 0]
    )
    return turned


def _off(lng: float, meridian_deg: float) -> float:
    return abs((lng - meridian_deg + 180) % 360 - 180)


def _closed(ring: list[Position]) -> list[Position]:
    return ring if ring[0] == ring[-1] else [*ring, ring[0]]


def _outline_of(drawn: object) -> Outline:
    # Written one way, wherever a ring was begun and whichever way it was drawn, so that the same area is the same news.
    written = shapely.orient_polygons(shapely.normalize(drawn))
    polygons = [one for one in shapely.get_parts(written).tolist() if one.geom_type == "Polygon" and not one.is_empty]
    polygons.sort(key=lambda one: (-one.area, one.bounds))
    if not polygons:
        raise OutlineEmpty
    return tuple(tuple(_ring_of(ring) for ring in (one.exterior, *one.interiors)) for one in polygons)


def _ring_of(ring: object) -> Ring:
    corners = shapely.get_coordinates(ring).tolist()
    return tuple((round(lng, DECIMALS), round(lat, DECIMALS)) for lng, lat in corners)


def _shape_of(outline: Outline) -> object:
    return shapely.MultiPolygon([(rings[0], rings[1:]) for rings in outline])


def _area_m2(outline: Outline) -> int:
    """Area on the sphere, by Lambert's cylindrical equal-area projection: x is longitude, y the sine of latitude."""
    projected = [
        [[(math.radians(lng), math.sin(math.radians(lat))) for lng, lat in ring] for ring in rings] for rings in outline
    ]
    flat = shapely.MultiPolygon([(rings[0], rings[1:]) for rings in projected])
    return round(float(flat.area) * EARTH_RADIUS_M**2)
