"""Does a dearer plan apply when its difference is paid, at once when there is none, and is the money never lost?"""

from dataclasses import replace

import pytest

from application.gateway import Confirmed, OpenOrder
from application.order_errands import OrderErrands
from application.run_subscription import ChangeSubscription, Wish, change_subscription
from application.subscribe import OfferPlan, offer_plan
from application.upgrade_subscription import UpgradeSubscription, upgrade_subscription
from domain import ledger
from domain.ledger.account import LedgerAccount
from domain.ledger.terms import account_stream
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import OrderState, Source, opening_of
from domain.plan import plan_id
from domain.plan_terms import FIRST_FOUR, Benefit
from domain.refusal import NotAllowed, NotFound, OutOfTurn
from domain.subscription import Subscription
from tests.application.priced import PricedWorld, at
from tests.application.test_covering import EARLIER, PLUS, SUBSCRIPTION, SYSTEM, member, shown, units
from tests.support.books import audited
from tests.support.fake_gateway import FakeGateway
from tests.support.roadside import ANOTHER_CUSTOMER, TENANT, THE_CUSTOMER, THE_PROVIDER, some_id

pytestmark = pytest.mark.anyio

PREMIUM = FIRST_FOUR["premium"]
ORDER, OTHER_ORDER = some_id(990), some_id(991)
# Five of 45 days are over.
DIFFERENCE = (PREMIUM.price_minor - PLUS.price_minor) * 40 // 45


class Till:
    """A member, and a gateway."""

    def __init__(self, world: PricedWorld) -> None:
        self.world, self.gateway = world, FakeGateway()
        # The first payment of a gateway was the mandate's.
        first = self.gateway.open_order(OpenOrder(some_id(992), PLUS.price_minor, "INR"))
        assert isinstance(first, Confirmed)
        self.gateway.pay(first.value.order_id)
        self.errands = OrderErrands(world.engine, world.aggregates, self.gateway)

    async def pay(self, order: object = ORDER) -> None:
        assert order in {ORDER, OTHER_ORDER}
        order_id = ORDER if order == ORDER else OTHER_ORDER
        await self.errands.open(TENANT, order_id, opening_of(order_id), at(1))
        opened = await self.world.the(PaymentOrder, order_id)
        assert opened.gateway_order is not None
        paid = self.gateway.pay(opened.gateway_order)
        for number in range(2):
            await self.errands.tell(TENANT, order_id, [paid], Source.WEBHOOK, f"{order_id}/{number}", at(2))


async def of(code: str = "premium") -> PricedWorld:
    world = await member()
    await world.run(offer_plan, OfferPlan(SYSTEM, code, FIRST_FOUR.get(code, PLUS), EARLIER, EARLIER))
    return world


async def wish(world: PricedWorld, code: str = "premium", order: object = ORDER) -> dict[str, object]:
    order_id = ORDER if order == ORDER else OTHER_ORDER
    return (
        await world.run(upgrade_subscription, UpgradeSubscription(THE_CUSTOMER, SUBSCRIPTION, code, order_id, at(0)))
    ).answer


async def test_a_dearer_plan_applies_when_its_difference_is_paid() -> None:
    world = await of()
    asked = await wish(world)
    assert asked["due_minor"] == DIFFERENCE
    assert await wish(world, order=OTHER_ORDER) == asked, "the same again is no news"
    assert (await world.the(Subscription, SUBSCRIPTION)).terms == PLUS
    assert (await units(world)).available_minor(at(0)) == 2
    balance = (await world.wallet()).balance_minor
    await Till(world).pay()
    subscription = await world.the(Subscription, SUBSCRIPTION)
    assert (subscription.terms, subscription.upgrade_wanted) == (PREMIUM, None)
    assert (await units(world)).available_minor(at(0)) == 4
    assert (await units(world, Benefit.TOW_KM, "KM")).available_minor(at(0)) == 1_000
    books = audited(world.log.events)
    assert (books.balance(ledger.advance_for(ORDER)), (await world.wallet()).balance_minor) == (0, balance)
    assert books.balance(ledger.SUSPENSE) == 0


async def test_who_breaks_down_and_upgrades_then_is_covered_as_before() -> None:
    world = await of()
    await world.ask()
    before = await shown(world)
    await wish(world)
    await Till(world).pay()
    assert await shown(world) == before
    await world.confirm()
    assert (await units(world)).available_minor(at(3)) == 3


async def test_what_costs_nothing_more_simply_applies() -> None:
    world = await of("same-price")
    answer = await wish(world, "same-price")
    assert (answer["due_minor"], answer["order_id"]) == (0, None)
    assert (await world.the(Subscription, SUBSCRIPTION)).plan_id == plan_id(TENANT, "same-price")
    again = await wish(world, "same-price")
    assert again["version"] == answer["version"], "the same again is no news"
    assert (await units(world)).available_minor(at(0)) == 2


async def test_what_a_plan_gives_more_and_no_more_is_given_and_taken() -> None:
    events, tow, _ = PLUS.benefits
    other = replace(PLUS, benefits=(replace(events, units=3), replace(tow, units=600)))
    world = await member()
    await world.run(offer_plan, OfferPlan(SYSTEM, "other", other, EARLIER, EARLIER))
    await wish(world, "other")
    assert (await units(world)).available_minor(at(0)) == 3
    assert (await units(world, Benefit.TOW_KM, "KM")).available_minor(at(0)) == 600
    assert (await units(world, Benefit.FUEL, "FUEL_L")).closed
    audited(world.log.events)


async def test_a_cheaper_plan_waits_for_the_next_term_and_strangers_for_ever() -> None:
    world = await of("basic")
    with pytest.raises(OutOfTurn):
        await wish(world, "basic")
    for actor, refusal in ((ANOTHER_CUSTOMER, NotFound), (THE_PROVIDER, NotAllowed)):
        with pytest.raises(refusal):
            await world.run(upgrade_subscription, UpgradeSubscription(actor, SUBSCRIPTION, "basic", ORDER, at(0)))


async def test_another_wish_takes_the_place_of_the_first_whose_money_is_the_customers() -> None:
    world = await of()
    await world.run(offer_plan, OfferPlan(SYSTEM, "other", PREMIUM, EARLIER, EARLIER))
    await wish(world)
    await wish(world, "other", OTHER_ORDER)
    assert (await world.the(PaymentOrder, ORDER)).state is OrderState.ABANDONED
    balance, till = (await world.wallet()).balance_minor, Till(world)
    await till.pay(ORDER)
    assert (await world.wallet()).balance_minor == balance + DIFFERENCE
    assert (await world.the(Subscription, SUBSCRIPTION)).terms == PLUS
    await till.pay(OTHER_ORDER)
    assert (await world.the(Subscription, SUBSCRIPTION)).terms == PREMIUM
    audited(world.log.events)


async def test_what_is_paid_after_the_end_is_in_the_wallet() -> None:
    world = await of()
    await wish(world)
    await world.run(change_subscription, ChangeSubscription(THE_CUSTOMER, SUBSCRIPTION, Wish.END_NOW, at(0)))
    balance = (await world.wallet()).balance_minor
    await Till(world).pay()
    assert (await world.wallet()).balance_minor == balance + DIFFERENCE
    name = ledger.units_of(SUBSCRIPTION, Benefit.EVENTS.value, 1)
    assert (await world.the(LedgerAccount, account_stream(TENANT, name, "CALL"))).closed
