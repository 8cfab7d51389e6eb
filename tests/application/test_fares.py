"""Does a job cost what was agreed, and is it settled exactly once?"""

from dataclasses import replace

import pytest

from application.approve_fare import ApproveFare, approve_fare
from application.collect_cash import CollectCash, collect_cash
from application.confirm_request import ConfirmRequest, confirm_request
from application.decide_fare_rules import DecideFareRules, decide_fare_rules
from application.dispute_fare import DisputeFare, dispute_fare
from application.propose_fare import ProposeFare, propose_fare
from domain.actor import Role
from domain.payment_terms import NothingDue, PaymentState, WrongAmount
from domain.price_terms import LineKind, PaymentMethod
from domain.refusal import BadInput, NotAllowed, NotFound, OutOfTurn
from domain.request_fare import NotTheLatestFare, WhyDisputed
from domain.request_job import EvidenceKind
from domain.request_terms import RequestState
from domain.service_request import ServiceRequest
from domain.shift import ShiftState
from domain.trade_terms import NotConfirmed, NotPriced
from tests.application.priced import FLAT_TYRE, WALLET_MINOR, PricedWorld, at
from tests.application.world import World
from tests.domain.fare_rules_facts import WAITING_COSTS
from tests.support.roadside import (
    ANOTHER_CUSTOMER,
    BREAKDOWN_CELL,
    DESK_ACTOR,
    NOON,
    REQUEST,
    THE_CUSTOMER,
    THE_PROVIDER,
)
from tests.support.trade import HELP_TOTAL, TERMS

pytestmark = pytest.mark.anyio

ADMIN = replace(DESK_ACTOR, role=Role.ADMIN)


def with_parts(world: PricedWorld, parts: int, discount: int = 0) -> ProposeFare:
    """A tyre had to be bought."""
    return ProposeFare(THE_PROVIDER, REQUEST, parts, discount, world.now)


async def test_a_job_paid_from_the_wallet_ends_in_one_save() -> None:
    world = await PricedWorld().done()
    before, appends = world.head, world.log.appends
    done = await world.finish()
    topics = world.topics(before)
    assert [topic for topic in topics if topic.startswith("service_request.")] == [
        "service_request.work_completed",
        "service_request.fare_proposed",
        "service_request.fare_approved",
        "service_request.settled",
        "service_request.completed",
    ]
    assert {"wallet.hold_captured", "payment.settled", "shift.released"} <= set(topics)
    assert world.log.appends == appends + 1
    assert (done.answer["outcome"], done.answer["settled_minor"]) == ("charge", HELP_TOTAL)
    wallet = await world.wallet()
    assert (wallet.balance_minor, wallet.held_minor) == (WALLET_MINOR - HELP_TOTAL, 0)
    shift = await world.the_shift()
    assert (shift.state, shift.cell) == (ShiftState.AVAILABLE, BREAKDOWN_CELL)


async def test_cash_is_waited_for_and_collected_once() -> None:
    world = await PricedWorld().done(method=PaymentMethod.CASH)
    done = await world.finish()
    assert done.answer["state"] == "settling"
    assert (await world.the_shift()).state is ShiftState.WRAP_UP
    collect = CollectCash(THE_PROVIDER, REQUEST, HELP_TOTAL, "INR", world.now)
    with pytest.raises(WrongAmount):
        await world.run(collect_cash, replace(collect, amount_minor=HELP_TOTAL - 1))
    with pytest.raises(NotAllowed):
        await world.run(collect_cash, replace(collect, actor=THE_CUSTOMER))
    paid = await world.run(collect_cash, collect)
    assert (paid.answer["state"], paid.answer["outcome"]) == ("completed", "charge")
    assert (await world.the_shift()).state is ShiftState.AVAILABLE
    assert (await world.payment()).state is PaymentState.SETTLED
    before = world.head
    await world.run(collect_cash, collect)
    assert world.head == before


async def test_cash_for_work_that_is_not_done_is_refused() -> None:
    world = await PricedWorld().working(method=PaymentMethod.CASH)
    with pytest.raises(NothingDue):
        await world.run(collect_cash, CollectCash(THE_PROVIDER, REQUEST, HELP_TOTAL, "INR", world.now))


async def test_parts_within_a_tenth_need_nobodys_word() -> None:
    world = await PricedWorld().done()
    done = await world.order(propose_fare, with_parts(world, 5_000))
    assert (done.answer["state"], done.answer["settled_minor"]) == ("completed", 64_900)
    assert (await world.wallet()).balance_minor == WALLET_MINOR - 64_900


