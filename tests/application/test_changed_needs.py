"""Who comes, and at what price, when a job is given back or something else is needed than was asked for?"""

from dataclasses import replace

import pytest

from application.change_need import ChangeNeed, change_need
from application.propose_need_change import ProposeNeedChange, propose_need_change
from application.reject_need_change import RejectNeedChange, reject_need_change
from application.release_job import ReleaseJob, release_job
from domain.catalogue import Service
from domain.refusal import NotAllowed
from domain.request_change import NoChangeProposed
from domain.request_terms import (
    DeclinedBefore,
    Need,
    RevokeReason,
)
from domain.shift import ShiftState
from domain.trade_terms import PriceNotAgreed
from tests.application.priced import GARAGE_CELL, PricedWorld, searching
from tests.support.roadside import (
    BREAKDOWN_CELL,
    DESK_ACTOR,
    OTHER_OFFER,
    REQUEST,
    THE_CUSTOMER,
    THE_PROVIDER,
)
from tests.support.trade import HELP_TOTAL, TOW_TOTAL

pytestmark = pytest.mark.anyio


async def test_a_job_given_back_is_sought_anew_but_not_with_who_gave_it_back() -> None:
    world = await PricedWorld().assigned()
    release = ReleaseJob(THE_PROVIDER, REQUEST, RevokeReason.PROVIDER_CANCELLED, world.now)
    with pytest.raises(NotAllowed):
        await world.order(release_job, replace(release, reason=RevokeReason.STALLED))
    before, appends = world.head, world.log.appends
    done = await world.order(release_job, release)
    assert world.topics(before) == [
        "service_request.assignment_revoked",
        "service_request.dispatch_started",
        "shift.released",
    ]
    assert world.log.appends == appends + 1
    assert (done.answer["state"], done.answer["attempt"], done.answer["provider_id"]) == ("searching", 2, None)
    assert (await world.wallet()).held_minor == HELP_TOTAL
    with pytest.raises(DeclinedBefore):
        await world.assign(OTHER_OFFER)


async def test_a_new_attempt_has_a_new_code() -> None:
    world = await PricedWorld().assigned()
    await world.order(release_job, ReleaseJob(DESK_ACTOR, REQUEST, RevokeReason.STALLED, world.now))
    await world.assign(OTHER_OFFER)
    await world.come()
    assert (await world.start("1111")).answer["tries_left"] == 4
    assert (await world.start("2222")).answer["state"] == "in_service"


async def proposed(need: Need) -> PricedWorld:
    """The provider sees that something else is needed."""
    world = await PricedWorld().on_scene()
    command = ProposeNeedChange(THE_PROVIDER, REQUEST, need, world.now)
    await world.run(propose_need_change, command)
    before = world.head
    await world.run(propose_need_change, command)
    assert world.head == before
    return world


async def test_a_dearer_need_is_agreed_to_by_its_price() -> None:
    world = await proposed(Need(Service.TOW, GARAGE_CELL))
    consent = ChangeNeed(THE_CUSTOMER, REQUEST, None, None, world.now)
    before = world.head
    with pytest.raises(PriceNotAgreed) as refused:
        await world.order(change_need, consent)
    assert refused.value.facts == {"total_minor": TOW_TOTAL, "currency": "INR"}
    assert world.head == before
    done = await world.order(change_need, replace(consent, at_most_minor=TOW_TOTAL))
    assert (done.answer["state"], done.answer["attempt"]) == ("on_scene", 1)
    assert world.topics(before) == [
        "service_request.need_changed",
        "service_request.quote_issued",
        "service_request.confirmed",
        "wallet.hold_released",
        "wallet.hold_placed",
    ]
    assert (await world.wallet()).held_minor == TOW_TOTAL
    request = await world.the_request()
    assert (request.service, request.proposed_need) == (Service.TOW, None)


async def test_who_cannot_do_it_makes_room_for_another() -> None:
    world = await proposed(Need(Service.WINCH_OUT, None))
    before, appends = world.head, world.log.appends
    done = await world.order(change_need, ChangeNeed(DESK_ACTOR, REQUEST, None, None, world.now))
    assert (done.answer["state"], done.answer["attempt"], done.answer["provider_id"]) == ("searching", 2, None)
    assert world.topics(before)[-3:] == [
        "service_request.assignment_revoked",
        "service_request.dispatch_started",
        "shift.released",
    ]
    assert world.log.appends == appends + 1
    shift = await world.the_shift()
    assert (shift.state, shift.cell) == (ShiftState.AVAILABLE, BREAKDOWN_CELL)


async def test_a_need_that_is_not_wanted_stays_as_it_was() -> None:
    world = await proposed(Need(Service.TOW, GARAGE_CELL))
    await world.run(reject_need_change, RejectNeedChange(THE_CUSTOMER, REQUEST, world.now))
    with pytest.raises(NoChangeProposed):
        await world.order(change_need, ChangeNeed(THE_CUSTOMER, REQUEST, None, 10**9, world.now))
    with pytest.raises(NoChangeProposed):
        await world.run(reject_need_change, RejectNeedChange(THE_CUSTOMER, REQUEST, world.now))
    assert (await world.the_request()).service is Service.FLAT_TYRE


async def test_a_need_can_change_while_somebody_is_sought() -> None:
    world = await searching()
    tow = Need(Service.TOW, GARAGE_CELL)
    done = await world.order(change_need, ChangeNeed(THE_CUSTOMER, REQUEST, tow, TOW_TOTAL, world.now))
    assert (done.answer["state"], done.answer["attempt"]) == ("searching", 1)
    before = world.head
    await world.order(change_need, ChangeNeed(THE_CUSTOMER, REQUEST, tow, None, world.now))
    assert world.head == before
