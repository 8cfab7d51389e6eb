"""Is it noted, once and no oftener than asked, that a shift drove on, fell silent, or came back?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from application.dispatch.whereabouts import Attendance, Attention
from domain.geography import parent_of
from infra.dispatch.whereabouts import LastPositions
from projections.matching_table import ShiftRow, matching_table
from tests.dispatcher.city import City, near

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.anyio


def attendance(city: City) -> Attendance:
    """One that has just begun and remembers nothing."""
    return Attendance(city.board, LastPositions(city.positions), city.engine, Attention(), city.told)


def row(city: City, shift_id: UUID) -> ShiftRow:
    return next(each for each in city.board.rows(matching_table) if each.shift_id == shift_id)


async def test_a_free_shift_that_drove_to_another_district_has_moved() -> None:
    city = City()
    _, shift_id = await city.on_duty(near(0))
    looking = attendance(city)
    await city.says_it_is_at(shift_id, 0.05)
    assert parent_of(near(0.05), 8) == parent_of(near(0), 8)
    assert await looking.look(city.now) == 0, "a few metres are no news"
    city.later(seconds=10)
    await city.says_it_is_at(shift_id, 3)
    assert await looking.look(city.now) == 1
    assert row(city, shift_id).cell == near(3)
    assert await looking.look(city.now) == 0, "twice is no news"


async def test_moves_are_not_written_down_more_often_than_asked() -> None:
    city = City()
    _, shift_id = await city.on_duty(near(0))
    looking = attendance(city)
    for _ in range(30):
        city.later(seconds=5)
        await city.says_it_is_at(shift_id, (city.now.minute * 60 + city.now.second) / 30)
        await looking.look(city.now)
    assert city.topics(shift_id) == ["started", "moved", "moved", "moved"]


async def test_a_shift_that_is_kept_for_a_job_does_not_move_by_itself() -> None:
    city = City()
    _, shift_id = await city.on_duty(near(0))
    await city.calls()
    await city.rounds(1)
    await city.says_it_is_at(shift_id, 3)
    assert await attendance(city).look(city.now) == 0


async def test_who_falls_silent_is_stale_and_gets_no_offer_until_heard_of_again() -> None:
    city = City()
    _, shift_id = await city.on_duty(near(1))
    looking = attendance(city)
    await city.says_it_is_at(shift_id, 1)
    city.later(seconds=120)
    assert await looking.look(city.now) == 0
    city.later(seconds=1)
    assert await looking.look(city.now) == 1
    assert row(city, shift_id).state == "stale"
    assert await attendance(city).look(city.now) == 0, "twice is no news"
    request_id = await city.calls()
    await city.rounds(2)
    assert city.offers(request_id) == []
    await city.says_it_is_at(shift_id, 2)
    assert await looking.look(city.now) == 1
    assert (row(city, shift_id).state, row(city, shift_id).cell) == ("available", near(2))
    await city.rounds(2)
    assert city.live_offer(request_id).shift_id == shift_id


async def test_who_never_said_where_it_is_is_not_missed() -> None:
    city = City()
    _, shift_id = await city.on_duty(near(1))
    city.later(hours=3)
    assert await attendance(city).look(city.now) == 0
    assert row(city, shift_id).state == "available"


async def test_silence_counts_from_when_a_position_came_in_not_from_when_it_was_taken() -> None:
    """Out of a tunnel: five minutes old, but somebody is there."""
    city = City()
    _, shift_id = await city.on_duty(near(1))
    await city.says_it_is_at(shift_id, 1, at=city.now - timedelta(minutes=5))
    assert await attendance(city).look(city.now) == 0


async def test_a_silent_shift_keeps_its_job_and_is_back_at_it() -> None:
    city = City()
    crew, shift_id = await city.on_duty(near(1))
    request_id = await city.calls()
    await city.rounds(1)
    await city.accepts(crew, request_id)
    await city.says_it_is_at(shift_id, 1)
    city.later(seconds=121)
    await attendance(city).look(city.now)
    assert (row(city, shift_id).state, row(city, shift_id).request_id) == ("stale", request_id)
    await city.says_it_is_at(shift_id, 0.5)
    await attendance(city).look(city.now)
    assert row(city, shift_id).state == "committed"


async def test_killed_before_it_heard_the_answer_the_next_one_notes_nothing_twice() -> None:
    city = City()
    _, shift_id = await city.on_duty(near(1))
    await city.says_it_is_at(shift_id, 1)
    city.later(seconds=121)
    city.board.freeze()
    await attendance(city).look(city.now)
    await attendance(city).look(city.now)
    city.later(seconds=40)
    await attendance(city).look(city.now)
    city.board.thaw()
    assert city.topics(shift_id) == ["started", "went_stale"]
