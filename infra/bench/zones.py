"""How many points a second are told their zone, one by one and many at once, beside shapely's prepared shapes?"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING, Final

import numpy as np

from domain.area_cover import AreaCover
from domain.areas import AreaIndex
from infra.bench.frame import Report, at_least, machine, median_ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from domain.areas import Outline, Position

Say = Callable[[str], None]

ACROSS: Final = 16
"""Wards in a row; as many rows."""
BENDS: Final = 6
"""Each border between two corners is bent so many times at every middle: 64 lines of it, 256 of a ward."""
WEST, SOUTH, WIDE_DEG = 77.40, 12.80, 0.40


def _bent(one: Position, other: Position, rng: np.random.Generator, times: int) -> list[Position]:
    """A border from one corner to the other, without the last point, as crooked as a real one."""
    if times == 0:
        return [one]
    off = rng.normal(0, 0.06, 2) * max(abs(other[0] - one[0]), abs(other[1] - one[1]))
    middle = round((one[0] + other[0]) / 2 + off[0], 6), round((one[1] + other[1]) / 2 + off[1], 6)
    return _bent(one, middle, rng, times - 1) + _bent(middle, other, rng, times - 1)


def wards(seed: int) -> list[Outline]:
    """A city of wards that share their borders, of a size and with as many corners as real ones."""
    rng, step = np.random.default_rng(seed), WIDE_DEG / ACROSS
    corners = [
        [
            (
                round(WEST + step * (x + rng.uniform(-0.2, 0.2)), 6),
                round(SOUTH + step * (y + rng.uniform(-0.2, 0.2)), 6),
            )
            for x in range(ACROSS + 1)
        ]
        for y in range(ACROSS + 1)
    ]
    along = {
        (x, y): _bent(corners[y][x], corners[y][x + 1], rng, BENDS) for y in range(ACROSS + 1) for x in range(ACROSS)
    }
    up = {(x, y): _bent(corners[y][x], corners[y + 1][x], rng, BENDS) for y in range(ACROSS) for x in range(ACROSS + 1)}
    found: list[Outline] = []
    for y in range(ACROSS):
        for x in range(ACROSS):
            back = [corners[y + 1][x + 1], *along[x, y + 1][:0:-1]]
            down = [corners[y + 1][x], *up[x, y][:0:-1]]
            ring = [*along[x, y], *up[x + 1, y], *back, *down]
            found.append((((*ring, ring[0]),),))
    return found


def points(rng: np.random.Generator, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """All over the city and beyond its edge."""
    lats = rng.uniform(SOUTH - 0.05, SOUTH + WIDE_DEG + 0.05, count)
    return lats, rng.uniform(WEST - 0.05, WEST + WIDE_DEG + 0.05, count)


def check(cover: AreaCover, plain: AreaIndex, outlines: list[Outline], rng: np.random.Generator, count: int) -> int:
    """A quick wrong answer would prove nothing: compare points at random, on corners and on the middles of lines."""
    lats, lngs = points(rng, count)
    on = [
        spot
        for outline in outlines
        for a, b in pairwise(outline[0][0])
        for spot in ((a[1], a[0]), ((a[1] + b[1]) / 2, (a[0] + b[0]) / 2))
    ]
    asked = [*zip(lats.tolist(), lngs.tolist(), strict=True), *on]
    for point in asked:
        if cover.holding(*point) != sorted(plain.holding(*point)):
            message = f"{point} lies in {plain.holding(*point)}, not in {cover.holding(*point)}"
            raise AssertionError(message)
    return len(asked)


def per_s(work: Callable[[], object], count: int) -> float:
    """So many things done a second."""
    began = perf_counter()
    work()
    return count / (perf_counter() - began)


def _one_by_one(ask: Callable[[float, float], object], asked: list[Position]) -> None:
    for lat, lng in asked:
        ask(lat, lng)


def run(*, quick: bool, say: Say) -> Report:
    """256 wards; both sides in turn on the same points."""
    rounds, count = (3, 50_000) if quick else (9, 200_000)
    rng, outlines = np.random.default_rng(2), wards(1)
    say("drawing the map")
    began = perf_counter()
    cover = AreaCover(outlines)
    drawn_s = perf_counter() - began
    plain = AreaIndex(outlines)
    compared = check(cover, plain, outlines, rng, count // 10)
    rates: dict[str, list[float]] = {"one_by_one": [], "at_once": [], "shapely_one_by_one": [], "shapely_at_once": []}
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        lats, lngs = points(rng, count)
        each = list(zip(lats.tolist(), lngs.tolist(), strict=True))
        few = each[: count // 10]
        rates["one_by_one"].append(per_s(partial(_one_by_one, cover.first, each), count))
        rates["at_once"].append(per_s(partial(cover.first_of_each, lats, lngs), count))
        rates["shapely_one_by_one"].append(per_s(partial(_one_by_one, plain.holding, few), len(few)))
        rates["shapely_at_once"].append(per_s(partial(plain.holding_each, lats, lngs), count))
    told = {name: statistics.median(values) for name, values in rates.items()}
    return Report(
        bench="zones",
        machine=machine(),
        setting={"zones": len(outlines), "lines": sum(len(one[0][0]) - 1 for one in outlines), "rounds": rounds},
        figures={
            "points_per_s": {name: round(rate) for name, rate in told.items()},
            "compared_with_shapely": compared,
            "cover": {"cells": cover.cells, "drawn_s": round(drawn_s, 3)},
        },
        bars=[
            at_least("points_one_by_one_per_s", told["one_by_one"], 500_000),
            at_least("points_at_once_per_s", told["at_once"], 1_000_000),
            at_least("one_by_one_over_shapely_x", median_ratio(rates["one_by_one"], rates["shapely_one_by_one"]), 1),
            at_least("at_once_over_shapely_x", median_ratio(rates["at_once"], rates["shapely_at_once"]), 1),
        ],
    )
