"""How soon is a crew noticed that does not come, and how often one that does? Simulated drives with noisy positions."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Final

from domain.drive_watch import NOTHING_SEEN, Doubt, Excuse, Nudged, Rules, Sight, Step, looked, next_step
from domain.geography import points_apart_m
from infra.bench.frame import Bar, Report, at_least, at_most, machine
from infra.bench.simulated_drives import HERE, PING_EVERY_S, Habits, Place, pings_of, track_of

Say = Callable[[str], None]

DRIVES: Final = 4_000
QUICK_DRIVES: Final = 800
TROUBLE_SHARE: Final = 0.5
"""Half of the drives go wrong, so that both kinds of error are counted on many."""
KINDS: Final = (Doubt.STALLED, Doubt.GOING_AWAY, Doubt.DARK)
SEEDS: Final = {"usual": 0, "unseen": 1_000_000, "detours": 2_000_000, "gaps": 3_000_000, "jitter": 4_000_000,
                "traffic": 5_000_000}  # fmt: skip
"""The first seed of each kind of city. The rules were found on other seeds of these cities."""
CITIES: Final = {
    "usual": Habits(),
    "unseen": Habits(),
    "detours": Habits(way_round_chance=0.5, way_round_m=(400.0, 1_500.0)),
    "gaps": Habits(gap_chance=0.02),
    "jitter": Habits(jitter_m=15.0, outlier_share=0.03, outlier_m=100.0),
    "traffic": Habits(stuck_chance=0.08),
}
HELD: Final = ("usual", "unseen")
"""What the bars are about. The others are harsher than any city and show what gives way first."""
LOOK_EVERY_S: Final = 5
LONG_S, ABOUT_M, AWAY_M = 75, 30.0, 100.0
"""Who in fact stands about one place, or gets farther away, for so long is asked with cause, be it a breakdown or a
jam, a wrong turn or a way round a river: from outside they are the same for 90 s, and one tap answers."""
DETECTED_WITHIN_S, REPLACED_WITHIN_S = 90.0, 30.0
RECALL_PERCENT, FALSE_PERCENT = 95.0, 2.0

NOON: Final = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One drive: what went wrong and when, when the watch first doubted it, as what, and whether it was replaced.

    ``had_cause``: it stood or went away for long, though it came in the end. ``replaced_at_s``: when the job is
    given to somebody else, if nobody of the crew taps anything.
    """

    trouble: Doubt | None
    trouble_at_s: float
    doubted_at_s: float | None = None
    doubt: Doubt | None = None
    had_cause: bool = False
    replaced_at_s: float | None = None

    @property
    def comes_when_doubted(self) -> bool:
        """Whether nothing was wrong yet when it was doubted."""
        return self.doubted_at_s is not None and (self.trouble is None or self.doubted_at_s < self.trouble_at_s)

    @property
    def is_found(self) -> bool:
        """Whether the trouble was noticed in time; nothing before it counts."""
        return self.doubted_at_s is not None and 0 <= self.doubted_at_s - self.trouble_at_s <= DETECTED_WITHIN_S

    @property
    def is_false(self) -> bool:
        """Whether a crew that came was doubted without any cause."""
        return self.comes_when_doubted and not self.had_cause


def run(*, quick: bool, say: Say) -> Report:
    """All drives of all cities."""
    count = QUICK_DRIVES if quick else DRIVES
    found: dict[str, list[Outcome]] = {}
    for city, habits in CITIES.items():
        found[city] = []
        for number in range(count):
            if number % 100 == 0:
                say(f"{city}, drive {number} of {count}")
            found[city].append(watched(SEEDS[city] + number, Rules(), habits))
    return Report(
        bench="watch",
        machine=machine(),
        setting={"drives_of_each_city": count, "ping_every_s": PING_EVERY_S, "look_every_s": LOOK_EVERY_S},
        figures={
            city: {
                "recall_percent": _recall(city, drives)["value"],
                "false_percent": _false(city, drives)["value"],
                **_figures(drives),
            }
            for city, drives in found.items()
        },
        bars=[bar for city in HELD for bar in (_recall(city, found[city]), _false(city, found[city]))]
        + [
            at_most("slowest detection, s", max(each for drives in found.values() for each in _late(drives)), 90.0),
            at_most(
                "slowest replacement after the nudge, s",
                max(each for drives in found.values() for each in _replaced_after(drives)),
                REPLACED_WITHIN_S,
            ),
        ],
    )


def _recall(city: str, drives: Sequence[Outcome]) -> Bar:
    # Who was doubted before, and came, was not there to be found any more.
    wrong = [each for each in drives if each.trouble is not None and not (each.comes_when_doubted and each.had_cause)]
    return at_least(f"{city}: recall, percent", 100 * sum(each.is_found for each in wrong) / len(wrong), RECALL_PERCENT)


