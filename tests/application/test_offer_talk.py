"""What is recorded when an offer is delivered, seen, countered, or made in place of another?"""

from dataclasses import replace

import pytest

from application.accept_counter import AcceptCounter, accept_counter
from application.accept_offer import AcceptOffer, accept_offer
from application.counter_offer import CounterOffer, counter_offer
from application.decline_counter import DeclineCounter, decline_counter
from application.make_offer import MakeOffer, make_offer
from application.report_delivered import ReportDelivered, report_delivered
from application.report_seen import ReportSeen, report_seen
from application.request_service import RequestService, request_service
from application.suspend_provider import SuspendProvider, suspend_provider
from domain.catalogue import Service
from domain.offer import NotCountered, OfferLapsed, OfferState
from domain.provider import ProviderNotActive, SuspendReason
from domain.refusal import NotAllowed, NotFound
from domain.request_terms import NotTheLiveOffer, RequestState
from domain.shift import NotCapable, ShiftState
from tests.application.world import World
from tests.support.roadside import (
    ANOTHER_PROVIDER,
    CALL,
    DESK_ACTOR,
    DISPATCHER,
    LAPSE,
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
)

pytestmark = pytest.mark.anyio
ETA_S = 1_800


async def countered() -> World:
    world = await World().asked()
    await world.run(counter_offer, CounterOffer(THE_PROVIDER, OFFER, ETA_S, SOON))
    return world


async def test_an_offer_is_delivered_and_seen_and_both_only_once() -> None:
    world = await World().asked()
    before = world.head
    done = None
    for _ in range(2):
        await world.run(report_delivered, ReportDelivered(THE_PROVIDER, OFFER, SOON))
        done = await world.run(report_seen, ReportSeen(THE_PROVIDER, OFFER, SOON))
    assert world.topics(before) == ["offer.delivered", "offer.seen"]
    assert done is not None
    assert done.answer["state"] == "seen"


async def test_what_is_reported_late_changes_nothing() -> None:
    world = await World().held()
    before = world.head
    await world.run(report_seen, ReportSeen(THE_PROVIDER, OFFER, SOON))
    assert world.head == before


async def test_only_who_was_asked_reports_and_counters() -> None:
    world = await World().asked()
    with pytest.raises(NotFound):
        await world.run(report_delivered, ReportDelivered(ANOTHER_PROVIDER, OFFER, SOON))
    with pytest.raises(NotFound):
        await world.run(report_seen, ReportSeen(ANOTHER_PROVIDER, OFFER, SOON))
    with pytest.raises(NotFound):
        await world.run(counter_offer, CounterOffer(ANOTHER_PROVIDER, OFFER, ETA_S, SOON))


async def test_a_counter_that_the_desk_takes_is_one_save_over_three_streams() -> None:
    world = await countered()
    before, appends = world.head, world.log.appends
    done = await world.run(accept_counter, AcceptCounter(DESK_ACTOR, OFFER, ETA_S, SOON))
    assert world.topics(before) == ["offer.counter_accepted", "service_request.assigned", "shift.committed"]
    assert (world.log.appends, done.answer["state"]) == (appends + 1, "accepted")
    before = world.head
    await world.run(accept_counter, AcceptCounter(DESK_ACTOR, OFFER, ETA_S, SOON))
    assert world.head == before


async def test_a_counter_that_the_desk_does_not_take_leaves_the_offer_as_it_was() -> None:
    world = await countered()
    await world.run(decline_counter, DeclineCounter(DESK_ACTOR, OFFER, ETA_S, SOON))
    await world.accept()
    assert (await world.the_request()).state is RequestState.ASSIGNED


async def test_a_counter_is_taken_by_the_desk_in_time_and_as_it_stands() -> None:
    world = await countered()
    before = world.head
    with pytest.raises(NotAllowed):
        await world.run(accept_counter, AcceptCounter(THE_PROVIDER, OFFER, ETA_S, SOON))
    with pytest.raises(NotAllowed):
        await world.run(decline_counter, DeclineCounter(THE_PROVIDER, OFFER, ETA_S, SOON))
    with pytest.raises(NotCountered):
        await world.run(accept_counter, AcceptCounter(DESK_ACTOR, OFFER, ETA_S + 1, SOON))
    with pytest.raises(OfferLapsed):
        await world.run(accept_counter, AcceptCounter(DESK_ACTOR, OFFER, ETA_S, LAPSE))
    assert world.head == before


async def test_a_suspended_provider_gets_no_job_by_a_counter() -> None:
    world = await countered()
    await world.run(suspend_provider, SuspendProvider(DESK_ACTOR, PROVIDER, SuspendReason.COMPLAINTS, SOON))
    with pytest.raises(ProviderNotActive):
        await world.run(accept_counter, AcceptCounter(DESK_ACTOR, OFFER, ETA_S, SOON))
    assert (await world.the_shift()).state is ShiftState.OFFERED


async def test_an_offer_takes_the_place_of_another_in_one_save() -> None:
    world = await World().asked()
    before, appends = world.head, world.log.appends
    instead = MakeOffer(DESK_ACTOR, REQUEST, OTHER_OFFER, OTHER_SHIFT, LAPSE, NOON, instead_of=OFFER)
    await world.run(make_offer, instead)
    assert world.topics(before) == [
        "service_request.offer_closed",
        "service_request.offer_made",
        "shift.held",
        "offer.superseded",
        "shift.released",
        "offer.made",
        "decision.made",
    ]
    assert world.log.appends == appends + 1
    assert (await world.the_offer()).state is OfferState.SUPERSEDED
    assert (await world.the_shift()).state is ShiftState.AVAILABLE
    with pytest.raises(NotTheLiveOffer):
        await world.run(make_offer, replace(instead, offer_id=OTHER_REQUEST))


async def test_an_offer_shows_the_approach_and_no_price_where_nothing_is_charged() -> None:
    world = World()
    await world.open_both()
    await world.request()
    await world.run(make_offer, MakeOffer(DISPATCHER, REQUEST, OFFER, SHIFT, LAPSE, NOON, eta_s=900))
    offer = await world.the_offer()
    assert (offer.eta_s, offer.price_minor, offer.provider_share_minor, offer.sos) == (900, None, None, False)


async def test_who_cannot_do_it_is_neither_asked_nor_given_the_job() -> None:
    world = World()
    await world.open_both()
    lockout = replace(CALL, service=Service.LOCKOUT)
    await world.run(request_service, RequestService(THE_CUSTOMER, REQUEST, lockout, NOON))
    with pytest.raises(NotCapable, match="lacks lockout"):
        await world.offer()
    with pytest.raises(NotFound):
        await world.run(accept_offer, AcceptOffer(THE_PROVIDER, OFFER, SOON))
