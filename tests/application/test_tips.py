"""Is a tip all the crew's, once, within bounds, from the wallet or through the gateway, and back only by the desk?"""

from datetime import timedelta
from uuid import uuid5

import pytest

from application.give_tip import GiveTip, TakeTipBack, give_tip, take_tip_back
from application.order_errands import OrderErrands
from application.request_payment_order import RequestPaymentOrder, request_payment_order
from domain import ledger
from domain.earning import Earning
from domain.earnings_terms import earning_id
from domain.money import Money
from domain.payment_order_terms import OrderPurpose, Source, opening_of
from domain.refusal import NotAllowed, NotFound, OutOfTurn
from domain.service_request import ServiceRequest
from domain.tip import (
    GIVEN_WITHIN,
    LEAST_MINOR,
    MOST_MINOR,
    AlreadyTipped,
    BadTip,
    NothingTipped,
    Tip,
    TooLateToTip,
    tip_id,
)
from domain.wallet import Wallet
from domain.wallet_terms import InsufficientFunds
from tests.application.priced import WALLET_MINOR, PricedWorld
from tests.support.books import audited
from tests.support.fake_gateway import FakeGateway
from tests.support.roadside import (
    ANOTHER_CUSTOMER,
    CUSTOMER,
    DESK_ACTOR,
    PROVIDER,
    REQUEST,
    TENANT,
    THE_CUSTOMER,
    THE_PROVIDER,
    some_id,
)

pytestmark = pytest.mark.anyio

TEN = Money(1_000, "INR")
TIP = tip_id(REQUEST)


async def done() -> PricedWorld:
    """A job that was done and paid from the wallet."""
    world = await PricedWorld().done()
    await world.finish()
    return world


async def tipped(world: PricedWorld, money: Money = TEN) -> None:
    await world.run(give_tip, GiveTip(THE_CUSTOMER, REQUEST, money, world.now))


async def owed(world: PricedWorld) -> int:
    return -audited(world.log.events).balance(ledger.payable_to(PROVIDER))


async def test_all_of_a_tip_is_the_providers() -> None:
    world = await done()
    before, balance = await owed(world), (await world.wallet()).balance_minor
    await tipped(world)
    assert await owed(world) == before + TEN.amount_minor
    assert (await world.wallet()).balance_minor == balance - TEN.amount_minor
    earned = await world.the(Earning, earning_id(TIP))
    assert (earned.amount_minor, earned.cause_id) == (TEN.amount_minor, TIP)
    assert audited(world.log.events).balance(ledger.advance_for(REQUEST)) == 0
    with pytest.raises(AlreadyTipped):
        await tipped(world)


async def test_a_tip_goes_back_with_the_job_by_the_desk_alone() -> None:
    world = await done()
    before, balance = await owed(world), (await world.wallet()).balance_minor
    with pytest.raises(NothingTipped):
        await world.run(take_tip_back, TakeTipBack(DESK_ACTOR, REQUEST, world.now))
    await tipped(world)
    for actor in (THE_CUSTOMER, THE_PROVIDER):
        with pytest.raises(NotAllowed):
            await world.run(take_tip_back, TakeTipBack(actor, REQUEST, world.now))
    for _ in range(2):
        await world.run(take_tip_back, TakeTipBack(DESK_ACTOR, REQUEST, world.now))
    assert (await owed(world), (await world.wallet()).balance_minor) == (before, balance)
    assert world.topics().count("tip.returned") == 1
    less = await world.the(Earning, earning_id(uuid5(TIP, "back")))
    assert (less.amount_minor, less.provider_id) == (-TEN.amount_minor, PROVIDER), "the next payout is less by it"
    assert audited(world.log.events).balance(ledger.advance_for(REQUEST)) == 0


@pytest.mark.parametrize(
    "money", [Money(LEAST_MINOR - 1, "INR"), Money(MOST_MINOR + 1, "INR"), Money(1_000, "JPY")], ids=str
)
async def test_a_tip_is_neither_too_small_nor_too_large_nor_in_other_money(money: Money) -> None:
    world = await done()
    with pytest.raises(BadTip):
        await tipped(world, money)


async def test_a_tip_is_given_by_who_was_helped_and_in_time() -> None:
    world = await PricedWorld().done()
    with pytest.raises(OutOfTurn):
        await tipped(world)
    await world.finish()
    with pytest.raises(NotFound):
        await world.run(give_tip, GiveTip(ANOTHER_CUSTOMER, REQUEST, TEN, world.now))
    with pytest.raises(NotAllowed):
        await world.run(give_tip, GiveTip(THE_PROVIDER, REQUEST, TEN, world.now))
    ended = (await world.the(ServiceRequest, REQUEST)).modified_on
    late = ended + GIVEN_WITHIN + timedelta(microseconds=1)
    with pytest.raises(TooLateToTip):
        await world.run(give_tip, GiveTip(THE_CUSTOMER, REQUEST, TEN, late))
    poor = Money((await world.wallet()).balance_minor + 1, "INR")
    if poor.amount_minor <= MOST_MINOR:
        with pytest.raises(InsufficientFunds):
            await tipped(world, poor)
    await world.run(give_tip, GiveTip(THE_CUSTOMER, REQUEST, TEN, ended + GIVEN_WITHIN))


async def test_a_tip_through_the_gateway_is_given_when_it_is_captured_and_once() -> None:
    world, gateway, order = await done(), FakeGateway(), some_id(880)
    before = await owed(world)
    errands = OrderErrands(world.engine, world.aggregates, gateway)
    wanted = RequestPaymentOrder(THE_CUSTOMER, order, CUSTOMER, OrderPurpose.TIP, REQUEST, TEN, world.now)
    await world.run(request_payment_order, wanted)
    await errands.open(TENANT, order, opening_of(order), world.now)
    (gateway_order,) = gateway.orders
    paid = gateway.pay(gateway_order)
    for number in range(2):
        await errands.tell(TENANT, order, [paid], Source.WEBHOOK, f"news-{number}", world.now)
    assert (await world.the(Tip, TIP)).amount_minor == TEN.amount_minor
    assert await owed(world) == before + TEN.amount_minor
    again = RequestPaymentOrder(THE_CUSTOMER, some_id(881), CUSTOMER, OrderPurpose.TIP, REQUEST, TEN, world.now)
    with pytest.raises(AlreadyTipped):
        await world.run(request_payment_order, again)


async def test_what_is_paid_for_a_tip_that_was_given_meanwhile_stays_in_the_wallet() -> None:
    world, gateway, order = await done(), FakeGateway(), some_id(880)
    errands = OrderErrands(world.engine, world.aggregates, gateway)
    wanted = RequestPaymentOrder(THE_CUSTOMER, order, CUSTOMER, OrderPurpose.TIP, REQUEST, TEN, world.now)
    await world.run(request_payment_order, wanted)
    await errands.open(TENANT, order, opening_of(order), world.now)
    await tipped(world, Money(500, "INR"))
    balance = (await world.wallet()).balance_minor
    (gateway_order,) = gateway.orders
    await errands.tell(TENANT, order, [gateway.pay(gateway_order)], Source.WEBHOOK, "news", world.now)
    wallet: Wallet = await world.wallet()
    assert wallet.balance_minor == balance + TEN.amount_minor <= WALLET_MINOR
    assert (await world.the(Tip, TIP)).amount_minor == 500