async def test_parts_without_a_receipt_wait_for_the_customer_or_for_the_receipt() -> None:
    world = await PricedWorld().done(proved=False)
    doubted = await world.order(propose_fare, with_parts(world, 5_000))
    assert doubted.answer["state"] == "fare_review"
    await world.picture(EvidenceKind.RECEIPT)
    done = await world.order(propose_fare, with_parts(world, 5_000))
    assert (done.answer["state"], done.answer["settled_minor"]) == ("completed", 64_900)
    assert "service_request.fare_approved" in world.topics()


async def test_extras_are_proved_like_parts() -> None:
    world = await PricedWorld().done(proved=False)
    tolls = replace(with_parts(world, 0), extras_minor=5_000)
    assert (await world.order(propose_fare, tolls)).answer["state"] == "fare_review"
    request = await world.the(ServiceRequest, REQUEST)
    assert request.fare is not None
    assert request.fare.unproven == (LineKind.EXTRA,)
    done = await world.run(approve_fare, ApproveFare(THE_CUSTOMER, REQUEST, 1, world.now))
    assert done.answer["settled_minor"] == 64_900


async def test_a_fare_stands_by_itself_as_far_as_its_tariff_says() -> None:
    world = PricedWorld()
    world.prices.first = replace(TERMS, tolerance_percent=5)
    await world.done()
    limit = HELP_TOTAL * 105 // 100
    above = await world.order(propose_fare, with_parts(world, 5_000))
    assert above.answer["state"] == "fare_review"
    request = await world.the(ServiceRequest, REQUEST)
    assert request.fare is not None
    assert request.fare.most_minor == limit


async def waited(minutes: int) -> PricedWorld:
    """Somebody stood beside the vehicle for so long, by rules that were decided before the call."""
    world = PricedWorld()
    decide = DecideFareRules(ADMIN, WAITING_COSTS, NOON, NOON)
    await world.run(decide_fare_rules, decide)
    await world.on_scene()
    world.minutes += minutes - 1
    await world.start()
    await world.picture(EvidenceKind.WORK_DONE)
    return world


@pytest.mark.parametrize(("minutes", "net"), [(10, 0), (11, 200), (13, 600), (200, 5_000)])
async def test_waiting_is_billed_by_the_minute_up_to_a_limit(minutes: int, net: int) -> None:
    world = await waited(minutes)
    done = await world.finish()
    request = await world.the(ServiceRequest, REQUEST)
    assert request.fare is not None
    billed = sum(line.amount_minor for line in request.fare.lines if line.kind is LineKind.WAITING)
    assert (done.answer["state"], billed) == ("completed", net)
    assert request.fare.total_minor > HELP_TOTAL or not net


async def test_whoever_was_told_a_price_before_the_rules_pays_by_those_of_then() -> None:
    world = await PricedWorld().on_scene()
    await world.run(decide_fare_rules, DecideFareRules(ADMIN, WAITING_COSTS, world.now, at(world.minutes)))
    world.minutes += 60
    await world.start()
    await world.picture(EvidenceKind.WORK_DONE)
    assert (await world.finish()).answer["settled_minor"] == HELP_TOTAL


async def test_only_an_administrator_decides_what_waiting_costs() -> None:
    world = PricedWorld()
    for actor in (DESK_ACTOR, THE_PROVIDER, THE_CUSTOMER):
        with pytest.raises(NotAllowed):
            await world.run(decide_fare_rules, DecideFareRules(actor, WAITING_COSTS, NOON, NOON))


async def test_parts_above_it_wait_for_the_customer() -> None:
    world = await PricedWorld().done()
    done = await world.order(propose_fare, with_parts(world, 20_000))
    assert done.answer["state"] == "fare_review"
    assert (await world.the_shift()).state is ShiftState.WRAP_UP
    again = await world.finish()
    assert again.answer == done.answer
    approve = ApproveFare(THE_CUSTOMER, REQUEST, 1, world.now)
    with pytest.raises(NotTheLatestFare):
        await world.run(approve_fare, replace(approve, fare_version=2))
    with pytest.raises(NotAllowed):
        await world.run(approve_fare, replace(approve, actor=THE_PROVIDER))
    with pytest.raises(NotFound):
        await world.run(approve_fare, replace(approve, actor=ANOTHER_CUSTOMER))
    paid = await world.run(approve_fare, approve)
    assert (paid.answer["state"], paid.answer["settled_minor"]) == ("completed", 82_600)
    before = world.head
    await world.run(approve_fare, approve)
    assert world.head == before


