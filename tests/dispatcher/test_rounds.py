"""Does dispatch go on after a decline, a lapse, an empty city, a death between decision and answer, a second leader?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from application.dispatch.asking import Asking
from application.dispatch.board import Due, TimerKind
from application.log import LogUnavailable, Save
from application.suspend_provider import SuspendProvider, suspend_provider
from domain.catalogue import Capability
from domain.provider import SuspendReason
from infra.event_store.codec import decode
from tests.dispatcher.city import OFFER_TTL, City, near
from tests.support.roadside import DESK_ACTOR, NOON, TENANT, some_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

pytestmark = pytest.mark.anyio


async def test_the_nearest_is_offered_the_job_with_a_time_to_live_and_may_take_it() -> None:
    city = City()
    near_by, shift_id = await city.on_duty(near(1))
    await city.on_duty(near(4))
    request_id = await city.calls()
    await city.rounds(1)
    offer = city.live_offer(request_id)
    assert offer.shift_id == shift_id
    assert offer.lapses_at - offer.created_at == OFFER_TTL
    await city.accepts(near_by, request_id)
    await city.rounds()
    assert city.request(request_id).state == "assigned"
    assert len(city.offers(request_id)) == 1


async def test_after_a_decline_the_next_is_asked_and_the_first_never_again() -> None:
    city = City()
    first, _ = await city.on_duty(near(1))
    second, _ = await city.on_duty(near(4))
    request_id = await city.calls()
    await city.rounds(1)
    await city.declines(first, request_id)
    await city.rounds(1)
    assert city.live_offer(request_id).provider_id == second.subject_id
    await city.declines(second, request_id)
    await city.rounds(40)
    assert [offer.state for offer in city.offers(request_id)] == ["declined", "declined"]
    assert city.request(request_id).state == "searching"


async def test_after_a_lapse_the_next_is_asked_and_the_first_again_only_when_all_were() -> None:
    city = City(Asking(most=1))
    first, _ = await city.on_duty(near(1))
    second, _ = await city.on_duty(near(4))
    request_id = await city.calls()
    await city.rounds(1)
    city.later(seconds=29)
    await city.rounds(1)
    assert city.live_offer(request_id).provider_id == first.subject_id, "not before its time"
    city.later(seconds=1)
    await city.rounds(3)
    assert city.live_offer(request_id).provider_id == second.subject_id
    city.later(seconds=31)
    await city.rounds(3)
    assert city.live_offer(request_id).provider_id == first.subject_id
    assert city.request(request_id).offers_made == 3


async def test_a_list_of_offers_that_is_behind_is_waited_for_but_not_for_long() -> None:
    city = City()
    await city.on_duty(near(1))
    await city.on_duty(near(4))
    request_id = await city.calls()
    await city.rounds(1)
    city.later(seconds=31)
    asked = len(city.log.events)
    city.board.frozen_at = {"provider_jobs": asked}
    await city.rounds(3)
    city.board.thaw()
    assert [offer.state for offer in city.offers(request_id)] == ["lapsed"], "who let it pass is not known yet"
    city.board.frozen_at = {"provider_jobs": asked}
    await city.rounds(12)
    city.board.thaw()
    assert len(city.offers(request_id)) == 2


async def test_with_nobody_on_duty_it_stays_searching_until_somebody_starts() -> None:
    city = City()
    request_id = await city.calls()
    await city.rounds(100)
    assert city.request(request_id).state == "searching"
    assert city.told.looks < 20, "a board that does not change is not read at every poll"
    await city.on_duty(near(4), able=[Capability.FLAT_TYRE])
    await city.rounds(2)
    assert city.offers(request_id) == []
    _, shift_id = await city.on_duty(near(4))
    await city.rounds(1)
    assert city.live_offer(request_id).shift_id == shift_id


async def test_two_calls_at_once_do_not_get_one_shift_and_the_older_goes_first() -> None:
    city = City()
    _, shift_id = await city.on_duty(near(1))
    older, younger = await city.calls(), await city.calls(near(1), at=NOON)
    await city.rounds(5)
    assert city.live_offer(older).shift_id == shift_id
    assert city.offers(younger) == []
    assert city.told.refusals == []
    _, other = await city.on_duty(near(3))
    await city.rounds(1)
    assert city.live_offer(younger).shift_id == other


async def test_killed_after_the_commit_and_before_the_answer_the_next_one_neither_doubles_nor_loses() -> None:
    """The board is still what the dead dispatcher decided from: the same decision, the same command."""
    city = City()
    await city.on_duty(near(1))
    await city.on_duty(near(2))
    request_id = await city.calls()
    city.board.freeze()

    async def die(_save: Save) -> None:
        raise asyncio.CancelledError

    city.log.after_append = die
    with pytest.raises(asyncio.CancelledError):
        await city.dispatch.round(city.now)
    city.log.after_append = None
    city.dispatch = city.new_dispatch()
    await city.rounds(1)
    assert [replayed for *_, replayed in city.told.offers] == [True]
    city.board.thaw()
    await city.rounds()
    assert len(city.offers(request_id)) == 1


async def test_killed_between_decision_and_commit_the_next_one_decides_the_same() -> None:
    city = City()
    _, shift_id = await city.on_duty(near(1))
    request_id = await city.calls()

    async def die(_save: Save) -> None:
        raise asyncio.CancelledError

    city.log.before_append = die
    with pytest.raises(asyncio.CancelledError):
        await city.dispatch.round(city.now)
    city.log.before_append = None
    assert city.offers(request_id) == []
    city.dispatch = city.new_dispatch()
    await city.rounds(1)
    assert city.live_offer(request_id).shift_id == shift_id


async def test_killed_while_an_offer_is_out_the_next_one_notes_its_lapse() -> None:
    city = City()
    await city.on_duty(near(1))
    _, second = await city.on_duty(near(2))
    request_id = await city.calls()
    await city.rounds(1)
    city.dispatch = city.new_dispatch()
    city.later(seconds=31)
    await city.rounds(3)
    assert [offer.state for offer in city.offers(request_id)] == ["lapsed", "made"]
    assert city.live_offer(request_id).shift_id == second


async def test_two_dispatchers_at_once_do_everything_once() -> None:
    """A zombie that believes it leads, and its successor, on the same stale board."""
    city = City()
    shifts = {(await city.on_duty(near(km / 3)))[1] for km in range(1, 11)}
    requests = [await city.calls() for _ in range(10)]
    zombie = city.new_dispatch()
    city.board.freeze()
    await asyncio.gather(city.dispatch.round(city.now), zombie.round(city.now))
    city.board.thaw()
    offers = [city.live_offer(request_id) for request_id in requests]
    assert {offer.shift_id for offer in offers} == shifts
    city.later(seconds=31)
    await asyncio.gather(city.dispatch.round(city.now), zombie.round(city.now))
    for request_id in requests:
        first, *others = (row.state for row in city.offers(request_id))
        assert first == "lapsed"
        assert others in ([], ["made"]), "whoever comes first asks the next, and nobody asks twice"
    assert len(city.log.events) == len({(event.stream_id, event.version) for event in city.log.events})


async def test_a_zombie_with_another_view_is_refused_by_the_aggregates() -> None:
    city = City()
    await city.on_duty(near(2))
    request_id = await city.calls()
    before_the_offer = len(city.log.events)
    await city.rounds(1)
    await city.on_duty(near(1))
    city.board.frozen_at = {"request_board": before_the_offer, "provider_jobs": before_the_offer}
    await city.new_dispatch().round(city.now)
    city.board.thaw()
    assert city.told.refusals == ["stale_version"]
    assert len(city.offers(request_id)) == 1


async def test_while_the_board_stands_still_an_order_is_given_once_and_then_only_asked_about() -> None:
    city = City()
    await city.on_duty(near(1))
    await city.calls()
    city.board.freeze()
    await city.rounds(8)
    assert len(city.told.offers) == 1
    await city.rounds(20)
    assert [replayed for *_, replayed in city.told.offers][1:] == [True] * (len(city.told.offers) - 1)


async def test_a_suspended_provider_does_not_hold_up_the_queue() -> None:
    city = City()
    suspended, _ = await city.on_duty(near(1))
    _, second = await city.on_duty(near(4))
    assert suspended.subject_id is not None
    order = SuspendProvider(DESK_ACTOR, suspended.subject_id, SuspendReason.COMPLAINTS, city.now)
    await city.run(suspend_provider, order)
    request_id = await city.calls()
    await city.rounds(2)
    assert city.told.refusals == ["provider_not_active"]
    assert city.live_offer(request_id).shift_id == second


async def test_a_log_that_does_not_answer_is_asked_again() -> None:
    city = City()
    await city.on_duty(near(1))
    request_id = await city.calls()

    async def fail(_save: Save) -> None:
        raise LogUnavailable("gone")

    city.log.before_append = fail
    await city.rounds(2)
    assert set(city.told.refusals) == {"log_unavailable"}
    city.log.before_append = None
    await city.rounds(12)
    assert city.live_offer(request_id).state == "made"


async def test_what_dispatch_orders_continues_the_story_of_what_led_there() -> None:
    city = City()
    await city.on_duty(near(1))
    await city.calls()
    requested = city.log.events[-1]
    await city.rounds(1)
    made = city.log.events[-1]
    assert made.actor == "system:dispatcher"
    assert (made.correlation_id, made.causation_id) == (requested.correlation_id, requested.command_id)


async def test_same_board_same_answer() -> None:
    first, second = City(), City()
    for city in (first, second):
        for km in (3, 1, 2):
            await city.on_duty(near(km))
        for _ in range(3):
            await city.calls()
        await city.rounds(2)
    assert [event.payload for event in first.log.events] == [event.payload for event in second.log.events]


async def test_an_offer_tells_how_long_the_drive_will_be_from_where_the_crew_is_now() -> None:
    city = City()
    _, shift_id = await city.on_duty(near(4))
    await city.says_it_is_at(shift_id, 2)
    request_id = await city.calls()
    await city.rounds(1)
    (made,) = [event for event in city.log.events if event.topic == "offer.made"]
    # 2 km of crow-fly, a third more by road, at 35 km/h: some 277 s, give or take a cell.
    assert 260 < decode(made.topic, made.payload)["eta_s"] < 295
    assert city.live_offer(request_id).shift_id == shift_id


async def test_a_timer_that_is_refused_rests_and_does_not_crowd_out_others() -> None:
    city = City()
    city.limits = replace(city.limits, most_timers=1)
    city.dispatch = city.new_dispatch()
    stuck, other = await city.calls(), await city.calls()
    plain = city.board.due

    async def with_a_stuck_one(at: datetime, limit: int) -> Sequence[Due]:
        lost = Due(TENANT, some_id(666), TimerKind.SEARCH_DUE, NOON, some_id(666), NOON)
        return [lost, *await plain(at, limit)][:limit]

    city.board.due = with_a_stuck_one  # type: ignore[method-assign]  # a timer of what does not exist
    city.later(seconds=11)
    for _ in range(8):
        await city.dispatch.round(city.now)
        city.later(milliseconds=250)
    assert [city.request(each).radius_m for each in (stuck, other)] == [10_000, 10_000]
    assert city.told.refusals == ["not_found"]
