"""Is the desk pointed once at calls about the same breakdown, and can it take a merge back?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from application.dismiss_merge import DismissMerge, dismiss_merge
from application.dispatch.twins import TwinWatch
from application.merge_requests import MergeRequests, merge_requests
from application.trade import FREE_EVERYWHERE
from application.undo_merge import UndoMerge, undo_merge
from domain.catalogue import Service
from domain.request_terms import BEFORE_SEARCH, CLOSED, TO_BE_PAID
from domain.request_twins import TooLateToUndo
from domain.twins import Heard
from projections.customer_requests import customer_requests
from projections.merge_suggestions import merge_suggestions
from projections.request_board import request_board
from tests.dispatcher.city import City, near
from tests.support.roadside import DESK_ACTOR

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

pytestmark = pytest.mark.anyio


class MemoryCalls:
    """Implements ``application.dispatch.twins.CallBoard`` over the board of a city in memory."""

    def __init__(self, city: City) -> None:
        self._board = city.board

    async def open_calls(self, since: datetime, limit: int) -> Sequence[Heard]:
        rows = [row for row in self._board.rows(request_board) if row.created_at > since]
        return [
            Heard(
                row.tenant,
                row.request_id,
                row.cell,
                Service(row.service),
                row.created_at,
                row.state in BEFORE_SEARCH or (row.state == "searching" and row.live_offer_id is None),
            )
            for row in rows
            if row.state not in CLOSED | TO_BE_PAID
        ][:limit]

    async def pointed_out(self, since: datetime) -> frozenset[tuple[UUID, UUID]]:
        rows = self._board.rows(merge_suggestions)
        return frozenset((row.request_id, row.into) for row in rows if row.suggested_at > since)


def watch(city: City) -> TwinWatch:
    return TwinWatch(MemoryCalls(city), city.engine, city.told)


async def twice() -> tuple[City, UUID, UUID]:
    """The same breakdown, called for twice, and the desk is told."""
    city = City()
    first = await city.calls(near(0))
    city.later(minutes=3)
    second = await city.calls(near(0.1))
    assert await watch(city).look(city.now) == 1
    return city, first, second


async def test_the_desk_is_told_once_whoever_is_killed() -> None:
    city, first, second = await twice()
    (row,) = city.board.rows(merge_suggestions)
    assert (row.request_id, row.into, row.state) == (second, first, "suggested")
    assert await watch(city).look(city.now) == 0
    city.board.freeze()
    city.later(minutes=1)
    await watch(city).look(city.now)
    assert city.topics(second).count("merge_suggested") == 1


async def test_what_was_dismissed_is_not_suggested_again() -> None:
    city, _, second = await twice()
    await city.run(dismiss_merge, DismissMerge(DESK_ACTOR, second, city.now))
    assert await watch(city).look(city.now) == 0
    assert city.topics(second)[-1] == "merge_dismissed"


async def test_a_merge_is_undone_in_time_and_searched_for_again() -> None:
    city, first, second = await twice()
    await city.run(merge_requests, MergeRequests(DESK_ACTOR, second, first, city.now))
    city.later(minutes=29)
    undo = UndoMerge(DESK_ACTOR, second, city.now)
    await city.run(partial(undo_merge, trade=FREE_EVERYWHERE), undo)
    assert city.request(second).state == "searching"
    timer = city.timer(second)
    assert timer is not None
    assert timer.kind == "search_due"
    (mine,) = (row for row in city.board.rows(customer_requests) if row.request_id == second)
    assert (mine.state, mine.merged_into) == ("searching", None)
    assert [step["what"] for step in mine.steps][-2:] == ["unmerged", "dispatch_started"]
    assert await watch(city).look(city.now) == 0, "two breakdowns stay two"
    await city.on_duty(near(1))
    await city.on_duty(near(1.5))
    await city.rounds(2)
    assert city.live_offer(second).state == "made"


async def test_after_half_an_hour_it_is_too_late() -> None:
    city, first, second = await twice()
    await city.run(merge_requests, MergeRequests(DESK_ACTOR, second, first, city.now))
    city.later(minutes=31)
    with pytest.raises(TooLateToUndo):
        await city.run(partial(undo_merge, trade=FREE_EVERYWHERE), UndoMerge(DESK_ACTOR, second, city.now))
