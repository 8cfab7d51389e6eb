"""Is a command run once, whole or not at all, however often it is sent and whoever is faster?"""

import asyncio
from uuid import UUID

import pytest

from application.accept_offer import AcceptOffer, accept_offer
from application.cancel_request import CancelRequest, cancel_request
from application.end_break import EndBreak, end_break
from application.end_shift import EndShift, end_shift
from application.engine import Contended, Done, RefusedBefore
from application.log import KeyReused, LogUnavailable, Save
from application.make_offer import MakeOffer, make_offer
from application.report_en_route import ReportEnRoute, report_en_route
from application.start_break import StartBreak, start_break
from domain.offer import OfferLapsed, OfferState
from domain.refusal import Refusal, StaleVersion
from domain.request_terms import CancelReason, OfferStillOut, RequestState
from domain.shift import ShiftReserved, ShiftState
from tests.application.world import World, context_of
from tests.support.roadside import (
    DEPOT_CELL,
    DISPATCHER,
    LAPSE,
    NOON,
    OFFER,
    OTHER_OFFER,
    OTHER_REQUEST,
    OTHER_SHIFT,
    REQUEST,
    SHIFT,
    SOON,
    THE_CUSTOMER,
    THE_PROVIDER,
)

pytestmark = pytest.mark.anyio

CANCEL = CancelRequest(THE_CUSTOMER, REQUEST, CancelReason.OTHER, SOON)
TRIES = 4
"""The first and, as promised, at most three reloads."""
ACCEPT = AcceptOffer(THE_PROVIDER, OFFER, SOON)


async def test_the_same_command_again_gets_the_first_answer() -> None:
    world = await World().asked()
    first = await world.run(accept_offer, ACCEPT, key="k")
    await world.drive()
    again = await world.run(accept_offer, ACCEPT, key="k")
    assert (again.answer, again.position) == (first.answer, first.position)
    assert (first.replayed, again.replayed) == (False, True)
    assert world.topics().count("offer.accepted") == 1


async def test_the_same_key_for_another_command_is_refused() -> None:
    world = await World().asked()
    await world.run(accept_offer, ACCEPT, key="k")
    with pytest.raises(KeyReused):
        await world.run(report_en_route, ReportEnRoute(THE_PROVIDER, REQUEST, SOON), key="k")
    assert (await world.the_request()).state is RequestState.ASSIGNED


async def test_another_actor_may_use_the_same_key() -> None:
    world = await World().asked()
    await world.run(accept_offer, ACCEPT, key="k")
    assert not (await world.run(cancel_request, CANCEL, key="k")).replayed


async def test_a_refusal_is_remembered_even_when_it_would_be_allowed_now() -> None:
    world = await World().asked()
    await world.request(OTHER_REQUEST)
    second = MakeOffer(DISPATCHER, OTHER_REQUEST, OTHER_OFFER, SHIFT, LAPSE, NOON)
    with pytest.raises(ShiftReserved):
        await world.run(make_offer, second, key="k")
    await world.run(cancel_request, CANCEL)
    with pytest.raises(RefusedBefore) as refused:
        await world.run(make_offer, second, key="k")
    assert refused.value.code == "shift_reserved"
    assert refused.value.facts["offer_id"] == str(OFFER)
    await world.run(make_offer, second, key="another key")


async def test_a_stale_version_is_refused_and_not_remembered() -> None:
    world = await World().asked()
    stale = CancelRequest(THE_CUSTOMER, REQUEST, CancelReason.OTHER, SOON, expected_version=3)
    with pytest.raises(StaleVersion) as refused:
        await world.run(cancel_request, stale, key="k")
    assert refused.value.facts == {"current_version": 2}
    await world.accept()
    done = await world.run(cancel_request, stale, key="k")
    assert (done.answer["state"], done.replayed) == ("cancelled", False)


async def test_a_command_that_was_done_is_not_told_that_it_is_stale() -> None:
    world = await World().asked()
    command = CancelRequest(THE_CUSTOMER, REQUEST, CancelReason.OTHER, SOON, expected_version=2)
    first = await world.run(cancel_request, command, key="k")
    again = await world.run(cancel_request, command, key="k")
    assert (again.answer, again.position, again.replayed) == (first.answer, first.position, True)


async def test_a_save_that_loses_leaves_nothing_of_itself() -> None:
    world = await World().asked()

    async def shift_changes_always(_save: Save) -> None:
        world.log.before_append = None
        shift = await world.the_shift()
        if shift.state is ShiftState.OFFERED:
            await world.run(cancel_request, CANCEL)
        world.log.before_append = shift_changes_always

    before = world.head
    world.log.before_append = shift_changes_always
    with pytest.raises(Refusal) as refused:
        await world.accept()
    assert refused.value.code == "offer_closed"
    assert "offer.accepted" not in world.topics(before)
    assert "service_request.assigned" not in world.topics(before)
    assert "shift.committed" not in world.topics(before)


