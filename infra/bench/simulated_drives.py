"""How do simulated crews drive, and what do their phones say? Streets at right angles, lights, jams, and noise."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from domain.drive_watch import Doubt

Place = tuple[float, float]

PING_EVERY_S: Final = 5
LOST_SHARE: Final = 0.10
LATE_S: Final = (0.2, 2.0)
STREET_M: Final = (150.0, 600.0)
SPEED_MPS: Final = (4.0, 12.0)
LIGHT_CHANCE, LIGHT_S = 0.35, (5.0, 60.0)
JAM_CHANCE, JAM_STANDS_S, JAM_CREEPS_M = 0.03, (10.0, 45.0), 60.0
STUCK_S: Final = (60.0, 240.0)
NOT_STUCK_WITHIN_M: Final = 500.0
GAP_S: Final = (15.0, 60.0)

M_PER_DEGREE: Final = 111_195.0
HERE: Final = (12.9716, 77.5946)


@dataclass(frozen=True, slots=True)
class Habits:
    """What a drive is like: the noise of a phone on a windscreen, and what streets have in store for it."""

    jitter_m: float = 10.0
    outlier_share: float = 0.01
    outlier_m: float = 60.0
    way_round_chance: float = 0.10
    way_round_m: tuple[float, float] = (100.0, 400.0)
    stuck_chance: float = 0.0
    """Of standing in traffic for one to four minutes at the end of a street."""
    gap_chance: float = 0.0
    """Of nothing being heard for a quarter of a minute to one, at each position: tunnels, car parks, dead spots."""


def pings_of(
    track: list[Place], trouble: Doubt | None, trouble_at_s: float, habits: Habits, chance: random.Random
) -> Iterator[tuple[float, float, Place]]:
    """When each position was taken and came in, and where it says that the crew is."""
    silent_until_s = 0.0
    offset = chance.uniform(0, PING_EVERY_S)
    course, speed_mps = chance.uniform(0, 2 * math.pi), chance.uniform(5.0, 12.0)
    for number in range((len(track) + 600) // PING_EVERY_S):
        second = offset + number * PING_EVERY_S
        if trouble is Doubt.DARK and second >= trouble_at_s:
            return
        if second >= silent_until_s and chance.random() < habits.gap_chance:
            silent_until_s = second + chance.uniform(*GAP_S)
        lost, late_s = chance.random() < LOST_SHARE, chance.uniform(*LATE_S)
        gone_s = max(0.0, second - trouble_at_s)
        east, north = track[min(int(min(second, trouble_at_s)), len(track) - 1)]
        if trouble is Doubt.GOING_AWAY and gone_s:
            away = math.hypot(east, north) or 1.0
            # Away, and up to 45 degrees aside: nobody flees along a radius.
            aside = math.sin(course) * math.pi / 4
            angle = math.atan2(north / away, east / away) + aside
            east, north = east + math.cos(angle) * speed_mps * gone_s, north + math.sin(angle) * speed_mps * gone_s
        spread = habits.outlier_m if chance.random() < habits.outlier_share else habits.jitter_m
        noisy = (east + chance.gauss(0, spread), north + chance.gauss(0, spread))
        if not lost and second >= silent_until_s:
            yield second, second + late_s, _degrees(noisy)


def track_of(habits: Habits, chance: random.Random) -> list[Place]:
    """Where a crew is at each second, in metres east and north of the vehicle, until it is there."""
    angle, far_m = chance.uniform(0, 2 * math.pi), chance.uniform(1_500.0, 8_000.0)
    east, north = far_m * math.cos(angle), far_m * math.sin(angle)
    places = [(east, north)]
    if chance.random() < habits.way_round_chance:
        east, north = _drive(places, east * (1 + chance.uniform(*habits.way_round_m) / far_m), north, chance)
    while math.hypot(east, north) > STREET_M[0]:
        along_east = abs(east) > abs(north) if chance.random() < 0.6 else abs(east) < abs(north)
        street_m = min(chance.uniform(*STREET_M), abs(east if along_east else north))
        if street_m < 1.0:
            along_east, street_m = not along_east, min(STREET_M[1], abs(north if along_east else east))
        to_east = east - math.copysign(street_m, east) if along_east else east
        to_north = north if along_east else north - math.copysign(street_m, north)
        east, north = _drive(places, to_east, to_north, chance)
        if chance.random() < habits.stuck_chance and math.hypot(east, north) > NOT_STUCK_WITHIN_M:
            places += [(east, north)] * int(chance.uniform(*STUCK_S))
        elif chance.random() < LIGHT_CHANCE and _has_driven(places):
            places += [(east, north)] * int(chance.uniform(*LIGHT_S))
    _drive(places, 0.0, 0.0, chance)
    return places


def _has_driven(places: list[Place]) -> bool:
    """Whether the last place where it stood is behind: nobody who comes stands longer than a minute about one place."""
    return (
        all(math.dist(places[-1], place) > 1.0 for place in places[-_APART_S - 1 : -1])
        and math.dist(places[-1], places[max(0, len(places) - _APART_S - 1)]) >= _APART_M
    )


_APART_S, _APART_M = 15, 100.0


def _drive(places: list[Place], to_east: float, to_north: float, chance: random.Random) -> Place:
    """Along one street, at one speed, or creeping through a jam."""
    east, north = places[-1]
    length_m, done_m = math.hypot(to_east - east, to_north - north), 0.0
    speed_mps, jammed = chance.uniform(*SPEED_MPS), chance.random() < JAM_CHANCE
    next_stand_m = JAM_CREEPS_M if jammed else math.inf
    while done_m + speed_mps < length_m:
        done_m += speed_mps
        share = done_m / length_m
        places.append((east + (to_east - east) * share, north + (to_north - north) * share))
        if done_m >= next_stand_m:
            places += [places[-1]] * int(chance.uniform(*JAM_STANDS_S))
            next_stand_m += JAM_CREEPS_M
    places.append((to_east, to_north))
    return to_east, to_north


def _degrees(place: Place) -> Place:
    east, north = place
    return HERE[0] + north / M_PER_DEGREE, HERE[1] + east / (M_PER_DEGREE * math.cos(math.radians(HERE[0])))
