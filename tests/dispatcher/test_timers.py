"""Does every timer become its command, once, whoever dies between the decision and the answer?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from application.confirm_arrival import ConfirmArrival, confirm_arrival
from application.dispatch.board import TimerKind
from application.dispatch.due import POLICIES
from application.end_shift import EndShift, end_shift
from application.make_offer import MakeOffer, make_offer
from application.report_en_route import ReportEnRoute, report_en_route
from domain.price_terms import LineKind, PaymentMethod, PriceLine
from domain.provider import Provider
from domain.request_ending import ContactChannel
from domain.request_terms import Dispatch, Quote
from domain.service_request import ServiceRequest
from domain.shift import Shift
from projections.timers import FRESH_QUOTE_WITHIN
from tests.dispatcher.city import City, near
from tests.support.roadside import BREAKDOWN_CELL, CALL, DESK_ACTOR, NOON, REQUEST, some_id
from tests.support.trade import FEES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.log import Save

pytestmark = pytest.mark.anyio

PRICE = (PriceLine(LineKind.BASE, 50_000),)
QUOTE = Quote(1, "INR", PRICE, 50_000, NOON + timedelta(minutes=30), None, None, None, FEES)


def test_every_kind_of_timer_has_its_policy() -> None:
    assert set(POLICIES) == set(TimerKind)


async def told(city: City, decide: Callable[[Work], Awaitable[None]]) -> None:
    """Something happened that dispatch only hears of."""

    async def use_case(_command: Any, work: Work) -> Answer:
        await decide(work)
        return {}

    await city.run(use_case, ReportEnRoute(DESK_ACTOR, some_id(1), city.now))


async def a_quoted_request(city: City, scheduled_for: datetime | None = None) -> UUID:
    call = replace(CALL, dispatch=Dispatch.ON_CONFIRMATION, scheduled_for=scheduled_for)

    async def quote(work: Work) -> None:
        request = ServiceRequest.request(REQUEST, call, city.now)
        request.issue_quote(QUOTE, city.now)
        work.add(request)

    await told(city, quote)
    return REQUEST


async def test_a_price_that_nobody_confirms_ends_the_request_a_while_after_it_expired() -> None:
    city = City()
    request_id = await a_quoted_request(city)
    city.now = QUOTE.valid_until + FRESH_QUOTE_WITHIN - timedelta(milliseconds=1)
    await city.dispatch.round(city.now)
    assert city.request(request_id).state == "quoted"
    city.now = QUOTE.valid_until + FRESH_QUOTE_WITHIN
    await city.dispatch.round(city.now)
    assert city.request(request_id).state == "expired"
    assert city.timer(request_id) is None
    assert city.told.timers == ["quote_expires"]


async def test_a_scheduled_request_is_searched_for_when_its_hour_is_near() -> None:
    city = City()
    hour = NOON + timedelta(hours=2)
    request_id = await a_quoted_request(city, hour)

    async def schedule(work: Work) -> None:
        request = await work.get(ServiceRequest, request_id)
        request.confirm(1, PaymentMethod.CASH, DESK_ACTOR.role, city.now)
        request.schedule(hour, hour - timedelta(minutes=45), city.now)

    await told(city, schedule)
    await city.rounds(2)
    assert city.request(request_id).state == "scheduled"
    city.now = hour - timedelta(minutes=45)
    await city.on_duty(near(1))
    await city.rounds(2)
    assert city.told.refusals == []
    assert (city.request(request_id).state, len(city.offers(request_id))) == ("searching", 1)
    assert city.told.timers == ["release_due"]


async def test_a_vehicle_is_gone_when_nobody_says_otherwise_in_time() -> None:
    city = City()
    crew, _ = await city.on_duty(near(1))
    request_id = await city.calls()
    await city.rounds(1)
    await city.accepts(crew, request_id)
    await city.run(report_en_route, ReportEnRoute(crew, request_id, city.now))
    await city.run(confirm_arrival, ConfirmArrival(crew, request_id, BREAKDOWN_CELL, city.now))

    async def nobody_there(work: Work) -> None:
        request = await work.get(ServiceRequest, request_id)
        for channel in (ContactChannel.CALL, ContactChannel.MESSAGE):
            request.attempt_contact(channel, city.now)
        request.report_gone(city.now + timedelta(minutes=5), city.now)

    city.later(minutes=20)
    await told(city, nobody_there)
    city.later(minutes=4, seconds=59)
    await city.dispatch.round(city.now)
    assert city.request(request_id).state == "on_scene"
    city.later(seconds=1)
    await city.dispatch.round(city.now)
    assert city.request(request_id).state == "gone_on_arrival"


async def with_an_end(city: City, ends_by: datetime) -> tuple[UUID, UUID]:
    """A crew whose duty is over at an instant: provider and shift."""
    who, first = await city.on_duty(near(1))
    await city.run(end_shift, EndShift(who, first, city.now))
    provider_id, shift_id = who.subject_id, some_id(702)
    assert provider_id is not None

    async def begin(work: Work) -> None:
        provider = await work.get(Provider, provider_id)
        crew_id, truck_id = next(iter(provider.crew)), next(iter(provider.trucks))
        capabilities = provider.go_on_duty(shift_id, crew_id, truck_id, city.now)
        shift = Shift.start(
            shift_id,
            provider_id=provider_id,
            crew_id=crew_id,
            truck_id=truck_id,
            capabilities=capabilities,
            cell=near(1),
            at=city.now,
            ends_by=ends_by,
        )
        work.add(shift)

    await told(city, begin)
    return provider_id, shift_id


async def test_a_free_shift_goes_off_when_its_duty_is_over() -> None:
    city = City()
    provider_id, shift_id = await with_an_end(city, NOON + timedelta(hours=8))
    await city.rounds(2)
    assert city.topics(shift_id) == ["started"]
    city.now = NOON + timedelta(hours=8)
    await city.rounds(1)
    assert city.topics(shift_id) == ["started", "forced_off"]
    assert city.topics(provider_id)[-1] == "went_off_duty"
    assert city.timer(shift_id) is None


async def test_a_shift_finishes_its_job_before_it_goes_off() -> None:
    city = City()
    _, shift_id = await with_an_end(city, NOON + timedelta(seconds=20))
    request_id = await city.calls()
    await city.rounds(1)
    offer = city.live_offer(request_id)
    assert offer.shift_id == shift_id
    city.later(seconds=25)
    await city.rounds(2)
    assert city.topics(shift_id) == ["started", "held"]
    city.later(seconds=10)
    await city.rounds(3)
    assert city.topics(shift_id) == ["started", "held", "released", "forced_off"]
    assert set(city.told.refusals) <= {"shift_reserved"}


@pytest.mark.parametrize("moment", ["before_append", "after_append"])
@pytest.mark.parametrize("kind", ["search_due", "offer_lapses"])
async def test_killed_between_decision_and_answer_the_same_command_is_given_again(kind: str, moment: str) -> None:
    city = City()
    if kind == "offer_lapses":
        await city.on_duty(near(1))
    request_id = await city.calls()
    await city.rounds(1)
    city.later(seconds=31)
    city.board.freeze()
    keys: list[str] = []

    async def die(save: Save) -> None:
        keys.append(save.context.key)
        raise asyncio.CancelledError

    setattr(city.log, moment, die)
    with pytest.raises(asyncio.CancelledError):
        await city.dispatch.round(city.now)
    setattr(city.log, moment, None)
    assert keys[0].startswith(kind)
    events = len(city.log.events)
    city.dispatch = city.new_dispatch()
    await city.dispatch.round(city.now + timedelta(seconds=1))
    city.board.thaw()
    assert city.told.timers == ([kind] if moment == "before_append" else []), "what was done is only asked about"
    written = [event.topic for event in city.log.events[events:]]
    assert bool(written) == (moment == "before_append")
    assert city.topics(request_id).count("search_widened" if kind == "search_due" else "offer_closed") == 1


async def test_two_dispatchers_act_on_a_timer_once() -> None:
    city = City()
    requests = [await city.calls() for _ in range(5)]
    city.later(seconds=11)
    zombie = city.new_dispatch()
    city.board.freeze()
    await asyncio.gather(city.dispatch.round(city.now), zombie.round(city.now))
    # Half a minute later the name of the command is another, and still nothing is done twice.
    city.later(seconds=5)
    await zombie.round(city.now)
    city.board.thaw()
    assert [city.topics(each).count("search_widened") for each in requests] == [1] * 5


async def test_a_lost_timer_is_missed_and_made_up_for() -> None:
    city = City()
    request_id = await city.calls()
    await city.rounds(1)
    due_at = city.board.due
    open_requests = city.board.open_requests

    async def nothing_due(_at: datetime, _limit: int) -> Any:
        return []

    async def untimed(limit: int) -> Any:
        return [replace(each, search_due_at=None) for each in await open_requests(limit)]

    city.board.due = nothing_due  # type: ignore[method-assign, assignment]  # somebody deleted the row
    city.board.open_requests = untimed  # type: ignore[method-assign]
    city.later(seconds=30)
    await city.rounds(2)
    missed = await city.dispatch.find_orphans(city.now, timedelta(seconds=10))
    assert [each.request_id for each in missed] == [request_id]
    await city.dispatch.rescue(missed, city.now)
    city.board.due, city.board.open_requests = due_at, open_requests  # type: ignore[method-assign]
    timer = city.timer(request_id)
    assert timer is not None
    assert timer.due_at > city.now
    assert city.request(request_id).radius_m == 10_000
    assert await city.dispatch.find_orphans(city.now, timedelta(seconds=10)) == []


async def test_a_lost_lapse_is_made_up_for() -> None:
    city = City()
    _, shift_id = await city.on_duty(near(1))
    request_id = await city.calls()
    await city.run(
        make_offer, MakeOffer(DESK_ACTOR, request_id, some_id(801), shift_id, NOON + timedelta(seconds=30), NOON)
    )
    (open_now,) = await city.board.open_requests(10)
    assert open_now.live_offer_id == some_id(801)
    city.later(seconds=45)
    await city.dispatch.rescue([replace(open_now, lapses_at=None)], city.now)
    assert city.offers(request_id)[0].state == "lapsed"
