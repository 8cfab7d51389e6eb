"""How is a city drawn in characters?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import cos, radians
from typing import TYPE_CHECKING, Final

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Point = tuple[float, float]
"""Latitude and longitude in degrees."""

# A character is about twice as high as wide.
HEIGHT_OF_WIDTH: Final = 2.0
# Around a handful of points, so that one alone is not the whole map: about a kilometre.
LEAST_SPAN_DEG: Final = 0.01
MARGIN: Final = 0.03


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at a place: how it looks, and whether it hides others (the greater rank does)."""

    place: Point
    glyph: str
    style: str
    rank: int


@dataclass(frozen=True, slots=True)
class Frame:
    """A piece of the earth on a grid of characters; the first row is in the north."""

    south: float
    west: float
    north: float
    east: float
    columns: int
    rows: int

    def at(self, place: Point) -> tuple[int, int] | None:
        """Row and column of a point, None outside."""
        lat, lng = place
        if not (self.south <= lat <= self.north and self.west <= lng <= self.east):
            return None
        row = int((self.north - lat) / (self.north - self.south) * self.rows)
        column = int((lng - self.west) / (self.east - self.west) * self.columns)
        return min(row, self.rows - 1), min(column, self.columns - 1)


def frame_around(places: Sequence[Point], columns: int, most_rows: int) -> Frame | None:
    """The smallest frame that shows them all, true to shape; None when there is nothing to show."""
    if not places:
        return None
    lats, lngs = [lat for lat, _ in places], [lng for _, lng in places]
    south, north = _widened(min(lats), max(lats))
    west, east = _widened(min(lngs), max(lngs))
    wide = (east - west) * cos(radians((south + north) / 2))
    rows = round(columns * (north - south) / wide / HEIGHT_OF_WIDTH)
    if rows > most_rows:
        columns, rows = max(1, round(columns * most_rows / rows)), most_rows
    return Frame(south, west, north, east, columns, max(1, rows))


def draw(frame: Frame, outlines: Iterable[Sequence[Point]], marks: Iterable[Mark]) -> Text:
    """The map: outlines as dots, and whatever is on them; where several lie on one character, how many."""
    grid = {spot: ("·", "dim") for ring in outlines for spot in _line(frame, ring)}
    there: Counter[tuple[tuple[int, int], str, str, int]] = Counter()
    for mark in marks:
        spot = frame.at(mark.place)
        if spot is not None:
            there[spot, mark.glyph, mark.style, mark.rank] += 1
    for (spot, glyph, style, _), count in sorted(there.items(), key=lambda each: each[0][3]):
        grid[spot] = (glyph if count == 1 else _counted(count), style)
    text = Text(no_wrap=True)
    for row in range(frame.rows):
        for column in range(frame.columns):
            text.append(*grid.get((row, column), (" ", "")))
        if row + 1 < frame.rows:
            text.append("\n")
    return text


def rings_of(geometry: object) -> list[list[Point]]:
    """The outer rings of a GeoJSON polygon or multipolygon, as latitude and longitude."""
    if not isinstance(geometry, dict):
        return []
    coordinates = geometry.get("coordinates", [])
    polygons = [coordinates] if geometry.get("type") == "Polygon" else coordinates
    return [[(float(lat), float(lng)) for lng, lat, *_ in polygon[0]] for polygon in polygons if polygon]


def _line(frame: Frame, ring: Sequence[Point]) -> Iterable[tuple[int, int]]:
    steps = 2 * max(frame.columns, frame.rows)
    for (lat, lng), (next_lat, next_lng) in zip(ring, [*ring[1:], *ring[:1]], strict=True):
        for step in range(steps):
            share = step / steps
            spot = frame.at((lat + (next_lat - lat) * share, lng + (next_lng - lng) * share))
            if spot is not None:
                yield spot


def _widened(least: float, most: float) -> tuple[float, float]:
    span = max(most - least, LEAST_SPAN_DEG)
    middle = (least + most) / 2
    half = span / 2 + span * MARGIN
    return middle - half, middle + half


def _counted(count: int) -> str:
    return str(count) if count < 10 else "+"
