"""Is cash owed to us, netted with earnings at the payout, and its holder stopped at the limit?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.batch_payout import BatchPayout, batch_payout
from application.cash_in_hand import HandInCash, check_cash_limit, hand_in_cash
from application.collect_cash import CollectCash, collect_cash
from application.decide_earning_rules import DecideEarningRules, decide_earning_rules
from application.engine import Work
from application.make_offer import MakeOffer, make_offer
from domain import ledger
from domain.actor import Role
from domain.cash_in_hand import CashInHand, CashLimitReached, MoreThanInHand, cash_in_hand_id
from domain.earning import Earning
from domain.earning_rules import EarningRules
from domain.earnings_terms import earning_id
from domain.money import Money
from domain.payment_terms import payment_id
from domain.price_terms import PaymentMethod
from domain.refusal import NotAllowed
from tests.application.priced import FLAT_TYRE, WALLET_MINOR, PricedWorld
from tests.application.test_payouts import CAUSE, DAY, PAYER, TOMORROW, Office
from tests.application.world import World, context_of
from tests.support.books import audited
from tests.support.roadside import DESK_ACTOR, DISPATCHER, NOON, PROVIDER, REQUEST, SHIFT, THE_PROVIDER, some_id
from tests.support.trade import HELP_TOTAL

pytestmark = pytest.mark.anyio

ADMIN = replace(DESK_ACTOR, role=Role.ADMIN)
STREAM = cash_in_hand_id(PROVIDER, "INR")
OWED = 8_850
"""15 % commission on 500.00, and 18 % tax on it."""


async def paid_in_cash(limit_minor: int | None = None) -> PricedWorld:
    """One job, paid to the provider."""
    world = await PricedWorld().done(FLAT_TYRE, PaymentMethod.CASH)
    await limited(world, limit_minor)
    await world.finish()
    await world.run(collect_cash, CollectCash(THE_PROVIDER, REQUEST, HELP_TOTAL, "INR", NOON))
    return world


async def limited(world: World, limit_minor: int | None) -> None:
    rules = EarningRules(waits_s=0, cash_limit_minor=limit_minor)
    await world.run(decide_earning_rules, DecideEarningRules(ADMIN, rules, NOON, NOON))


async def stopped(world: PricedWorld) -> bool:
    """Whether another job in cash may be offered to the provider now."""
    work = Work(world.aggregates, context_of(ADMIN, "look"))
    try:
        await check_cash_limit(work, await world.the_request(), PROVIDER, NOON)
    except CashLimitReached:
        return True
    return False


async def test_what_is_collected_is_owed_less_what_was_earned() -> None:
    world = await paid_in_cash()
    cash = await world.the(CashInHand, STREAM)
    assert (cash.owed_minor, cash.open) == (OWED, {payment_id(REQUEST): OWED})
    assert audited(world.log.events).balance(ledger.payable_to(PROVIDER)) == OWED
    earning = await world.the(Earning, earning_id(payment_id(REQUEST)))
    assert earning.amount_minor == -OWED


@pytest.mark.parametrize(("limit", "is_stopped"), [(None, False), (OWED + 1, False), (OWED, True)])
async def test_at_the_limit_no_job_in_cash_is_offered(limit: int | None, *, is_stopped: bool) -> None:
    world = await paid_in_cash(limit)
    assert await stopped(world) is is_stopped


@pytest.mark.parametrize("method", [PaymentMethod.CASH, PaymentMethod.WALLET])
async def test_who_is_stopped_is_offered_what_is_paid_otherwise(method: PaymentMethod) -> None:
    world = await paid_in_cash(OWED)
    another = some_id(960)
    await world.ask(FLAT_TYRE, method, another)
    now = world.now
    offer = MakeOffer(DISPATCHER, another, some_id(961), SHIFT, now + timedelta(seconds=60), now)
    if method is PaymentMethod.CASH:
        with pytest.raises(CashLimitReached):
            await world.run(make_offer, offer)
    else:
        await world.run(make_offer, offer)
        assert "offer.made" in world.topics()


async def test_cash_that_is_handed_in_lets_the_provider_go_on() -> None:
    world = await paid_in_cash(OWED)
    order = HandInCash(DESK_ACTOR, PROVIDER, some_id(950), Money(1, "INR"), NOON)
    with pytest.raises(NotAllowed):
        await world.run(hand_in_cash, replace(order, actor=THE_PROVIDER))
    with pytest.raises(MoreThanInHand):
        await world.run(hand_in_cash, replace(order, amount=Money(OWED + 1, "INR")))
    for _ in range(2):
        await world.run(hand_in_cash, order)
    assert not await stopped(world)
    books = audited(world.log.events)
    assert (books.balance(ledger.CASH_DESK), books.balance(ledger.payable_to(PROVIDER))) == (WALLET_MINOR + 1, OWED - 1)


async def test_a_payout_is_less_by_what_is_owed_and_then_nothing_is() -> None:
    office = await Office().opened()
    await office.earn(some_id(302), -17_700)

    async def as_the_save_does(_command: object, work: Work) -> dict[str, object]:
        cash = CashInHand.begin(PROVIDER, "INR", NOON)
        cash.collect(some_id(302), 118_000, 17_700, NOON)
        work.add(cash)
        return {}

    await office.run(as_the_save_does, HandInCash(DESK_ACTOR, PROVIDER, CAUSE, Money(1, "INR"), NOON))
    order = BatchPayout(PAYER, PROVIDER, "INR", (earning_id(CAUSE), earning_id(some_id(302))), DAY, TOMORROW)
    done = await office.run(batch_payout, order)
    assert (await office.the(CashInHand, STREAM)).owed_minor == 0
    earned = (await office.the(Earning, earning_id(CAUSE))).amount_minor
    assert done.answer["amount_minor"] == earned - 17_700
