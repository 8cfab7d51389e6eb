"""Does every use case write what it promises, in one save?"""

from dataclasses import replace

import pytest

from application.accept_offer import AcceptOffer, accept_offer
from application.cancel_request import CancelRequest, cancel_request
from application.confirm_arrival import ConfirmArrival, confirm_arrival
from application.decline_offer import DeclineOffer, decline_offer
from application.end_break import EndBreak, end_break
from application.end_shift import EndShift, end_shift
from application.give_up_search import GiveUpSearch, give_up_search
from application.lapse_offer import LapseOffer, lapse_offer
from application.reinstate_provider import ReinstateProvider, reinstate_provider
from application.request_service import RequestService, request_service
from application.start_break import StartBreak, start_break
from application.start_shift import StartShift, start_shift
from application.suspend_provider import SuspendProvider, suspend_provider
from application.withdraw_offer import WithdrawOffer, withdraw_offer
from domain.catalogue import Service
from domain.offer import DeclineReason, OfferLapsed, OfferState, OfferStillOpen
from domain.provider import AlreadyOnDuty, ProviderNotActive, SuspendReason
from domain.request_terms import CancelReason, ConfirmedBy, DeclinedBefore, RequestState
from domain.shift import NotCapable, ShiftReserved, ShiftState
from tests.application.world import World
from tests.support.roadside import (
    BREAKDOWN_CELL,
    CALL,
    CREW,
    DEPOT_CELL,
    DEPOT_TO_BREAKDOWN_M,
    DESK_ACTOR,
    DISPATCHER,
    LAPSE,
    LATER,
    NOON,
    OFFER,
    OTHER_OFFER,
    OTHER_REQUEST,
    OTHER_SHIFT,
    PROVIDER,
    REQUEST,
    SHIFT,
    SOON,
    THE_CUSTOMER,
    THE_PROVIDER,
    TRUCK,
)

pytestmark = pytest.mark.anyio


async def test_from_the_call_to_the_completed_job() -> None:
    world = await World().held()
    await world.drive()
    await world.arrive()
    done = await world.complete()
    assert done.answer == {
        "id": REQUEST.hex,
        "version": 6,
        "state": "completed",
        "attempt": 1,
        "offer_id": OFFER.hex,
        "provider_id": PROVIDER.hex,
        "shift_id": SHIFT.hex,
        "sos": False,
        "quote": None,
        "payment_method": None,
        "fare": None,
        "outcome": None,
        "settled_minor": None,
    }
    assert done.position == world.head
    shift = await world.the_shift()
    assert (shift.state, shift.cell) == (ShiftState.AVAILABLE, BREAKDOWN_CELL)


async def test_an_offer_stands_on_request_shift_and_offer_together() -> None:
    world = World()
    await world.open_both()
    await world.request()
    before, appends = world.head, world.log.appends
    done = await world.offer()
    assert world.topics(before) == ["service_request.offer_made", "shift.held", "offer.made", "decision.made"]
    assert world.log.appends == appends + 1
    offer = await world.the_offer()
    assert (offer.distance_m, offer.cell, offer.attempt) == (DEPOT_TO_BREAKDOWN_M, BREAKDOWN_CELL, 1)
    assert done.answer["lapses_at"] == "2026-03-02T12:00:25Z"


async def test_an_acceptance_is_one_save_over_three_streams() -> None:
    world = await World().asked()
    before, appends = world.head, world.log.appends
    done = await world.accept()
    assert world.topics(before) == ["offer.accepted", "service_request.assigned", "shift.committed"]
    assert world.log.appends == appends + 1
    assert done.position == before + 3
    assert {event.command_id for event in world.log.events[before:]} == {world.log.events[-1].command_id}


async def test_accepting_twice_records_nothing() -> None:
    world = await World().held()
    before = world.head
    done = await world.accept()
    assert world.head == before
    assert done.answer["state"] == "accepted"


async def test_accepting_late_is_refused_and_the_lapse_frees_everybody() -> None:
    world = await World().asked()
    before = world.head
    with pytest.raises(OfferLapsed):
        await world.run(accept_offer, AcceptOffer(THE_PROVIDER, OFFER, LAPSE))
    with pytest.raises(OfferStillOpen):
        await world.run(lapse_offer, LapseOffer(DISPATCHER, OFFER, SOON))
    assert world.head == before
    await world.run(lapse_offer, LapseOffer(DISPATCHER, OFFER, LAPSE))
    assert world.topics(before) == ["offer.lapsed", "service_request.offer_closed", "shift.released"]
    assert (await world.the_shift()).state is ShiftState.AVAILABLE
    await world.offer(OTHER_OFFER)


async def test_a_decline_frees_the_shift_and_that_provider_is_not_asked_again() -> None:
    world = await World().asked()
    before = world.head
    await world.run(decline_offer, DeclineOffer(THE_PROVIDER, OFFER, DeclineReason.TOO_FAR, SOON))
    assert world.topics(before) == ["offer.declined", "service_request.offer_closed", "shift.released"]
    shift = await world.the_shift()
    assert (shift.state, shift.cell) == (ShiftState.AVAILABLE, DEPOT_CELL)
    with pytest.raises(DeclinedBefore):
        await world.offer(OTHER_OFFER)
    await world.offer(OTHER_OFFER, shift_id=OTHER_SHIFT)


async def test_an_offer_taken_back_frees_everybody() -> None:
    world = await World().asked()
    before = world.head
    await world.run(withdraw_offer, WithdrawOffer(DESK_ACTOR, OFFER, SOON))
    assert world.topics(before) == ["offer.withdrawn", "service_request.offer_closed", "shift.released"]