def being_slower(world: World, times: int) -> list[int]:
    """Let somebody else change the shift just before each of the next appends."""
    left = [times]

    async def be_faster(_save: Save) -> None:
        if left[0] == 0:
            return
        left[0] -= 1
        world.log.before_append = None
        if (await world.the_shift()).state is ShiftState.AVAILABLE:
            await world.run(start_break, StartBreak(DISPATCHER, SHIFT, NOON))
        else:
            await end_the_break(world)
        world.log.before_append = be_faster

    world.log.before_append = be_faster
    return left


async def end_the_break(world: World) -> None:
    await world.run(end_break, EndBreak(DISPATCHER, SHIFT, DEPOT_CELL, NOON))


async def on_a_break_or_not(world: World, key: str) -> Done:
    """Ends the shift: a command that is possible on a break and off it, and needs the shift's version."""
    return await world.run(end_shift, EndShift(THE_PROVIDER, SHIFT, SOON), key=key)


async def test_a_conflict_is_decided_again_from_what_is_true_now() -> None:
    world = World()
    await world.open_company()
    being_slower(world, TRIES - 1)
    appends = world.log.appends
    done = await on_a_break_or_not(world, "k")
    assert done.answer["state"] == "ended"
    assert world.log.appends == appends + TRIES + (TRIES - 1)
    assert world.topics().count("shift.ended") == 1


async def test_a_stream_that_keeps_changing_is_contended_after_three_reloads() -> None:
    world = World()
    await world.open_company()
    left = being_slower(world, TRIES)
    with pytest.raises(Contended):
        await on_a_break_or_not(world, "k")
    assert left == [0]
    assert "shift.ended" not in world.topics()
    done = await on_a_break_or_not(world, "k")
    assert (done.answer["state"], done.replayed) == ("ended", False)


async def test_when_the_reply_is_lost_the_same_command_finds_its_answer() -> None:
    world = await World().asked()

    async def cut(_save: Save) -> None:
        world.log.after_append = None
        raise LogUnavailable("the reply was cut")

    world.log.after_append = cut
    with pytest.raises(LogUnavailable):
        await world.run(accept_offer, ACCEPT, key="k")
    again = await world.run(accept_offer, ACCEPT, key="k")
    assert again.replayed
    assert again.answer["state"] == "accepted"
    assert world.topics().count("offer.accepted") == 1


async def test_of_two_who_accept_and_cancel_at_once_both_are_heard() -> None:
    world = await World().asked()
    accepted, cancelled = await asyncio.gather(
        world.run(accept_offer, ACCEPT), world.run(cancel_request, CANCEL), return_exceptions=True
    )
    assert isinstance(cancelled, Done)
    assert (await world.the_request()).state is RequestState.CANCELLED
    assert (await world.the_shift()).state is ShiftState.AVAILABLE
    assert isinstance(accepted, Done | Refusal)


async def test_a_shift_is_not_promised_to_two_requests_at_once() -> None:
    world = World()
    await world.open_company()
    await world.request()
    await world.request(OTHER_REQUEST)
    outcomes = await asyncio.gather(
        world.offer(OFFER, REQUEST), world.offer(OTHER_OFFER, OTHER_REQUEST), return_exceptions=True
    )
    assert sum(isinstance(outcome, Done) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, ShiftReserved) for outcome in outcomes) == 1


async def test_a_request_is_not_offered_to_two_shifts_at_once() -> None:
    world = World()
    await world.open_both()
    await world.request()
    outcomes = await asyncio.gather(
        world.offer(OFFER), world.offer(OTHER_OFFER, shift_id=OTHER_SHIFT), return_exceptions=True
    )
    assert sum(isinstance(outcome, Done) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, OfferStillOut) for outcome in outcomes) == 1


async def test_a_view_that_never_was_refuses_nobody() -> None:
    """The request is read before the acceptance, the offer after it: together they never stood like that."""
    world = await World().asked()

    async def be_accepted_meanwhile(stream_id: UUID) -> None:
        if stream_id == REQUEST:
            world.aggregates.after_load = None
            await world.accept()

    world.aggregates.after_load = be_accepted_meanwhile
    done = await world.run(cancel_request, CANCEL, key="k")
    assert done.answer["state"] == "cancelled"
    assert (await world.the_offer()).state is OfferState.ACCEPTED
    assert (await world.the_shift()).state is ShiftState.AVAILABLE


async def test_a_refusal_costs_one_receipt_and_no_event() -> None:
    world = await World().asked()
    before = world.head
    with pytest.raises(OfferLapsed):
        await world.run(accept_offer, AcceptOffer(THE_PROVIDER, OFFER, LAPSE), key="k")
    assert world.head == before
    context = context_of(THE_PROVIDER, "k", repr(AcceptOffer(THE_PROVIDER, OFFER, LAPSE)))
    kept = await world.log.recall(context)
    assert kept is not None
    assert b'"offer_lapsed"' in kept.answer
