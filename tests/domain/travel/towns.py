"""An invented town whose drives are known by heart: slow at eight, slow out of one quarter, with stops for coffee."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from random import Random

from domain.geography import cell_of, distance_m, parent_of
from domain.travel.fit import Drive

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
MIDDLE = (12.97, 77.59)
SLOW_HOUR = 8


def places(seed: int, many: int) -> list[str]:
    chance = Random(seed)  # noqa: S311  a town needs no secrets
    return [
        cell_of(MIDDLE[0] + chance.uniform(-0.09, 0.09), MIDDLE[1] + chance.uniform(-0.09, 0.09)) for _ in range(many)
    ]


def true_s(one: str, other: str, at: datetime, slow_quarter: str) -> float:
    """1.2 x the crow's way at 25 km/h; half as long again at eight, and a third longer out of the slow quarter."""
    seconds = distance_m(one, other) * 1.2 / (25 / 3.6)
    if at.hour == SLOW_HOUR:
        seconds *= 1.5
    return seconds * (4 / 3 if parent_of(one, 6) == slow_quarter else 1)


def drives(town: int, many: int, noise: float = 0.2, coffee: float = 0.0, seed: int = 0) -> tuple[list[Drive], str]:
    """Drives of two weeks, and the quarter that is slow to leave."""
    chance = Random(1_000 * town + seed)  # noqa: S311  a town needs no secrets
    known = places(town, 200)
    slow = parent_of(known[0], 6)
    found: list[Drive] = []
    while len(found) < many:
        one, other = chance.sample(known, 2)
        if distance_m(one, other) < 400:
            continue
        at = MONDAY + timedelta(seconds=chance.randrange(14 * 86_400))
        seconds = true_s(one, other, at, slow) * math.exp(chance.gauss(0, noise))
        found.append(Drive(one, other, at, seconds * (8 if chance.random() < coffee else 1)))
    return found, slow