def _false(city: str, drives: Sequence[Outcome]) -> Bar:
    return at_most(
        f"{city}: false alarms, percent of drives",
        100 * sum(each.is_false for each in drives) / len(drives),
        FALSE_PERCENT,
    )


def _late(drives: Sequence[Outcome]) -> list[float]:
    return [each.doubted_at_s - each.trouble_at_s for each in drives if each.is_found and each.doubted_at_s is not None]


def _replaced_after(drives: Sequence[Outcome]) -> list[float]:
    return [
        each.replaced_at_s - each.doubted_at_s
        for each in drives
        if each.is_found and each.replaced_at_s is not None and each.doubted_at_s is not None
    ]


def _figures(drives: Sequence[Outcome]) -> dict[str, object]:
    late, came = sorted(_late(drives)), [each for each in drives if each.comes_when_doubted]
    return {
        **{
            kind.value: {
                "drives": sum(each.trouble is kind for each in drives),
                "found": sum(each.trouble is kind and each.is_found for each in drives),
                "named_right": sum(each.trouble is kind and each.is_found and each.doubt is kind for each in drives),
            }
            for kind in KINDS
        },
        "median_s": round(median(late), 1),
        "p95_s": round(late[int(len(late) * 0.95)], 1),
        "false_alarms": {kind.value: sum(each.is_false and each.doubt is kind for each in drives) for kind in KINDS},
        "asked_with_cause": sum(each.had_cause for each in came),
        "replaced_if_they_never_answer": sum(each.replaced_at_s is not None for each in came),
    }


def watched(seed: int, rules: Rules, habits: Habits) -> Outcome:
    """One drive, looked at every few seconds until it arrives, is replaced, or its trouble was overlooked."""
    chance = random.Random(seed)  # noqa: S311  (a simulation's chance, not a secret)
    trouble = chance.choice(KINDS) if chance.random() < TROUBLE_SHARE else None
    track = track_of(habits, chance)
    # Somewhere on the way, with enough of it before and after that there is something to see.
    trouble_at_s = chance.uniform(0.2, 0.6) * len(track) if trouble is not None else math.inf
    memory, excuse, newest = NOTHING_SEEN, Excuse(NOON, is_en_route=True), None
    pings = pings_of(track, trouble, trouble_at_s, habits, chance)
    ping = next(pings, None)
    for second in range(0, len(track) + 600, LOOK_EVERY_S):
        while ping is not None and ping[1] <= second:
            newest, ping = ping, next(pings, None)
        if newest is None:
            continue
        sight = _sight(second, newest)
        memory, doubt = looked(memory, sight, excuse, rules.terms)
        if doubt is not None:
            had_cause = second < trouble_at_s and _has_cause(track, second)
            nudged = Nudged(doubt, sight.at, round(sight.away_m))
            rest = [newest, *([] if ping is None else [ping]), *pings]
            return Outcome(trouble, trouble_at_s, second, doubt, had_cause, _replaced_at_s(nudged, second, rest, rules))
        if second > trouble_at_s + DETECTED_WITHIN_S or (trouble is None and second > len(track)):
            break
    return Outcome(trouble, trouble_at_s)


def _replaced_at_s(
    nudged: Nudged, asked_s: int, pings: Sequence[tuple[float, float, Place]], rules: Rules
) -> float | None:
    """When a crew that answers nothing is replaced; None when it is seen to come first."""
    excuse = Excuse(NOON, is_en_route=True)
    for second in range(asked_s + LOOK_EVERY_S, asked_s + 10 * LOOK_EVERY_S, LOOK_EVERY_S):
        newest = [ping for ping in pings if ping[1] <= second][-1]
        step = next_step(nudged, None, _sight(second, newest), excuse, rules)
        if step in {Step.RESUME, Step.REVOKE}:
            return second if step is Step.REVOKE else None
    return None


def _sight(second: float, ping: tuple[float, float, Place]) -> Sight:
    taken_s, received_s, place = ping
    return Sight(_at(second), _at(taken_s), _at(received_s), place, points_apart_m(place, HERE))


def _has_cause(track: Sequence[Place], second: int) -> bool:
    """Whether a crew that comes has in fact stood about one place, or driven away, for so long that asking is right."""
    now, before = (track[min(max(0, each), len(track) - 1)] for each in (second, second - LONG_S))
    span = track[max(0, second - LONG_S) : second + 1]
    stood = bool(span) and all(math.dist(now, place) <= ABOUT_M for place in span)
    return stood or math.hypot(*now) - math.hypot(*before) >= AWAY_M


def _at(second: float) -> datetime:
    return NOON + timedelta(seconds=second)