async def test_a_dispute_is_answered_by_another_fare_or_the_desk() -> None:
    world = await PricedWorld().done()
    await world.order(propose_fare, with_parts(world, 20_000))
    dispute = DisputeFare(THE_CUSTOMER, REQUEST, 1, WhyDisputed.PARTS, world.now)
    await world.run(dispute_fare, dispute)
    before = world.head
    await world.run(dispute_fare, dispute)
    assert world.head == before
    other = await world.order(propose_fare, with_parts(world, 20_000, discount=15_000))
    assert (other.answer["state"], other.answer["settled_minor"]) == ("completed", 64_900)


async def test_the_desk_decides_a_dispute() -> None:
    world = await PricedWorld().done()
    await world.order(propose_fare, with_parts(world, 20_000))
    await world.run(dispute_fare, DisputeFare(THE_CUSTOMER, REQUEST, 1, WhyDisputed.TOO_HIGH, world.now))
    done = await world.run(approve_fare, ApproveFare(DESK_ACTOR, REQUEST, 1, world.now))
    assert done.answer["state"] == "completed"


async def test_a_fare_makes_sense() -> None:
    world = await PricedWorld().done()
    before = world.head
    for parts, discount in ((-1, 0), (0, -1), (10**9, 0)):
        with pytest.raises(BadInput):
            await world.order(propose_fare, with_parts(world, parts, discount))
    assert world.head == before


async def test_whoever_was_in_danger_agrees_afterwards() -> None:
    world = await in_danger_and_helped()
    assert (await world.the_request()).state is RequestState.WORK_DONE
    with pytest.raises(NotConfirmed):
        await world.order(propose_fare, with_parts(world, 0))
    confirm = ConfirmRequest(THE_CUSTOMER, REQUEST, 1, PaymentMethod.CASH, world.now)
    assert (await world.order(confirm_request, confirm)).answer["state"] == "settling"


async def in_danger_and_helped() -> PricedWorld:
    """The work is done before anybody spoke of the price."""
    world = PricedWorld()
    await world.open_both()
    await world.ask(replace(FLAT_TYRE, sos=True))
    await world.assign()
    await world.come()
    await world.start()
    await world.picture(EvidenceKind.WORK_DONE)
    await world.finish()
    return world


async def test_whoever_was_in_danger_and_has_no_money_owes_it() -> None:
    world = await in_danger_and_helped()
    confirm = ConfirmRequest(THE_CUSTOMER, REQUEST, 1, PaymentMethod.WALLET, world.now)
    done = await world.order(confirm_request, confirm)
    assert (done.answer["state"], done.answer["outcome"], done.answer["settled_minor"]) == (
        "completed",
        "charge",
        HELP_TOTAL,
    )
    assert "payment.owed" in world.topics()


async def test_the_desk_makes_the_bill_that_nobody_agreed_to() -> None:
    world = await in_danger_and_helped()
    await world.order(propose_fare, ProposeFare(DESK_ACTOR, REQUEST, 0, 0, world.now))
    done = await world.run(approve_fare, ApproveFare(DESK_ACTOR, REQUEST, 1, world.now))
    assert (done.answer["state"], done.answer["outcome"]) == ("completed", "zero")
    assert (await world.the_shift()).state is ShiftState.AVAILABLE


async def test_a_job_that_costs_nothing_has_no_fare() -> None:
    world = await World().held()
    await world.drive()
    await world.arrive()
    with pytest.raises(NotPriced):
        await PricedWorld.order(
            _priced(world), propose_fare, ProposeFare(THE_PROVIDER, REQUEST, 0, 0, PricedWorld().now)
        )
    with pytest.raises(NothingDue):
        await world.run(collect_cash, CollectCash(DESK_ACTOR, REQUEST, 1, "INR", PricedWorld().now))
    assert (await world.complete()).answer["state"] == "completed"


async def test_what_is_settled_is_closed() -> None:
    world = await PricedWorld().done()
    await world.finish()
    with pytest.raises(Exception, match="completed"):
        await world.order(propose_fare, with_parts(world, 1_000))
    with pytest.raises(Exception, match="completed"):
        await world.run(dispute_fare, DisputeFare(THE_CUSTOMER, REQUEST, 1, WhyDisputed.OTHER, world.now))
    assert (await world.the_request()).state is RequestState.COMPLETED


async def test_no_fare_before_the_work() -> None:
    world = await PricedWorld().on_scene()
    with pytest.raises(OutOfTurn):
        await world.order(propose_fare, with_parts(world, 0))


def _priced(world: World) -> PricedWorld:
    priced = PricedWorld()
    priced.log, priced.aggregates, priced.engine = world.log, world.aggregates, world.engine
    return priced
