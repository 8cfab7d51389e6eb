"""Is a customer promised a time in the save that gives the job away, and made amends for when nobody was there?"""

from datetime import timedelta
from functools import partial

import pytest

from application.accept_counter import AcceptCounter, accept_counter
from application.accept_offer import AcceptOffer, accept_offer
from application.acknowledge_job import AcknowledgeJob, acknowledge_job
from application.break_promise import Amends, BreakPromise, break_promise
from application.cancel_request import CancelRequest, cancel_request
from application.counter_offer import CounterOffer, counter_offer
from application.engine import Done
from application.make_offer import MakeOffer, make_offer
from application.promises import PriorPromises
from application.put_promise_at_risk import PutPromiseAtRisk, put_promise_at_risk
from application.set_engagement import SetEngagement, set_engagement
from domain import ledger
from domain.price_terms import PaymentMethod
from domain.promise import PRIOR_LAW, PromiseState, PromiseStillGood, credit_for
from domain.provider_terms import AnswersBy, Engagement
from domain.refusal import NotAllowed
from domain.request_terms import CancelReason
from domain.wallet import Wallet
from domain.wallet_terms import wallet_id
from tests.application.priced import FLAT_TYRE, WALLET_MINOR, PricedWorld
from tests.application.world import World
from tests.support.roadside import (
    CUSTOMER,
    DEPOT_CELL,
    DESK_ACTOR,
    DISPATCHER,
    LAPSE,
    NOON,
    OFFER,
    PROVIDER,
    REQUEST,
    SHIFT,
    SOON,
    TENANT,
    THE_CUSTOMER,
    THE_PROVIDER,
)

pytestmark = pytest.mark.anyio

BOOK = PriorPromises()
ETA_S = 900


async def taken(world: World, eta_s: int = ETA_S) -> Done:
    """The request is offered with a time of approach, and accepted with a book of promises."""
    await world.run(make_offer, MakeOffer(DISPATCHER, REQUEST, OFFER, SHIFT, LAPSE, NOON, eta_s=eta_s))
    return await world.run(partial(accept_offer, promises=BOOK), AcceptOffer(THE_PROVIDER, OFFER, SOON))


async def priced(method: PaymentMethod = PaymentMethod.WALLET) -> PricedWorld:
    world = PricedWorld()
    await world.open_both()
    if method is PaymentMethod.WALLET:
        await world.fill_wallet()
    await world.ask(FLAT_TYRE, method)
    await taken(world)
    return world


async def test_a_job_is_taken_and_promised_in_one_save() -> None:
    world = World()
    await world.open_both()
    await world.request()
    appends = world.log.appends
    await taken(world)
    assert world.log.appends == appends + 2
    request = await world.the_request()
    assert request.promise_state is PromiseState.MADE
    assert request.promise is not None
    assert request.promise.promised == PRIOR_LAW.promised(ETA_S, SOON)
    event = next(event for event in world.log.events if event.topic == "service_request.eta_promised")
    assert DEPOT_CELL.encode() in event.payload


async def test_without_a_book_nothing_is_promised() -> None:
    world = await World().held()
    assert (await world.the_request()).promise_state is PromiseState.NONE


async def test_accepting_twice_promises_once() -> None:
    world = World()
    await world.open_both()
    await world.request()
    await taken(world)
    head = world.head
    await world.run(partial(accept_offer, promises=BOOK), AcceptOffer(THE_PROVIDER, OFFER, SOON))
    assert world.head == head


async def test_of_a_counter_the_countered_time_is_promised() -> None:
    world = await World().asked()
    await world.run(counter_offer, CounterOffer(THE_PROVIDER, OFFER, 2_400, SOON))
    await world.run(partial(accept_counter, promises=BOOK), AcceptCounter(DISPATCHER, OFFER, 2_400, SOON))
    promise = (await world.the_request()).promise
    assert promise is not None
    assert promise.promised.expected_s == 2_400


