"""Is standing told from moving, from a gap in what is heard, and from positions that jitter?"""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.drive_watch import NOTHING_SEEN, Doubt, Excuse, Sight, WatchTerms, looked
from domain.geography import points_apart_m
from tests.support.roadside import NOON

VEHICLE = (12.9716, 77.5946)
M = 1 / 111_195
FAR = 3_000
EXCUSE = Excuse(NOON, is_en_route=True)


def doubted_at_s(norths_m: dict[int, float]) -> tuple[int, Doubt] | None:
    """When a crew is doubted, and as what: metres north of a place 3 km off, by second at which it was heard."""
    memory, last = NOTHING_SEEN, None
    for second in range(0, max(norths_m) + 1, 5):
        last = second if second in norths_m else last
        if last is None:
            continue
        place = (VEHICLE[0] + (FAR + norths_m[last]) * M, VEHICLE[1])
        heard_at = NOON + timedelta(seconds=last)
        sight = Sight(NOON + timedelta(seconds=second), heard_at, heard_at, place, points_apart_m(place, VEHICLE))
        memory, doubt = looked(memory, sight, EXCUSE, WatchTerms())
        if doubt is not None:
            return second, doubt
    return None


def every_5_s(upto: int) -> range:
    return range(0, upto + 1, 5)


def test_who_stands_is_doubted_within_ninety_seconds() -> None:
    found = doubted_at_s(dict.fromkeys(every_5_s(120), 0.0))
    assert found is not None
    assert found[1] is Doubt.STALLED
    assert found[0] <= 90


def test_a_red_light_of_a_minute_is_no_stall() -> None:
    assert doubted_at_s({s: min(0.0, 60.0 - s) * 8 - max(0.0, s - 120.0) * 8 for s in every_5_s(180)}) is None


def test_one_odd_position_hides_no_stall_and_two_are_a_crew_that_moves() -> None:
    assert doubted_at_s({s: 70.0 if s == 40 else 0.0 for s in every_5_s(95)}) is not None
    assert doubted_at_s({s: 70.0 if s in {40, 45} else 0.0 for s in every_5_s(95)}) is None


def test_who_was_not_heard_in_between_may_have_moved() -> None:
    assert doubted_at_s({s: 0.0 for s in every_5_s(95) if not 30 < s < 60}) is None


@pytest.mark.parametrize(("metres", "stands"), [(34.0, True), (60.0, False)])
def test_positions_that_jitter_more_are_given_more_room_and_not_any_room(metres: float, *, stands: bool) -> None:
    """Most lie within 15 m, some farther out."""
    jitter = {s: metres if s % 25 == 0 else 15.0 * (1 if s % 10 else -1) for s in every_5_s(95)}
    assert (doubted_at_s(jitter) is not None) is stands
