"""What does it cost, and whom does it free, when a job is called off, merged, in vain, or nobody is there?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.attempt_contact import AttemptContact, attempt_contact
from application.cancel_request import CancelRequest, cancel_request
from application.confirm_gone import ConfirmGone, confirm_gone
from application.deny_gone import DenyGone, deny_gone
from application.end_unsuccessful import EndUnsuccessful, end_unsuccessful
from application.escalate_request import EscalateRequest, escalate_request
from application.give_up_search import GiveUpSearch, give_up_search
from application.merge_requests import MergeRequests, merge_requests
from application.record_triage import RecordTriage, record_triage
from application.report_gone import ReportGone, report_gone
from domain.price_terms import Fault, PaymentMethod
from domain.refusal import BadInput, NotAllowed, NotFound, OutOfTurn
from domain.request_ending import ContactChannel, MergesIntoItself, NotGoneYet, NotReportedGone, WhyUnsuccessful
from domain.request_search import EscalationReason
from domain.request_terms import (
    CancelReason,
    Hazard,
    RequestClosed,
    RequestState,
    TriageSource,
)
from domain.shift import ShiftState
from tests.application.priced import FLAT_TYRE, TOW, WALLET_MINOR, PricedWorld, searching
from tests.support.roadside import (
    DESK_ACTOR,
    DISPATCHER,
    OTHER_REQUEST,
    OTHER_SHIFT,
    REQUEST,
    THE_CUSTOMER,
    THE_PROVIDER,
)
from tests.support.trade import FEES, HELP_TOTAL

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


async def nobody_there() -> PricedWorld:
    """The provider waited, and tried twice."""
    world = await PricedWorld().on_scene()
    for channel in (ContactChannel.CALL, ContactChannel.HORN):
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


async def test_danger_is_not_lost_when_two_calls_become_one() -> None:
    world = PricedWorld()
    await world.ask(replace(FLAT_TYRE, sos=True, hazards=(Hazard.SMOKE,)))
    await world.ask(FLAT_TYRE, None, OTHER_REQUEST)
    assert (await world.the_request(OTHER_REQUEST)).state is RequestState.QUOTED
    await world.order(merge_requests, MergeRequests(DESK_ACTOR, REQUEST, OTHER_REQUEST, world.now))
    other = await world.the_request(OTHER_REQUEST)
    assert (other.state, other.sos, other.hazards) == (RequestState.SEARCHING, True, (Hazard.SMOKE,))


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
