"""How soon is a crew noticed that does not come, and how often one that does? Simulated drives with noisy positions."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Final

from domain.drive_watch import NOTHING_SEEN, Doubt, Excuse, Rules, Sight, looked
from domain.geography import points_apart_m
from infra.bench.frame import Report, at_least, at_most, machine

Say = Callable[[str], None]
Place = tuple[float, float]

DRIVES: Final = 4_000
QUICK_DRIVES: Final = 800
TROUBLE_SHARE: Final = 0.5
"""Half of the drives go wrong, so that both kinds of error are counted on many."""
KINDS: Final = (Doubt.STALLED, Doubt.GOING_AWAY, Doubt.DARK)
# The noise of a phone on a windscreen in a city.
PING_EVERY_S: Final = 5
LOST_SHARE: Final = 0.10
JITTER_M: Final = 10.0
OUTLIER_SHARE, OUTLIER_M = 0.01, 60.0
LATE_S: Final = (0.2, 2.0)
# How crews drive: streets at right angles, lights, jams, and now and then a way round.
STREET_M: Final = (150.0, 600.0)
SPEED_MPS: Final = (4.0, 12.0)
LIGHT_CHANCE, LIGHT_S = 0.35, (5.0, 60.0)
JAM_CHANCE, JAM_STANDS_S, JAM_CREEPS_M = 0.03, (10.0, 45.0), 60.0
WAY_ROUND_CHANCE, WAY_ROUND_M = 0.10, (100.0, 400.0)
LOOK_EVERY_S: Final = 5
DETECTED_WITHIN_S, RECALL_PERCENT, FALSE_PERCENT = 90.0, 95.0, 2.0

M_PER_DEGREE: Final = 111_195.0
HERE: Final = (12.9716, 77.5946)
NOON: Final = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One drive: what went wrong and when, and when the watch first doubted it, as what."""

    trouble: Doubt | None
    trouble_at_s: float
    doubted_at_s: float | None
    doubt: Doubt | None

    @property
    def is_found(self) -> bool:
        """Whether the trouble was noticed in time; nothing before it counts."""
        if self.trouble is None or self.doubted_at_s is None:
            return False
        return 0 <= self.doubted_at_s - self.trouble_at_s <= DETECTED_WITHIN_S

    @property
    def is_false(self) -> bool:
        """Whether a crew that came was doubted."""
        return self.doubted_at_s is not None and (self.trouble is None or self.doubted_at_s < self.trouble_at_s)


def run(*, quick: bool, say: Say) -> Report:
    """All drives of one seed."""
    count = QUICK_DRIVES if quick else DRIVES
    found = []
    for seed in range(count):
        if seed % 100 == 0:
            say(f"drive {seed} of {count}")
        found.append(watched(seed, Rules()))
    wrong = [each for each in found if each.trouble is not None]
    right = [each for each in found if each.trouble is None]
    false = sum(each.is_false for each in found)
    late = [each.doubted_at_s - each.trouble_at_s for each in wrong if each.is_found and each.doubted_at_s is not None]
    figures: dict[str, object] = {
        kind.value: {
            "drives": sum(each.trouble is kind for each in wrong),
            "found": sum(each.trouble is kind and each.is_found for each in wrong),
            "named_right": sum(each.trouble is kind and each.is_found and each.doubt is kind for each in wrong),
        }
        for kind in KINDS
    }
    figures["false_alarms"] = false
    figures["drives_that_came"] = len(right)
    figures["median_s"] = round(median(late), 1)
    return Report(
        bench="watch",
        machine=machine(),
        setting={"drives": count, "lost_percent": 100 * LOST_SHARE, "jitter_m": JITTER_M, "ping_every_s": PING_EVERY_S},
        figures=figures,
        bars=[
            at_least("recall, percent", 100 * sum(each.is_found for each in wrong) / len(wrong), RECALL_PERCENT),
            at_most("false alarms, percent of drives", 100 * false / len(found), FALSE_PERCENT),
            at_most("slowest detection, s", max(late), DETECTED_WITHIN_S),
        ],
    )