async def test_a_broken_promise_gives_back_a_part_of_the_price_once() -> None:
    world = await priced()
    request = await world.the_request()
    assert request.promise is not None
    assert request.quote is not None
    due = request.promise.due_at
    with pytest.raises(PromiseStillGood):
        await world.run(break_promise, BreakPromise(DISPATCHER, REQUEST, due - timedelta(seconds=1)))
    appends = world.log.appends
    await world.run(break_promise, BreakPromise(DISPATCHER, REQUEST, due))
    assert world.log.appends == appends + 1
    head = world.head
    await world.run(break_promise, BreakPromise(DISPATCHER, REQUEST, due + timedelta(seconds=5)))
    assert world.head == head
    credit = credit_for(request.quote.total_minor)
    assert credit > 0
    assert (await world.wallet()).balance_minor == WALLET_MINOR + credit
    booked = [event.payload for event in world.log.events if event.topic == "wallet.credited"][-1]
    assert ledger.GOODWILL.encode() in booked
    assert (await world.the_request()).promise_state is PromiseState.BROKEN


async def test_who_pays_in_cash_gets_a_wallet_for_it() -> None:
    world = await priced(PaymentMethod.CASH)
    request = await world.the_request()
    assert request.promise is not None
    await world.run(break_promise, BreakPromise(DISPATCHER, REQUEST, request.promise.due_at))
    wallet = await world.the(Wallet, wallet_id(TENANT, CUSTOMER))
    assert wallet.balance_minor > 0


async def test_what_costs_nothing_gives_nothing_back_and_the_rule_may_say_so_too() -> None:
    free = World()
    await free.open_both()
    await free.request()
    await taken(free)
    paid = await priced()
    for world, rule in ((free, Amends()), (paid, Amends(percent=0))):
        request = await world.the_request()
        assert request.promise is not None
        head = world.head
        await world.run(partial(break_promise, amends=rule), BreakPromise(DISPATCHER, REQUEST, request.promise.due_at))
        assert world.topics(head) == ["service_request.promise_broken"]


async def test_at_risk_and_waived_are_facts_too() -> None:
    world = await priced()
    await world.run(put_promise_at_risk, PutPromiseAtRisk(DISPATCHER, REQUEST, SOON))
    assert (await world.the_request()).promise_state is PromiseState.AT_RISK
    await world.run(cancel_request, CancelRequest(THE_CUSTOMER, REQUEST, CancelReason.TOOK_TOO_LONG, SOON))
    assert (await world.the_request()).promise_state is PromiseState.WAIVED
    head = world.head
    await world.run(break_promise, BreakPromise(DISPATCHER, REQUEST, SOON + timedelta(days=1)))
    assert world.head == head


async def test_of_a_guided_crew_a_time_is_promised_when_it_knows() -> None:
    world = World()
    await world.open_both()
    await world.request()
    await world.run(set_engagement, SetEngagement(DESK_ACTOR, PROVIDER, Engagement.GUIDED, AnswersBy.APP, None, NOON))
    await world.run(make_offer, MakeOffer(DISPATCHER, REQUEST, OFFER, SHIFT, LAPSE, NOON, eta_s=ETA_S))
    assert (await world.the_request()).promise is None
    for _ in range(2):
        await world.run(partial(acknowledge_job, promises=BOOK), AcknowledgeJob(THE_PROVIDER, REQUEST, SOON))
    assert [topic for topic in world.topics() if topic.endswith("promised")] == ["service_request.eta_promised"]


async def test_nobody_else_breaks_a_promise() -> None:
    world = await priced()
    for actor in (THE_CUSTOMER, THE_PROVIDER):
        with pytest.raises(NotAllowed):
            await world.run(break_promise, BreakPromise(actor, REQUEST, SOON + timedelta(days=1)))
        with pytest.raises(NotAllowed):
            await world.run(put_promise_at_risk, PutPromiseAtRisk(actor, REQUEST, SOON))
