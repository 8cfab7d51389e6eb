"""What if several are asked at once, or a crew is told instead? One has the job, in one save; nobody else is kept."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from application.accept_offer import AcceptOffer, accept_offer
from application.acknowledge_job import AcknowledgeJob, acknowledge_job
from application.cancel_request import CancelRequest, cancel_request
from application.chase_acknowledgement import ChaseAcknowledgement, chase_acknowledgement
from application.decline_offer import DeclineOffer, decline_offer
from application.engine import Done
from application.guiding import AS_USUAL
from application.make_offer import MakeOffer, make_offer
from application.set_engagement import SetEngagement, set_engagement
from application.trade import FREE_EVERYWHERE
from domain.offer import DeclineReason, OfferClosed, OfferState
from domain.provider_terms import AnswersBy, Engagement
from domain.refusal import NotAllowed
from domain.request_terms import CancelReason, OfferStillOut, RequestState
from domain.shift import ShiftState
from tests.application.world import World
from tests.support.roadside import (
    ANOTHER_PROVIDER,
    DESK_ACTOR,
    DISPATCHER,
    LAPSE,
    NOON,
    OFFER,
    OTHER_OFFER,
    OTHER_SHIFT,
    PROVIDER,
    REQUEST,
    SHIFT,
    SOON,
    THE_CUSTOMER,
    THE_PROVIDER,
)

pytestmark = pytest.mark.anyio


async def ask_beside(world: World) -> Done:
    order = MakeOffer(DISPATCHER, REQUEST, OTHER_OFFER, OTHER_SHIFT, LAPSE, NOON, beside=True)
    return await world.run(make_offer, order)


async def both_asked() -> World:
    world = await World().asked()
    await ask_beside(world)
    return world


async def test_another_is_asked_beside_the_first_only_when_that_is_meant() -> None:
    world = await World().asked()
    with pytest.raises(OfferStillOut):
        await world.offer(OTHER_OFFER, shift_id=OTHER_SHIFT)
    await ask_beside(world)
    assert [one.offer_id for one in (await world.the_request()).live_offers] == [OFFER, OTHER_OFFER]


async def test_the_first_to_accept_has_the_job_and_the_other_is_free_in_the_same_save() -> None:
    world = await both_asked()
    before = world.head
    await world.accept(OTHER_OFFER, ANOTHER_PROVIDER)
    news = world.log.events[before:]
    assert len({event.command_id for event in news}) == 1
    request = await world.the_request()
    assert (request.state, request.live_offers) == (RequestState.ASSIGNED, ())
    assert request.assignment is not None
    assert request.assignment.offer_id == OTHER_OFFER
    assert (await world.the_offer(OFFER)).state is OfferState.SUPERSEDED
    assert (await world.the_shift(SHIFT)).state is ShiftState.AVAILABLE
    assert (await world.the_shift(OTHER_SHIFT)).state is ShiftState.COMMITTED
    with pytest.raises(OfferClosed, match="another provider") as refused:
        await world.accept(OFFER)
    assert refused.value.facts["state"] == "superseded"


async def test_of_two_who_accept_at_once_one_has_it() -> None:
    world = await both_asked()
    came = await asyncio.gather(
        world.accept(OFFER), world.accept(OTHER_OFFER, ANOTHER_PROVIDER), return_exceptions=True
    )
    assert sorted(isinstance(each, Done) for each in came) == [False, True]
    assert [each for each in came if isinstance(each, OfferClosed)]


async def test_who_declines_leaves_the_other_asked_and_a_cancellation_frees_both() -> None:
    world = await both_asked()
    await world.run(decline_offer, DeclineOffer(THE_PROVIDER, OFFER, DeclineReason.BUSY, SOON))
    assert [one.offer_id for one in (await world.the_request()).live_offers] == [OTHER_OFFER]
    world = await both_asked()
    await world.run(cancel_request, CancelRequest(THE_CUSTOMER, REQUEST, CancelReason.OTHER, SOON))
    for offer_id, shift_id in ((OFFER, SHIFT), (OTHER_OFFER, OTHER_SHIFT)):
        assert (await world.the_offer(offer_id)).state is OfferState.WITHDRAWN
        assert (await world.the_shift(shift_id)).state is ShiftState.AVAILABLE


async def guided() -> World:
    """The first company's crews are told; one is told of the request."""
    world = World()
    await world.open_both()
    await world.request()
    order = SetEngagement(DESK_ACTOR, PROVIDER, Engagement.GUIDED, AnswersBy.APP, None, NOON)
    await world.run(set_engagement, order)
    await world.offer()
    return world


async def chase(world: World, after_s: int) -> Done:
    order = ChaseAcknowledgement(DISPATCHER, REQUEST, NOON + timedelta(seconds=after_s))
    use_case = chase_acknowledgement
    return await world.run(lambda command, work: use_case(command, work, FREE_EVERYWHERE, AS_USUAL), order)


async def test_a_guided_crew_has_the_job_in_the_save_that_makes_the_offer() -> None:
    world = await guided()
    request = await world.the_request()
    assert request.state is RequestState.ASSIGNED
    assert request.acknowledge_by == NOON + AS_USUAL.acknowledges_within
    assert (await world.the_offer()).state is OfferState.ACCEPTED
    assert (await world.the_shift()).state is ShiftState.COMMITTED
    made = next(event for event in world.log.events if event.topic == "offer.made")
    together = {event.topic for event in world.log.events if event.command_id == made.command_id}
    assert {"offer.accepted", "service_request.acknowledgement_asked", "shift.committed"} <= together


async def test_a_crew_that_acknowledges_is_left_alone() -> None:
    world = await guided()
    with pytest.raises(NotAllowed):
        await world.run(acknowledge_job, AcknowledgeJob(THE_CUSTOMER, REQUEST, SOON))
    await world.run(acknowledge_job, AcknowledgeJob(THE_PROVIDER, REQUEST, SOON))
    before = world.head
    await chase(world, 31)
    assert world.head == before


async def test_a_crew_that_says_nothing_is_told_again_and_then_somebody_else_goes() -> None:
    world = await guided()
    await chase(world, 29)
    assert (await world.the_request()).acknowledgements_asked == 1, "it still has a second"
    await chase(world, 30)
    request = await world.the_request()
    assert (request.acknowledgements_asked, request.escalation) == (2, 1)
    await chase(world, 60)
    request = await world.the_request()
    assert (request.state, request.attempt) == (RequestState.SEARCHING, 2)
    assert (await world.the_shift()).state is ShiftState.AVAILABLE
    assert (await world.offer(OTHER_OFFER, shift_id=OTHER_SHIFT)).answer["state"] == "made", "a contractor is asked"


async def test_setting_out_acknowledges() -> None:
    world = await guided()
    await world.drive()
    before = world.head
    await chase(world, 31)
    assert world.head == before
    accepted = await world.run(accept_offer, AcceptOffer(THE_PROVIDER, OFFER, SOON))
    assert accepted.answer["state"] == "accepted"
    assert world.head == before
