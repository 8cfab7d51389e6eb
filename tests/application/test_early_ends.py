"""What does it cost, and whom does it free, when a job is called off, given back, changed, merged, or in vain?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.attempt_contact import AttemptContact, attempt_contact
from application.cancel_request import CancelRequest, cancel_request
from application.change_need import ChangeNeed, change_need
from application.confirm_gone import ConfirmGone, confirm_gone
from application.deny_gone import DenyGone, deny_gone
from application.end_unsuccessful import EndUnsuccessful, end_unsuccessful
from application.escalate_request import EscalateRequest, escalate_request
from application.give_up_search import GiveUpSearch, give_up_search
from application.merge_requests import MergeRequests, merge_requests
from application.propose_need_change import ProposeNeedChange, propose_need_change
from application.record_triage import RecordTriage, record_triage
from application.reject_need_change import RejectNeedChange, reject_need_change
from application.release_job import ReleaseJob, release_job
from application.report_gone import ReportGone, report_gone
from domain.catalogue import Service
from domain.price_terms import Fault, PaymentMethod
from domain.refusal import BadInput, NotAllowed, NotFound, OutOfTurn
from domain.request_change import NoChangeProposed
from domain.request_ending import Channel, MergesIntoItself, NotGoneYet, NotReportedGone, WhyUnsuccessful
from domain.request_search import EscalationReason
from domain.request_terms import (
    CancelReason,
    DeclinedBefore,
    Hazard,
    Need,
    RequestClosed,
    RequestState,
    RevokeReason,
    TriageSource,
)
from domain.shift import ShiftState
from domain.trade_terms import PriceNotAgreed
from tests.application.priced import FLAT_TYRE, GARAGE_CELL, TOW, WALLET_MINOR, PricedWorld, searching
from tests.support.roadside import (
    BREAKDOWN_CELL,
    DESK_ACTOR,
    DISPATCHER,
    OTHER_OFFER,
    OTHER_REQUEST,
    OTHER_SHIFT,
    REQUEST,
    THE_CUSTOMER,
    THE_PROVIDER,
)
from tests.support.trade import FEES, HELP_TOTAL, TOW_TOTAL

pytestmark = pytest.mark.anyio


def calling_off(world: PricedWorld) -> CancelRequest:
    """By the customer, a minute later."""
    return CancelRequest(THE_CUSTOMER, REQUEST, CancelReason.TOOK_TOO_LONG, world.now)


async def test_calling_off_while_nobody_comes_is_free_and_gives_the_money_back() -> None:
    world = await searching()
    appends = world.log.appends
    done = await world.run(cancel_request, calling_off(world))
    assert (done.answer["outcome"], done.answer["settled_minor"]) == ("zero", 0)
    assert world.log.appends == appends + 1
    wallet = await world.wallet()
    assert (wallet.balance_minor, wallet.held_minor) == (WALLET_MINOR, 0)


async def test_calling_off_soon_is_free() -> None:
    world = await PricedWorld().assigned()
    assert (await world.run(cancel_request, calling_off(world))).answer["outcome"] == "zero"


@pytest.mark.parametrize(("steps", "fee"), [(0, FEES.assigned_minor), (1, FEES.on_scene_minor)])
async def test_calling_off_late_costs_what_the_way_cost(steps: int, fee: int) -> None:
    world = await PricedWorld().assigned()
    if steps:
        await world.come()
    world.minutes += 3
    before, appends = world.head, world.log.appends
    done = await world.run(cancel_request, calling_off(world))
    assert (done.answer["outcome"], done.answer["settled_minor"]) == ("fee", fee)
    assert f'"fee_minor":{fee}' in world.log.events[before].payload.decode()
    assert world.log.appends == appends + 1
    wallet = await world.wallet()
    assert (wallet.balance_minor, wallet.held_minor) == (WALLET_MINOR - fee, 0)
    assert (await world.the_shift()).state is ShiftState.AVAILABLE
    settled = [topic for topic in world.topics() if topic == "service_request.settled"]
    assert len(settled) == 1
    head = world.head
    await world.run(cancel_request, calling_off(world))
    assert world.head == head


async def test_only_the_desk_says_whose_fault_it_is() -> None:
    world = await PricedWorld().on_scene()
    world.minutes += 5
    with pytest.raises(NotAllowed):
        await world.run(cancel_request, replace(calling_off(world), fault=Fault.PROVIDER))
    by_desk = replace(calling_off(world), actor=DESK_ACTOR, fault=Fault.PROVIDER)
    assert (await world.run(cancel_request, by_desk)).answer["outcome"] == "zero"


async def test_a_vehicle_on_a_truck_is_not_called_off() -> None:
    world = await PricedWorld().at_drop()
    with pytest.raises(OutOfTurn):
        await world.run(cancel_request, calling_off(world))


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


async def nobody_there() -> PricedWorld:
    """The provider waited, and tried twice."""
    world = await PricedWorld().on_scene()
    for channel in (Channel.CALL, Channel.HORN):
        await world.run(attempt_contact, AttemptContact(THE_PROVIDER, REQUEST, channel, world.now))
    world.minutes += 10
    return world


def gone(world: PricedWorld) -> ReportGone:
    """The customer has five minutes to object."""
    now = world.now
    return ReportGone(THE_PROVIDER, REQUEST, now + timedelta(minutes=5), now)


async def test_who_was_not_waited_for_is_not_gone() -> None:
    world = await PricedWorld().on_scene()
    with pytest.raises(NotGoneYet):
        await world.run(report_gone, gone(world))
    with pytest.raises(NotReportedGone):
        await world.run(confirm_gone, ConfirmGone(DESK_ACTOR, REQUEST, world.now))


async def test_nobody_there_ends_the_job_when_nobody_objects() -> None:
    world = await nobody_there()
    report = gone(world)
    await world.run(report_gone, report)
    with pytest.raises(NotGoneYet):
        await world.run(confirm_gone, ConfirmGone(DISPATCHER, REQUEST, world.now))
    appends = world.log.appends
    done = await world.run(confirm_gone, ConfirmGone(DISPATCHER, REQUEST, report.confirms_at))
    assert world.log.appends == appends + 1
    assert (done.answer["state"], done.answer["outcome"], done.answer["settled_minor"]) == (
        "gone_on_arrival",
        "fee",
        FEES.gone_minor,
    )
    assert (await world.the_shift()).state is ShiftState.AVAILABLE
    head = world.head
    await world.run(confirm_gone, ConfirmGone(DISPATCHER, REQUEST, report.confirms_at))
    assert world.head == head


async def test_who_is_there_says_so_and_the_job_goes_on() -> None:
    world = await nobody_there()
    await world.run(report_gone, gone(world))
    await world.run(deny_gone, DenyGone(THE_CUSTOMER, REQUEST, world.now))
    with pytest.raises(NotReportedGone):
        await world.run(confirm_gone, ConfirmGone(DESK_ACTOR, REQUEST, world.now))
    with pytest.raises(NotAllowed):
        await world.run(deny_gone, DenyGone(THE_PROVIDER, REQUEST, world.now))
    assert (await world.start()).answer["state"] == "in_service"


@pytest.mark.parametrize(
    ("reason", "paid"),
    [
        (WhyUnsuccessful.NO_PARTS, 0),
        (WhyUnsuccessful.NOT_REPAIRABLE, HELP_TOTAL * 40 // 100),
        (WhyUnsuccessful.CUSTOMER_REFUSED, HELP_TOTAL * 40 // 100),
    ],
)
async def test_a_visit_in_vain_costs_a_part_unless_the_provider_lacked_something(
    reason: WhyUnsuccessful, paid: int
) -> None:
    world = await PricedWorld().working()
    done = await world.run(end_unsuccessful, EndUnsuccessful(THE_PROVIDER, REQUEST, reason, world.now))
    assert (done.answer["state"], done.answer["settled_minor"]) == ("unsuccessful", paid)
    assert (await world.wallet()).balance_minor == WALLET_MINOR - paid
    head = world.head
    await world.run(end_unsuccessful, EndUnsuccessful(THE_PROVIDER, REQUEST, reason, world.now))
    assert world.head == head


async def test_a_fee_that_the_wallet_does_not_cover_is_owed() -> None:
    world = await PricedWorld().on_scene(method=PaymentMethod.CASH)
    world.minutes += 5
    done = await world.run(cancel_request, calling_off(world))
    assert (done.answer["outcome"], done.answer["settled_minor"]) == ("fee", FEES.on_scene_minor)


async def test_two_calls_for_one_breakdown_become_one() -> None:
    world = await searching()
    await world.ask(FLAT_TYRE, PaymentMethod.CASH, OTHER_REQUEST)
    merge = MergeRequests(DESK_ACTOR, REQUEST, OTHER_REQUEST, world.now)
    with pytest.raises(MergesIntoItself):
        await world.run(merge_requests, replace(merge, into=REQUEST))
    with pytest.raises(NotFound):
        await world.run(merge_requests, replace(merge, into=OTHER_SHIFT))
    with pytest.raises(NotAllowed):
        await world.run(merge_requests, replace(merge, actor=THE_CUSTOMER))
    done = await world.run(merge_requests, merge)
    assert (done.answer["state"], done.answer["outcome"]) == ("merged", "zero")
    assert (await world.wallet()).held_minor == 0
    head = world.head
    await world.run(merge_requests, merge)
    assert world.head == head
    back = MergeRequests(DESK_ACTOR, OTHER_REQUEST, REQUEST, world.now)
    with pytest.raises(RequestClosed):
        await world.run(merge_requests, back)


async def test_giving_up_gives_the_money_back() -> None:
    world = await searching(TOW)
    done = await world.run(give_up_search, GiveUpSearch(DISPATCHER, REQUEST, world.now))
    assert (done.answer["state"], done.answer["outcome"]) == ("unfulfilled", "zero")
    assert (await world.wallet()).held_minor == 0


async def test_the_desk_notes_danger_and_asks_for_more() -> None:
    world = await searching()
    smoke = RecordTriage(DESK_ACTOR, REQUEST, TriageSource.DESK, (Hazard.SMOKE,), 90, world.now)
    await world.run(record_triage, smoke)
    head = world.head
    await world.run(record_triage, smoke)
    more = EscalateRequest(DESK_ACTOR, REQUEST, 1, EscalationReason.DESK, world.now)
    assert world.head == head
    await world.run(escalate_request, more)
    await world.run(escalate_request, more)
    assert world.head == head + 1
    with pytest.raises(BadInput):
        await world.run(escalate_request, replace(more, level=4))
    with pytest.raises(NotAllowed):
        await world.run(record_triage, replace(smoke, actor=THE_CUSTOMER))
    request = await world.the_request()
    assert (request.hazards, request.escalation, request.state) == ((Hazard.SMOKE,), 1, RequestState.SEARCHING)
