"""Which outlines are taken as they are, which are repaired, which are refused and why? And who is inside?"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.areas import (
    MOST_PARTS,
    MOST_VERTICES,
    AreaIndex,
    BadOutline,
    CoordinatesOutOfRange,
    CoordinatesSwapped,
    OutlineCrossesAntimeridian,
    OutlineEmpty,
    OutlineNotPolygonal,
    OutlineTooDetailed,
    area_of,
    point_inside,
)
from domain.geography import BadPlace
from domain.refusal import BadInput
from tests.support.city import INDIAN_MERIDIAN_DEG, square

HERE = INDIAN_MERIDIAN_DEG


def ring(corners: int) -> list[list[float]]:
    """A ring round the city with so many corners."""
    turns = [2 * math.pi * n / corners for n in range(corners)]
    drawn = [[77.6 + 0.1 * math.cos(turn), 12.9 + 0.1 * math.sin(turn)] for turn in turns]
    return [*drawn, drawn[0]]


def test_a_square_is_taken_as_it_is() -> None:
    area = area_of("Polygon", square(77.5, 12.9, 0.2), HERE)
    assert not area.repaired
    assert (area.parts, area.vertices) == (1, 4)
    # 0.2 degrees are 22.24 km north to south, and that times the cosine of 13 degrees east to west.
    assert area.area_m2 == pytest.approx(22_239**2 * math.cos(math.radians(13.0)), rel=1e-4)


def test_a_polygon_is_a_multipolygon_of_one() -> None:
    drawn = square(77.5, 12.9, 0.2)
    assert area_of("Polygon", drawn, HERE) == area_of("MultiPolygon", [drawn], HERE)


def test_altitudes_are_left_out_and_corners_rounded() -> None:
    drawn = [[[77.5000001, 12.9, 900.0], [77.7, 12.9, 900.0], [77.7, 13.1, 900.0], [77.5000001, 12.9, 900.0]]]
    assert min(area_of("Polygon", drawn, HERE).outline[0][0]) == (77.5, 12.9)


BOWTIE = [[[77.5, 12.9], [77.7, 13.1], [77.7, 12.9], [77.5, 13.1], [77.5, 12.9]]]
OVERLAPPING = [square(77.5, 12.9, 0.2), square(77.6, 13.0, 0.2)]
HOLE_OUTSIDE = [*square(77.5, 12.9, 0.1), *square(77.8, 12.9, 0.1)]
UNCLOSED = [square(77.5, 12.9, 0.2)[0][:-1]]


@pytest.mark.parametrize(
    ("kind", "drawn", "parts", "squares"),
    [
        ("Polygon", BOWTIE, 2, 2),
        ("MultiPolygon", OVERLAPPING, 1, 7),
        ("Polygon", HOLE_OUTSIDE, 2, 2),
        ("Polygon", UNCLOSED, 1, 4),
    ],
)
def test_a_broken_outline_is_repaired(kind: str, drawn: object, parts: int, squares: int) -> None:
    area = area_of(kind, drawn, HERE)
    assert area.repaired
    assert area.parts == parts
    # Squares of a tenth of a degree.
    assert area.area_m2 == pytest.approx(squares * area_of("Polygon", square(77.6, 12.95, 0.1), HERE).area_m2, rel=2e-3)


def test_a_repaired_outline_needs_no_second_repair() -> None:
    once = area_of("MultiPolygon", OVERLAPPING, HERE)
    again = area_of("MultiPolygon", once.outline, HERE)
    assert not again.repaired
    assert again.outline == once.outline


@pytest.mark.parametrize(
    ("kind", "drawn", "refusal"),
    [
        ("Point", [77.5, 12.9], OutlineNotPolygonal),
        ("LineString", [[77.5, 12.9], [77.6, 12.9]], OutlineNotPolygonal),
        ("GeometryCollection", [], OutlineNotPolygonal),
        ("Polygon", [], OutlineEmpty),
        ("Polygon", [[]], OutlineEmpty),
        ("MultiPolygon", [], OutlineEmpty),
        ("MultiPolygon", [[]], OutlineEmpty),
        ("Polygon", [[[77.5, 12.9], [77.6, 13.0], [77.5, 12.9], [77.5, 12.9]]], OutlineEmpty),
        ("Polygon", [[[77.5, 12.9]] * 5], OutlineEmpty),
        ("Polygon", square(77.5, 12.9, 1e-7), OutlineEmpty),
        ("Polygon", "everywhere", BadOutline),
        ("Polygon", [77.5, 12.9], BadOutline),
        ("Polygon", [[77.5, 12.9]], BadOutline),
        ("Polygon", [[[77.5, 12.9], [77.6, 12.9]]], BadOutline),
        ("Polygon", [[[77.5, 12.9], [77.6, 12.9], [77.5, 12.9]]], BadOutline),
        ("Polygon", [[[77.5], [77.6], [77.5], [77.5]]], BadOutline),
        ("Polygon", [[["77.5", "12.9"]] * 4], BadOutline),
        ("Polygon", [[[True, False]] * 4], BadOutline),
        ("Polygon", [[[math.nan, 12.9]] * 4], CoordinatesOutOfRange),
        ("Polygon", [[[math.inf, 12.9]] * 4], CoordinatesOutOfRange),
        ("Polygon", square(179.9, 12.9, 0.2), CoordinatesOutOfRange),
        ("Polygon", square(200.0, 95.0, 1.0), CoordinatesOutOfRange),
        ("Polygon", square(12.9, 77.5, 0.2), CoordinatesSwapped),
        ("Polygon", [[[179.9, 0], [-179.9, 0], [-179.9, 1], [179.9, 1], [179.9, 0]]], OutlineCrossesAntimeridian),
        ("Polygon", [ring(MOST_VERTICES + 2)], OutlineTooDetailed),
        ("Polygon", [[position for n in range(500) for position in ring(1_000)[n::500]]], OutlineTooDetailed),
        ("Polygon", [square(77.5, 12.9, 0.2)[0][:-1] * 400], OutlineTooDetailed),
        ("MultiPolygon", [square(77 + n / 50, 12.9, 0.01) for n in range(MOST_PARTS + 1)], OutlineTooDetailed),
    ],
)
def test_a_hopeless_outline_is_refused(kind: str, drawn: object, refusal: type[BadInput]) -> None:
    with pytest.raises(refusal) as refused:
        area_of(kind, drawn, HERE)
    assert type(refused.value) is refusal


def test_the_limit_of_detail_is_just_allowed() -> None:
    assert area_of("Polygon", [ring(MOST_VERTICES)], HERE).vertices == MOST_VERTICES


@pytest.mark.parametrize(
    ("lng", "lat", "meridian"),
    [(-75.4, 40.2, -75.0), (13.4, 52.5, 15.0), (174.8, -41.3, 180.0), (-179.5, -17.0, 180.0), (75.9, 39.5, 120.0)],
)
def test_places_all_over_the_world_do_not_look_swapped(lng: float, lat: float, meridian: float) -> None:
    assert area_of("Polygon", square(lng, lat, 0.1), meridian).parts == 1


@pytest.mark.parametrize(
    ("lng", "lat", "meridian"), [(40.2, -75.4, -75.0), (-41.3, 174.8, 180.0), (14.6, 121.0, 120.0)]
)
def test_places_all_over_the_world_look_swapped_when_they_are(lng: float, lat: float, meridian: float) -> None:
    with pytest.raises(CoordinatesSwapped):
        area_of("Polygon", square(lng, lat, 0.1), meridian)


SIDE_BY_SIDE = AreaIndex(
    [area_of("Polygon", square(lng, 12.5, 0.25), HERE).outline for lng in (77.25, 77.5)]
    + [area_of("Polygon", [*square(77.75, 12.5, 0.25), *square(77.8, 12.55, 0.1)], HERE).outline]
)


@pytest.mark.parametrize(
    ("lat", "lng", "inside"),
    [
        (12.6, 77.3, {0}),
        (12.6, 77.5, {0, 1}),  # on the border between them
        (12.5, 77.25, {0}),  # a corner
        (12.75, 77.5, {0, 1}),  # the corner of both
        (12.49999, 77.3, set()),
        (12.6, 77.85, set()),  # in the hole
        (12.6, 77.8, {2}),  # on the hole's border
        (12.52, 77.76, {2}),
    ],
)
def test_who_stands_on_a_border_is_inside(lat: float, lng: float, inside: set[int]) -> None:
    assert set(SIDE_BY_SIDE.holding(lat, lng)) == inside


def test_the_180th_meridian_has_two_names() -> None:
    fiji = AreaIndex([area_of("Polygon", square(179.5, -17.5, 0.5), 180.0).outline])
    assert fiji.holding(-17.2, 180.0) == fiji.holding(-17.2, -180.0) == [0]


@pytest.mark.parametrize(("lat", "lng"), [(91.0, 0.0), (0.0, 181.0), (math.nan, 0.0), (0.0, math.inf)])
def test_what_is_no_place_is_in_no_area(lat: float, lng: float) -> None:
    with pytest.raises(BadPlace):
        SIDE_BY_SIDE.holding(lat, lng)


def test_an_empty_map_holds_nobody() -> None:
    assert AreaIndex([]).holding(12.9, 77.5) == []


positions = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda at: [77 + at[0] / 10, 12 + at[1] / 10])
rings = st.lists(positions, min_size=0, max_size=8)


@given(st.lists(st.lists(rings, min_size=0, max_size=3), max_size=3))
def test_any_drawing_is_refused_by_name_or_becomes_an_outline_that_holds_its_own_middle(drawn: object) -> None:
    try:
        area = area_of("MultiPolygon", drawn, HERE)
    except BadInput:
        return
    assert area.area_m2 > 0
    lat, lng = point_inside(area.outline)
    assert AreaIndex([area.outline]).holding(lat, lng) == [0]
    assert area_of("MultiPolygon", area.outline, HERE).outline == area.outline
