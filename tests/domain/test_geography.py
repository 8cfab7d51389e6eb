"""Are cells what the log may hold, and are distances right?"""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.geography import RESOLUTION, BadCell, BadPlace, cell_of, centre_of, checked_cell, distance_m
from tests.support.roadside import BREAKDOWN_CELL, DEPOT_CELL, DEPOT_TO_BREAKDOWN_M

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)
EARTH_RADIUS_M = 6_371_007.180918475
WIDEST_CELL_M = 110
"""The longest way from a centre to a corner of its cell at this resolution, anywhere."""


def haversine_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    lat_1, lng_1, lat_2, lng_2 = map(math.radians, (*one, *other))
    chord = math.sin((lat_2 - lat_1) / 2) ** 2 + math.cos(lat_1) * math.cos(lat_2) * math.sin((lng_2 - lng_1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


@given(LATITUDES, LONGITUDES)
def test_a_point_is_near_the_centre_of_its_cell(lat: float, lng: float) -> None:
    cell = cell_of(lat, lng)
    assert checked_cell(cell) == cell
    assert len(cell) == 15
    assert haversine_m(centre_of(cell), (lat, lng)) < WIDEST_CELL_M


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_distance_is_the_great_circle_and_symmetric(lat: float, lng: float, to_lat: float, to_lng: float) -> None:
    here, there = cell_of(lat, lng), cell_of(to_lat, to_lng)
    assert abs(distance_m(here, there) - haversine_m(centre_of(here), centre_of(there))) <= 1
    assert distance_m(here, there) == distance_m(there, here)
    assert distance_m(here, here) == 0


def test_a_known_distance() -> None:
    assert distance_m(DEPOT_CELL, BREAKDOWN_CELL) == DEPOT_TO_BREAKDOWN_M
    assert isinstance(distance_m(DEPOT_CELL, BREAKDOWN_CELL), int)


@pytest.mark.parametrize(
    ("lat", "lng"),
    [(90.01, 0), (-90.01, 0), (0, 180.01), (0, -180.01), (math.nan, 0), (0, math.nan), (math.inf, 0), (0, -math.inf)],
)
def test_a_point_off_the_earth_is_refused(lat: float, lng: float) -> None:
    with pytest.raises(BadPlace):
        cell_of(lat, lng)


@pytest.mark.parametrize(
    "cell",
    ["", "x", "8a", BREAKDOWN_CELL.upper(), BREAKDOWN_CELL + "f", "0" + BREAKDOWN_CELL, " " + BREAKDOWN_CELL,
     "89283082803ffff", "8b2830828052fff", "8affffffffffff", "0x" + BREAKDOWN_CELL, BREAKDOWN_CELL + "\x00", "é" * 15],
)  # fmt: skip
def test_what_is_not_a_cell_at_this_resolution_is_refused(cell: str) -> None:
    with pytest.raises(BadCell):
        checked_cell(cell)
    with pytest.raises(BadCell):
        distance_m(cell, BREAKDOWN_CELL)


@given(st.text(max_size=20))
def test_no_text_breaks_the_check(text: str) -> None:
    with contextlib.suppress(BadCell):
        assert checked_cell(text) == text


def test_events_hold_places_at_one_resolution() -> None:
    assert RESOLUTION == 10
