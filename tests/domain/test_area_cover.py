"""Does the cover of cells say of every point what shapely says, on borders too, and what is in effect when?"""

import gzip
import json
from itertools import pairwise
from math import cos, pi, radians, sin
from pathlib import Path

import numpy as np
import pytest

from domain.area_cover import AreaCover
from domain.area_edges import side
from domain.areas import AreaIndex, Outline, area_of, point_inside
from domain.geography import BadPlace
from domain.refusal import BadInput
from tests.support.city import INDIAN_MERIDIAN_DEG

PLACES = {
    "city": (12.97, 77.59),
    "equator": (0.0, 0.0),
    "pentagon": (-39.1, -57.7),
    "dateline": (-17.0, 179.4),
    "other_side": (66.0, -179.5),
    "north": (89.2, 20.0),
    "south": (-89.6, -130.0),
}


def star(rng: np.random.Generator, middle: tuple[float, float], size: float, corners: int) -> list[list[float]]:
    """A ring of that many corners around a point, more or less round."""
    turns = np.sort(rng.uniform(0, 2 * pi, corners))
    far = size * rng.uniform(0.3, 1, corners)
    lats = np.clip(middle[0] + far * np.sin(turns), -90, 90)
    lngs = np.clip(middle[1] + far * np.cos(turns) / max(0.05, cos(radians(middle[0]))), -180, 180)
    return [[lng, lat] for lat, lng in zip(lats.tolist(), lngs.tolist(), strict=True)]


def some_outlines(rng: np.random.Generator, place: tuple[float, float], count: int) -> list[Outline]:
    """Large and tiny, with holes and islands, one over the other."""
    found: list[Outline] = []
    while len(found) < count:
        size = float(10.0 ** rng.uniform(-3.5, 1))
        middle = place[0] + rng.normal(0, size / 3), place[1] + rng.normal(0, size / 3)
        if abs(middle[0]) > 90 or abs(middle[1]) > 180:
            continue
        parts = [
            [star(rng, middle, size, int(rng.integers(4, 120))), star(rng, middle, size * 0.25, 9)],
            [star(rng, (middle[0], middle[1] - size), size * 0.3, 7)],
        ]
        try:
            found.append(area_of("MultiPolygon", parts[: rng.integers(1, 3)], place[1]).outline)
        except BadInput:
            continue  # a scribble is no outline: another one
    return found


def points_of(rng: np.random.Generator, outlines: list[Outline], count: int) -> list[tuple[float, float]]:
    """At random around the outlines, on their corners, on the middles of their lines, and a hair beside those."""
    lines = [line for outline in outlines for rings in outline for ring in rings for line in pairwise(ring)]
    on: list[tuple[float, float]] = []
    for n in rng.integers(0, len(lines), count).tolist():
        (ax, ay), (bx, by) = lines[n]
        part = float(rng.choice([0.0, 0.5, rng.random()]))
        lat, lng = ay + part * (by - ay), ax + part * (bx - ax)
        on += [(lat, lng), (float(np.nextafter(lat, 0.0)), lng), (lat, float(np.nextafter(lng, 0.0)))]
        on.append((lat + rng.normal(0, 1e-3), lng + rng.normal(0, 1e-3)))
        on.append((ay + rng.normal(0, 1), float(rng.choice([ax, 180.0, -180.0]))))
    return [(lat, lng) for lat, lng in on if abs(lat) <= 90 and abs(lng) <= 180]


@pytest.mark.parametrize("place", PLACES)
def test_it_says_what_shapely_says(place: str) -> None:
    rng = np.random.default_rng([5, *place.encode()])
    for count in (1, 3, 12):
        outlines = some_outlines(rng, PLACES[place], count)
        cover, plain = AreaCover(outlines), AreaIndex(outlines)
        points = points_of(rng, outlines, 400)
        lats, lngs = np.array(points).T.copy()
        firsts = cover.first_of_each(lats, lngs).tolist()
        for (lat, lng), first in zip(points, firsts, strict=True):
            truth = sorted({*plain.holding(lat, lng)})
            assert cover.holding(lat, lng) == truth, (lat, lng)
            assert first == cover.first(lat, lng) == min(truth, default=-1)


def test_the_wards_of_bengaluru_hold_what_shapely_says_they_hold(recorded_data: Path) -> None:
    with gzip.open(recorded_data / "zones" / "bengaluru_wards_2022.geojson.gz", "rt", encoding="utf-8") as file:
        wards = [feature["geometry"] for feature in json.load(file)["features"]]
    outlines = [area_of(ward["type"], ward["coordinates"], INDIAN_MERIDIAN_DEG).outline for ward in wards]
    cover, plain = AreaCover(outlines), AreaIndex(outlines)
    points = points_of(np.random.default_rng(6), outlines, 1_000)
    assert [cover.holding(*point) for point in points] == [sorted(plain.holding(*point)) for point in points]
    assert all(number in cover.holding(*point_inside(outline)) for number, outline in enumerate(outlines))


def test_a_belt_around_the_earth_and_a_cap_on_it_are_outlines_too() -> None:
    belt = area_of("Polygon", [[[-180, -10], [0, -10], [180, -10], [180, 10], [0, 10], [-180, 10]]], 0.0).outline
    cap = area_of("Polygon", [[[-180, 80], [0, 80], [180, 80], [180, 90], [0, 90], [-180, 90]]], 0.0).outline
    cover = AreaCover([belt, cap])
    for lng in (-180.0, -179.99, 0.0, 77.0, 180.0):
        assert [cover.first(lat, lng) for lat in (0.0, 10.0, 10.1, 79.9, 80.0, 90.0)] == [0, 0, -1, -1, 1, 1]


def test_only_what_is_in_effect_counts_and_the_first_of_them() -> None:
    square = area_of("Polygon", [[[77.5, 12.9], [77.7, 12.9], [77.7, 13.1], [77.5, 13.1]]], 77.0).outline
    cover = AreaCover([square] * 3, [(10.0, 20.0), (0.0, 15.0), (0.0, float("inf"))])
    assert [cover.first(13.0, 77.6, at) for at in (-1.0, 0.0, 9.9, 10.0, 14.9, 20.0, 1e12)] == [-1, 1, 1, 0, 0, 2, 2]
    assert cover.holding(13.0, 77.6, 12.0) == [0, 1, 2]
    assert cover.first_of_each(np.array([13.0, 0.0]), np.array([77.6, 0.0]), 16.0).tolist() == [0, -1]


def test_without_outlines_nobody_is_held() -> None:
    assert AreaCover([]).first(13.0, 77.6) == -1
    assert AreaCover([]).first_of_each(np.empty(0), np.empty(0)).tolist() == []


@pytest.mark.parametrize("point", [(90.1, 0.0), (0.0, 180.5), (float("nan"), 0.0), (0.0, float("inf"))])
def test_what_is_no_place_is_refused(point: tuple[float, float]) -> None:
    cover = AreaCover([])
    for ask in (cover.first, cover.holding):
        with pytest.raises(BadPlace):
            ask(*point)
    with pytest.raises(BadPlace):
        cover.first_of_each(np.array([point[0]]), np.array([point[1]]))


def test_on_which_side_of_a_line_a_point_lies_is_exact() -> None:
    for n in range(-64, 65):
        # A point on the diagonal, then moved by the smallest step that there is.
        lies = 0.5 + n * 2.0**-53
        assert np.sign(side(12.0, 12.0, 24.0, 24.0, 0.5, lies)) == np.sign(n)
    assert side(0.0, 0.0, sin(1.0), cos(1.0), 2 * sin(1.0), 2 * cos(1.0)) == 0.0