def watched(seed: int, rules: Rules) -> Outcome:
    """One drive, looked at every few seconds until it arrives, is doubted, or its trouble was overlooked."""
    chance = random.Random(seed)  # noqa: S311  (a simulation's chance, not a secret)
    trouble = chance.choice(KINDS) if chance.random() < TROUBLE_SHARE else None
    track = _track(chance)
    # Somewhere on the way, with enough of it before and after that there is something to see.
    trouble_at_s = chance.uniform(0.2, 0.6) * len(track) if trouble is not None else math.inf
    memory, excuse, newest = NOTHING_SEEN, Excuse(NOON, is_en_route=True), None
    pings = _pings(track, trouble, trouble_at_s, chance)
    ping = next(pings, None)
    for second in range(0, len(track) + 600, LOOK_EVERY_S):
        while ping is not None and ping[1] <= second:
            newest, ping = ping, next(pings, None)
        if newest is None:
            continue
        taken_s, received_s, place = newest
        away_m = points_apart_m(place, HERE)
        sight = Sight(_at(second), _at(taken_s), _at(received_s), place, away_m)
        memory, doubt = looked(memory, sight, excuse, rules.terms)
        if doubt is not None:
            return Outcome(trouble, trouble_at_s, second, doubt)
        if second > trouble_at_s + DETECTED_WITHIN_S or (trouble is None and second > len(track)):
            break
    return Outcome(trouble, trouble_at_s, None, None)


def _pings(
    track: list[Place], trouble: Doubt | None, trouble_at_s: float, chance: random.Random
) -> Iterator[tuple[float, float, Place]]:
    """When each position was taken and came in, and where it says that the crew is."""
    offset = chance.uniform(0, PING_EVERY_S)
    course, speed_mps = chance.uniform(0, 2 * math.pi), chance.uniform(5.0, 12.0)
    for number in range((len(track) + 600) // PING_EVERY_S):
        second = offset + number * PING_EVERY_S
        if trouble is Doubt.DARK and second >= trouble_at_s:
            return
        lost, late_s = chance.random() < LOST_SHARE, chance.uniform(*LATE_S)
        gone_s = max(0.0, second - trouble_at_s)
        east, north = track[min(int(min(second, trouble_at_s)), len(track) - 1)]
        if trouble is Doubt.GOING_AWAY and gone_s:
            away = math.hypot(east, north) or 1.0
            # Away, and up to 45 degrees aside: nobody flees along a radius.
            aside = math.sin(course) * math.pi / 4
            angle = math.atan2(north / away, east / away) + aside
            east, north = east + math.cos(angle) * speed_mps * gone_s, north + math.sin(angle) * speed_mps * gone_s
        spread = OUTLIER_M if chance.random() < OUTLIER_SHARE else JITTER_M
        noisy = (east + chance.gauss(0, spread), north + chance.gauss(0, spread))
        if not lost:
            yield second, second + late_s, _degrees(noisy)


def _track(chance: random.Random) -> list[Place]:
    """Where a crew is at each second, in metres east and north of the vehicle, until it is there."""
    angle, far_m = chance.uniform(0, 2 * math.pi), chance.uniform(1_500.0, 8_000.0)
    east, north = far_m * math.cos(angle), far_m * math.sin(angle)
    places = [(east, north)]
    if chance.random() < WAY_ROUND_CHANCE:
        east, north = _drive(places, east * (1 + chance.uniform(*WAY_ROUND_M) / far_m), north, chance)
    while math.hypot(east, north) > STREET_M[0]:
        along_east = abs(east) > abs(north) if chance.random() < 0.6 else abs(east) < abs(north)
        street_m = min(chance.uniform(*STREET_M), abs(east if along_east else north))
        if street_m < 1.0:
            along_east, street_m = not along_east, min(STREET_M[1], abs(north if along_east else east))
        to_east = east - math.copysign(street_m, east) if along_east else east
        to_north = north if along_east else north - math.copysign(street_m, north)
        east, north = _drive(places, to_east, to_north, chance)
        if chance.random() < LIGHT_CHANCE and _has_driven(places):
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


def _at(second: float) -> datetime:
    return NOON + timedelta(seconds=second)
