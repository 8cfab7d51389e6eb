"""How does a search go on when nobody near takes the job: farther out, up to people, or anew after a loss?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from application.continue_search import Ladder
from application.dispatch.due import Rules
from application.release_job import ReleaseJob, release_job
from application.report_en_route import ReportEnRoute, report_en_route
from application.trade import FREE_EVERYWHERE
from domain.request_terms import Hazard, RevokeReason
from domain.service_request import ServiceRequest
from tests.dispatcher.city import City, near
from tests.support.roadside import DESK_ACTOR, NOON

if TYPE_CHECKING:
    from uuid import UUID

    from application.engine import Answer, Work

pytestmark = pytest.mark.anyio


async def watched(city: City, seconds: float) -> None:
    """Rounds for so long, one every second."""
    for _ in range(int(seconds)):
        await city.dispatch.round(city.now)
        city.later(seconds=1)


async def test_a_search_grows_from_ring_to_ring_until_somebody_is_in_reach() -> None:
    city = City()
    _, shift_id = await city.on_duty(near(15))
    request_id = await city.calls()
    assert city.request(request_id).radius_m == 5_000
    await watched(city, 10)
    assert (city.request(request_id).radius_m, city.offers(request_id)) == (5_000, [])
    await watched(city, 10)
    assert (city.request(request_id).radius_m, city.offers(request_id)) == (10_000, [])
    await watched(city, 2)
    assert city.live_offer(request_id).shift_id == shift_id
    assert city.request(request_id).radius_m == 20_000


async def test_beyond_the_last_ring_everybody_is_asked() -> None:
    city = City()
    _, shift_id = await city.on_duty(near(400))
    request_id = await city.calls()
    await watched(city, 39)
    assert city.offers(request_id) == []
    await watched(city, 4)
    assert city.request(request_id).radius_m is None
    assert city.live_offer(request_id).shift_id == shift_id


async def test_when_nobody_is_anywhere_it_goes_up_to_people_and_never_waits_for_nothing() -> None:
    city = City()
    request_id = await city.calls()
    levels: dict[int, int] = {}
    for second in range(1_200):
        await city.dispatch.round(city.now)
        timer = city.timer(request_id)
        assert timer is not None, "a request that is searching has a pending timer (I3)"
        assert timer.kind == "search_due"
        assert timer.due_at > city.now
        levels.setdefault(city.request(request_id).escalation, second)
        city.later(seconds=1)
    assert levels == {0: 0, 1: 100, 2: 220, 3: 520}
    assert city.topics(request_id).count("search_widened") == 8
    assert city.request(request_id).state == "searching", "no clock gives up who is stranded"


async def test_a_search_ends_by_itself_only_where_that_is_set() -> None:
    city = City()
    city.rules = Rules(ladder=Ladder(gives_up_after=timedelta(seconds=60)))
    city.dispatch = city.new_dispatch()
    request_id = await city.calls()
    await watched(city, 580)
    assert (city.request(request_id).state, city.request(request_id).escalation) == ("searching", 3)
    await watched(city, 3)
    assert city.request(request_id).state == "unfulfilled"
    assert city.timer(request_id) is None


async def test_a_person_looks_at_an_sos_as_soon_as_nobody_is_near() -> None:
    city = City()
    request_id = await city.calls(sos=True)
    await watched(city, 12)
    row = city.request(request_id)
    assert (row.escalation, row.radius_m) == (3, 10_000)
    await watched(city, 600)
    assert city.topics(request_id).count("escalated") == 1


async def test_while_an_offer_is_out_the_search_waits_and_after_it_goes_on_at_once() -> None:
    city = City()
    first, _ = await city.on_duty(near(1))
    _, second = await city.on_duty(near(7))
    request_id = await city.calls()
    await watched(city, 25)
    assert (city.request(request_id).radius_m, len(city.offers(request_id))) == (5_000, 1)
    await city.declines(first, request_id)
    await watched(city, 2)
    assert city.request(request_id).radius_m == 10_000
    assert city.live_offer(request_id).shift_id == second


async def test_who_gives_a_job_back_is_not_asked_again_and_the_search_begins_anew() -> None:
    city = City()
    first, first_shift = await city.on_duty(near(1))
    _, second_shift = await city.on_duty(near(3))
    request_id = await city.calls()
    await watched(city, 2)
    await city.accepts(first, request_id)
    await city.run(report_en_route, ReportEnRoute(first, request_id, city.now))
    release = ReleaseJob(first, request_id, RevokeReason.PROVIDER_CANCELLED, city.now)
    await city.run(lambda command, work: release_job(command, work, FREE_EVERYWHERE), release)
    row = city.request(request_id)
    assert (row.state, row.attempt, row.radius_m) == ("searching", 2, 5_000)
    await watched(city, 3)
    assert city.live_offer(request_id).shift_id == second_shift
    assert city.live_offer(request_id).attempt == 2
    city.later(seconds=31)
    await watched(city, 40)
    assert {offer.shift_id for offer in city.offers(request_id) if offer.attempt == 2} == {second_shift}
    assert first_shift != second_shift


async def test_a_search_that_nobody_began_is_begun() -> None:
    """An assignment was revoked and nothing else was written down: the timer is due at once."""
    city = City()
    first, _ = await city.on_duty(near(1))
    request_id = await city.calls()
    await watched(city, 2)
    await city.accepts(first, request_id)

    async def revoke(_command: Any, work: Work) -> Answer:
        request = await work.get(ServiceRequest, request_id)
        request.revoke_assignment(RevokeReason.STALLED, city.now)
        return {}

    await city.run(revoke, ReportEnRoute(DESK_ACTOR, request_id, city.now))
    await watched(city, 1)
    assert city.topics(request_id)[-2:] == ["assignment_revoked", "dispatch_started"]
    assert city.request(request_id).radius_m == 5_000


async def test_a_search_from_before_there_were_rings_goes_on_everywhere_with_a_timer() -> None:
    city = City()
    _, shift_id = await city.on_duty(near(600))
    request_id = await old_request(city)
    assert (city.request(request_id).radius_m, city.request(request_id).widens_at) == (None, None)
    await watched(city, 1)
    row = city.request(request_id)
    assert (row.radius_m, row.widens_at, row.escalation) == (None, NOON + timedelta(seconds=60), 0)
    await watched(city, 3)
    assert city.live_offer(request_id).shift_id == shift_id


async def old_request(city: City) -> UUID:
    request_id = await city.calls()
    (asked,) = [event for event in city.log.events if event.stream_id == request_id]
    old = asked.payload.replace(b'"radius_m":5000', b'"radius_m":null')
    at = old.index(b'"widens_at":')
    old = old[:at] + b'"widens_at":null' + old[old.index(b'Z"', at) + 2 :]
    city.log.events[asked.position - 1] = type(asked)(
        **{name: getattr(asked, name) for name in asked.__struct_fields__ if name != "payload"}, payload=old
    )
    return request_id


async def test_danger_goes_first_then_where_waiting_is_dangerous_then_who_waits_the_longest() -> None:
    city = City()
    longest = await city.calls(at=NOON)
    city.later(seconds=1)
    dangerous = await city.calls(hazards=(Hazard.LIVE_LANE, Hazard.NIGHT))
    one_hazard = await city.calls(hazards=(Hazard.NIGHT,))
    city.later(seconds=1)
    sos = await city.calls(sos=True)
    turns = []
    for _ in range(4):
        await city.on_duty(near(1))
        await city.rounds(1)
        turns.append(
            next(each for each in (longest, dangerous, one_hazard, sos) if city.offers(each) and each not in turns)
        )
    assert turns == [sos, dangerous, one_hazard, longest]


async def test_a_fresh_position_counts_and_an_old_one_does_not() -> None:
    city = City()
    _, moved_near = await city.on_duty(near(4))
    _, stands = await city.on_duty(near(2))
    await city.says_it_is_at(moved_near, 0.5)
    city.later(seconds=60)
    first = await city.calls()
    await city.rounds(1)
    assert city.live_offer(first).shift_id == moved_near
    city = City()
    _, moved_near = await city.on_duty(near(4))
    _, stands = await city.on_duty(near(2))
    await city.says_it_is_at(moved_near, 0.5)
    city.later(seconds=61)
    first = await city.calls()
    await city.rounds(1)
    assert city.live_offer(first).shift_id == stands


async def test_nobody_is_offered_a_job_after_the_end_of_the_duty() -> None:
    city = City()
    _, tired = await city.on_duty(near(1))
    shifts = city.board.free_shifts

    async def with_an_end(limit: int) -> Any:
        return [replace(each, ends_by=city.now) if each.shift_id == tired else each for each in await shifts(limit)]

    city.board.free_shifts = with_an_end  # type: ignore[method-assign]  # the board says that the duty is over
    _, rested = await city.on_duty(near(3))
    request_id = await city.calls()
    await city.rounds(1)
    assert city.live_offer(request_id).shift_id == rested
