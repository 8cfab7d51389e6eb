"""Is a crew sent back for a better one only for a real gain, only once, and never for nothing?"""

from __future__ import annotations

import pytest

from application.dispatch.approach import Pace
from application.dispatch.swaps import Swapping, Swaps
from application.report_en_route import ReportEnRoute, report_en_route
from domain.drive_swap import SwapTerms, is_worth_a_swap
from infra.dispatch.whereabouts import LastPositions
from tests.dispatcher.city import City, near
from tests.dispatcher.drive_board import MemoryDrives
from tests.dispatcher.test_drives import Road

pytestmark = pytest.mark.anyio

MINUTE_S = 60


@pytest.mark.parametrize(
    ("now_min", "other_min", "away_m", "swaps", "worth"),
    [
        (20, 15, 5_000, 0, True),
        (20, 15.1, 5_000, 0, False),
        (60, 46, 9_000, 0, False),
        (60, 45, 9_000, 0, True),
        (20, 5, 1_500, 0, False),
        (20, 5, 1_501, 0, True),
        (20, 5, 5_000, 1, False),
    ],
)
def test_a_real_gain(now_min: float, other_min: float, away_m: float, swaps: int, *, worth: bool) -> None:
    assert is_worth_a_swap(now_min * MINUTE_S, other_min * MINUTE_S, away_m, swaps, SwapTerms()) is worth


async def far_off() -> Road:
    """A crew 30 km away comes, since nobody else was there."""
    city = City()
    crew, shift_id = await city.on_duty(near(4))
    request_id = await city.calls()
    await city.rounds(1)
    await city.accepts(crew, request_id)
    await city.run(report_en_route, ReportEnRoute(crew, request_id, city.now))
    await city.says_it_is_at(shift_id, 30)
    return Road(city, crew, shift_id, request_id)


def swaps(road: Road, *, may_ask: bool = True) -> Swaps:
    city = road.city
    board, seen = MemoryDrives(city.board), LastPositions(city.positions)
    return Swaps(board, city.board, seen, Pace(), city.engine, Swapping(may_ask=may_ask), city.told)


async def test_one_who_is_there_half_an_hour_sooner_is_asked_and_the_other_sent_back() -> None:
    road = await far_off()
    _, better = await road.city.on_duty(near(3))
    assert await swaps(road).look(road.city.now) == 1
    assert road.city.topics(road.request_id)[-4:] == [
        "provider_swapped", "assignment_revoked", "dispatch_started", "offer_made",
    ]  # fmt: skip
    assert road.city.live_offer(road.request_id).shift_id == better
    assert road.city.request(road.request_id).swaps == 1


async def test_nobody_is_sent_back_twice_or_for_one_whom_others_wait_for() -> None:
    road = await far_off()
    better, _ = await road.city.on_duty(near(3))
    await road.city.calls(near(200))
    assert await swaps(road).look(road.city.now) == 0, "somebody waits"
    road = await far_off()
    better, shift_id = await road.city.on_duty(near(3))
    await swaps(road).look(road.city.now)
    await road.city.accepts(better, road.request_id)
    await road.city.says_it_is_at(shift_id, 40)
    await road.city.on_duty(near(2))
    assert await swaps(road).look(road.city.now) == 0, "once is enough"


async def test_who_comes_is_not_given_up_for_a_contractor_who_may_refuse() -> None:
    road = await far_off()
    await road.city.on_duty(near(3))
    await swaps(road, may_ask=False).look(road.city.now)
    assert road.city.told.refusals == ["not_for_a_maybe"]
    assert road.city.request(road.request_id).state == "en_route"


async def test_without_a_fresh_position_there_is_no_case() -> None:
    road = await far_off()
    await road.city.on_duty(near(3))
    road.city.later(seconds=61)
    assert await swaps(road).look(road.city.now) == 0