async def test_one_shift_is_offered_one_job() -> None:
    world = await World().asked()
    await world.request(OTHER_REQUEST)
    with pytest.raises(ShiftReserved):
        await world.offer(OTHER_OFFER, OTHER_REQUEST)
    await world.accept()
    with pytest.raises(ShiftReserved):
        await world.offer(OTHER_OFFER, OTHER_REQUEST)
    await world.offer(OTHER_OFFER, OTHER_REQUEST, OTHER_SHIFT)


async def test_a_job_is_offered_only_to_who_can_do_it() -> None:
    world = World()
    await world.open_company()
    call = replace(CALL, service=Service.LOCKOUT)
    await world.run(request_service, RequestService(THE_CUSTOMER, REQUEST, call, NOON))
    with pytest.raises(NotCapable):
        await world.offer()


async def test_a_suspended_provider_gets_no_job() -> None:
    world = await World().asked()
    await world.run(suspend_provider, SuspendProvider(DESK_ACTOR, PROVIDER, SuspendReason.FRAUD, NOON))
    with pytest.raises(ProviderNotActive):
        await world.accept()
    await world.run(withdraw_offer, WithdrawOffer(DESK_ACTOR, OFFER, SOON))
    with pytest.raises(ProviderNotActive):
        await world.offer(OTHER_OFFER)
    await world.run(reinstate_provider, ReinstateProvider(DESK_ACTOR, PROVIDER, NOON))
    await world.offer(OTHER_OFFER)


async def test_who_is_suspended_finishes_the_job() -> None:
    world = await World().held()
    await world.run(suspend_provider, SuspendProvider(DESK_ACTOR, PROVIDER, SuspendReason.FRAUD, NOON))
    await world.drive()
    await world.arrive()
    assert (await world.complete()).answer["state"] == "completed"


async def test_an_arrival_tells_how_far_off_and_by_whose_word() -> None:
    world = await World().held()
    await world.drive()
    before = world.head
    await world.run(confirm_arrival, ConfirmArrival(THE_CUSTOMER, REQUEST, DEPOT_CELL, SOON))
    payload = world.log.events[before].payload.decode()
    assert f'"confirmed_by":"{ConfirmedBy.CUSTOMER.value}"' in payload
    assert f'"distance_m":{DEPOT_TO_BREAKDOWN_M}' in payload


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
async def test_cancelling_frees_whoever_was_kept_for_it(steps: int) -> None:
    world = await World().asked()
    for step in [world.accept, world.drive, world.arrive][:steps]:
        await step()
    before = world.head
    done = await world.run(cancel_request, CancelRequest(THE_CUSTOMER, REQUEST, CancelReason.TOOK_TOO_LONG, SOON))
    assert done.answer["state"] == "cancelled"
    asked = ["service_request.offer_closed", "service_request.cancelled", "offer.withdrawn", "shift.released"]
    assert world.topics(before) == (asked if steps == 0 else ["service_request.cancelled", "shift.released"])
    shift = await world.the_shift()
    assert (shift.state, shift.reservation) == (ShiftState.AVAILABLE, None)
    assert shift.cell == (BREAKDOWN_CELL if steps == 3 else DEPOT_CELL)
    again = await world.run(cancel_request, CancelRequest(THE_CUSTOMER, REQUEST, CancelReason.OTHER, LATER))
    assert again.answer == done.answer
    assert world.head == done.position


async def test_a_search_without_a_result_ends() -> None:
    world = World()
    await world.request()
    done = await world.run(give_up_search, GiveUpSearch(DISPATCHER, REQUEST, LATER))
    assert done.answer["state"] == "unfulfilled"


async def test_ending_a_shift_takes_back_its_offer_and_frees_crew_and_truck() -> None:
    world = await World().asked()
    before = world.head
    await world.run(end_shift, EndShift(THE_PROVIDER, SHIFT, SOON))
    assert sorted(world.topics(before)) == [
        "offer.withdrawn",
        "provider.went_off_duty",
        "service_request.offer_closed",
        "shift.ended",
        "shift.released",
    ]
    assert (await world.the_offer()).state is OfferState.WITHDRAWN
    assert (await world.the_request()).live_offer is None
    await world.run(start_shift, StartShift(THE_PROVIDER, PROVIDER, OTHER_OFFER, CREW, TRUCK, DEPOT_CELL, NOON))
    before = world.head
    await world.run(end_shift, EndShift(THE_PROVIDER, SHIFT, SOON))
    assert world.head == before


async def test_nobody_goes_home_with_a_job() -> None:
    world = await World().held()
    with pytest.raises(ShiftReserved):
        await world.run(end_shift, EndShift(THE_PROVIDER, SHIFT, SOON))
    assert (await world.the_request()).state is RequestState.ASSIGNED


async def test_nobody_is_on_two_shifts() -> None:
    world = World()
    await world.open_company()
    with pytest.raises(AlreadyOnDuty):
        await world.run(start_shift, StartShift(THE_PROVIDER, PROVIDER, OTHER_SHIFT, CREW, TRUCK, DEPOT_CELL, NOON))


async def test_a_break_and_back() -> None:
    world = World()
    await world.open_company()
    assert (await world.run(start_break, StartBreak(THE_PROVIDER, SHIFT, NOON))).answer["state"] == "on_break"
    done = await world.run(end_break, EndBreak(THE_PROVIDER, SHIFT, BREAKDOWN_CELL, SOON))
    assert (done.answer["state"], done.answer["cell"]) == ("available", BREAKDOWN_CELL)
