"""Where do the units and searches of the index's tests stand? Wherever cells, poles and meridians make it hard."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import h3  # type: ignore[import-untyped]  # the wheel has no py.typed
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Points = NDArray[np.float64]
    World = Callable[[np.random.Generator, int], Points]


def everywhere(rng: np.random.Generator, count: int) -> Points:
    """All over the globe, each square kilometre alike."""
    return np.column_stack([np.degrees(np.arcsin(rng.uniform(-1, 1, count))), rng.uniform(-180, 180, count)])


def city(rng: np.random.Generator, count: int) -> Points:
    """Dense in the middle, thin at the edge."""
    return np.array([12.97, 77.59]) + rng.normal(0, 0.08, (count, 2)) * rng.uniform(0, 1, (count, 1))


def depot(rng: np.random.Generator, count: int) -> Points:
    """Most in one yard, many of them at the very same point."""
    yard = np.array([13.1, 77.6])
    return np.where(rng.random((count, 1)) < 0.8, np.round(rng.normal(yard, 1e-4, (count, 2)), 4), yard + 0.5)


def pole(rng: np.random.Generator, count: int) -> Points:
    """Around either pole, and on it."""
    lats = np.minimum(90.0, 90 - np.abs(rng.normal(0, 0.5, count)) * (rng.random(count) < 0.95))
    return np.column_stack([lats * rng.choice([-1, 1], count), rng.uniform(-180, 180, count)])


def antimeridian(rng: np.random.Generator, count: int) -> Points:
    """On both sides of the 180th meridian, and on it under both its names."""
    lngs = 180 + rng.normal(0, 0.2, count) * (rng.random(count) < 0.9)
    return np.column_stack([-17 + rng.normal(0, 0.2, count), np.where(lngs > 180, lngs - 360, lngs)])


def pentagons(rng: np.random.Generator, count: int) -> Points:
    """Around the middles of the twelve cells that have five sides, at every scale."""
    middles = np.array([h3.cell_to_latlng(cell) for cell in h3.get_pentagons(5)])
    there = middles[rng.integers(0, rng.integers(1, 13), count)]
    return _on_earth(there + rng.normal(0, 1, (count, 2)) * 10.0 ** rng.uniform(-4, 0.5, (count, 1)))


def borders(rng: np.random.Generator, count: int) -> Points:
    """On corners and edges of cells of every size, and a hair beside."""
    around = everywhere(rng, 1)[0] if rng.random() < 0.5 else np.array([12.97, 77.59])
    found: list[tuple[float, float]] = []
    while len(found) < count:
        lat, lng = _on_earth(around + rng.normal(0, 0.3, 2)[None])[0]
        corners = h3.cell_to_boundary(h3.latlng_to_cell(lat, lng, int(rng.integers(4, 11))))
        found += [*corners, *((np.array(one) + two) / 2 for one, two in pairwise(corners))]
    chosen = np.array([tuple(one) for one in found])[rng.permutation(len(found))[:count]]
    return _on_earth(chosen + rng.choice([0.0, 1e-12, -1e-9, 1e-6], (count, 2)))


def _on_earth(points: Points) -> Points:
    lats = np.clip(points[:, 0], -90, 90)
    return np.column_stack([lats, (points[:, 1] + 180) % 360 - 180])


WORLDS: dict[str, World] = {
    world.__name__: world for world in (everywhere, city, depot, pole, antimeridian, pentagons, borders)
}
