"""Is what a membership bears at the quote what is billed, and are its units kept, used and given free once?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from application.cancel_request import CancelRequest, cancel_request
from application.covering import ShowCover, show_cover
from application.engine import Work
from application.run_subscription import (
    AdvanceSubscription,
    ChangeSubscription,
    RecordMandate,
    Told,
    Wish,
    advance_subscription,
    change_subscription,
    record_mandate,
)
from application.subscribe import OfferPlan, Subscribe, mandate_operation, offer_plan, subscribe
from domain import ledger
from domain.actor import Actor, Role
from domain.catalogue import Service
from domain.coverage_terms import CoverGone, NotCovered, cover_of
from domain.ledger.account import LedgerAccount
from domain.ledger.terms import account_stream
from domain.payment_terms import PaymentState
from domain.plan_terms import FIRST_FOUR, Benefit
from domain.price_terms import LineKind, PaymentMethod, PriceLine
from domain.refusal import NotAllowed, NotFound
from domain.request_job import EvidenceKind
from domain.request_terms import CancelReason
from domain.subscription_terms import NotSubscribed
from tests.application.priced import TOW, PricedWorld, at
from tests.support.books import audited
from tests.support.roadside import (
    ANOTHER_CUSTOMER,
    CUSTOMER,
    DESK_ACTOR,
    NOON,
    REQUEST,
    TENANT,
    THE_CUSTOMER,
    some_id,
)

pytestmark = pytest.mark.anyio
SUBSCRIPTION, VEHICLE = some_id(960), some_id(961)
EARLIER = NOON - timedelta(days=5)
PLUS = FIRST_FOUR["plus"]
SYSTEM = Actor.system("subscriptions", TENANT)


async def member() -> PricedWorld:
    """A customer with a paid term of the plus plan, and a wallet."""
    made = PricedWorld()
    await made.open_both()
    await made.fill_wallet()
    await made.run(offer_plan, OfferPlan(SYSTEM, "plus", PLUS, EARLIER, EARLIER))
    told = Subscribe(THE_CUSTOMER, SUBSCRIPTION, CUSTOMER, "plus", (VEHICLE,), EARLIER)
    await made.run(subscribe, told)
    operation = mandate_operation(SUBSCRIPTION)
    given = RecordMandate(SYSTEM, SUBSCRIPTION, operation, Told.PAID, "sub_1", "pay_1", PLUS.price_minor, "29", EARLIER)
    await made.run(record_mandate, given)
    await made.run(record_mandate, given)
    return made


async def units(world: PricedWorld, benefit: Benefit = Benefit.EVENTS, asset: str = "CALL") -> LedgerAccount:
    name = ledger.units_of(SUBSCRIPTION, benefit.value, 1)
    return await world.the(LedgerAccount, account_stream(TENANT, name, asset))


async def shown(world: PricedWorld) -> int:
    done = await world.run(show_cover, ShowCover(THE_CUSTOMER, REQUEST, SUBSCRIPTION, VEHICLE, at(0)))
    covered = done.answer["covered_minor"]
    assert isinstance(covered, int)
    return covered


async def finish(world: PricedWorld) -> None:
    await world.assign()
    await world.come()
    await world.start()
    await world.picture(EvidenceKind.WORK_DONE)
    await world.finish()


async def test_what_is_shown_is_what_is_billed() -> None:
    world = await member()
    await world.ask()
    covered = await shown(world)
    await world.confirm()
    assert (await units(world)).available_minor(at(1)) == 1
    before = (await world.wallet()).held_minor
    await finish(world)
    payment = await world.payment()
    assert payment.state is PaymentState.SETTLED
    assert before == payment.amount_minor - covered
    books = audited(world.log.events)
    assert books.balance(ledger.MEMBERSHIP) == covered
    assert books.balance(ledger.advance_for(REQUEST)) == 0
    assert (await world.wallet()).balance_minor == 500_000 - payment.amount_minor + covered
    assert (await units(world)).posted_minor == 1


async def test_a_job_that_is_borne_whole_asks_nobody_for_cash() -> None:
    world = await member()
    await world.ask()
    quote = (await world.the_request()).quote
    assert quote is not None
    assert await shown(world) == quote.total_minor
    await world.confirm(PaymentMethod.CASH)
    await finish(world)
    assert (await world.payment()).state is PaymentState.SETTLED


async def test_a_tow_is_borne_as_far_as_the_plan_goes() -> None:
    world = await member()
    await world.ask(TOW)
    quote = (await world.the_request()).quote
    assert quote is not None
    covered = await shown(world)
    assert 0 < covered <= quote.total_minor
    await world.confirm()
    assert quote.tow_distance_m is not None
    kept = -(-quote.tow_distance_m // 100)
    assert (await units(world, Benefit.TOW_KM, "KM")).available_minor(at(1)) == 500 - min(kept, 500)


async def test_calling_off_gives_the_units_free() -> None:
    world = await member()
    await world.ask()
    await shown(world)
    await world.confirm()
    await world.run(cancel_request, CancelRequest(THE_CUSTOMER, REQUEST, CancelReason.OTHER, at(1)))
    assert (await units(world)).available_minor(at(1)) == 2
    audited(world.log.events)


async def test_another_quote_is_not_borne_by_what_was_shown_for_the_former() -> None:
    world = await member()
    await world.ask()
    await shown(world)
    await shown(world)
    await world.run(change_subscription, ChangeSubscription(THE_CUSTOMER, SUBSCRIPTION, Wish.PAUSE, at(0)))
    with pytest.raises(NotSubscribed):
        await world.confirm()


async def test_what_another_job_took_is_gone() -> None:
    world = await member()
    await world.ask()
    await shown(world)

    async def take_all(_command: object, work: Work) -> dict[str, object]:
        account = await work.get(LedgerAccount, (await units(world)).id)
        account.close(at(0))
        return {}

    await world.run(take_all, AdvanceSubscription(SYSTEM, SUBSCRIPTION, at(0)))
    with pytest.raises(CoverGone):
        await world.confirm()


async def test_a_membership_is_nobody_elses_and_the_clock_is_not_for_customers() -> None:
    world = await member()
    await world.ask()
    with pytest.raises(NotFound):
        await world.run(show_cover, ShowCover(ANOTHER_CUSTOMER, REQUEST, SUBSCRIPTION, VEHICLE, at(0)))
    with pytest.raises(NotFound):
        await world.run(change_subscription, ChangeSubscription(ANOTHER_CUSTOMER, SUBSCRIPTION, Wish.PAUSE, at(0)))
    with pytest.raises(NotFound):
        await world.run(subscribe, Subscribe(ANOTHER_CUSTOMER, some_id(962), CUSTOMER, "plus", (VEHICLE,), at(0)))
    with pytest.raises(NotAllowed):
        await world.run(advance_subscription, AdvanceSubscription(THE_CUSTOMER, SUBSCRIPTION, at(0)))
    with pytest.raises(NotAllowed):
        await world.run(offer_plan, OfferPlan(replace(DESK_ACTOR, role=Role.DISPATCHER), "x", PLUS, NOON, NOON))


async def test_ending_now_gives_back_what_is_not_earned_and_takes_the_units() -> None:
    world = await member()
    await world.run(change_subscription, ChangeSubscription(THE_CUSTOMER, SUBSCRIPTION, Wish.END_NOW, at(0)))
    books = audited(world.log.events)
    assert books.balance(ledger.deferred_for(SUBSCRIPTION)) == 0
    assert (await world.wallet()).balance_minor > 500_000
    assert ((await units(world)).posted_minor, (await units(world)).closed) == (0, True)


LINES = (PriceLine(LineKind.BASE, 10_000), PriceLine(LineKind.DISTANCE, 6_000), PriceLine(LineKind.TAX_IGST, 2_880))


def test_tax_follows_what_is_borne_of_the_net() -> None:
    left = {Benefit.EVENTS: 1, Benefit.TOW_KM: 100}
    cover = cover_of(PLUS, Service.TOW, LINES, 20_000, left)
    assert [(use.benefit, use.units) for use in cover.uses] == [(Benefit.EVENTS, 1), (Benefit.TOW_KM, 100)]
    assert cover.covered_minor == 13_000 + 2_880 * 13_000 // 16_000
    whole = cover_of(PLUS, Service.TOW, LINES, 10_000, left)
    assert whole.covered_minor == whole.total_minor == 18_880
    parts = (*LINES, PriceLine(LineKind.PARTS, 4_000))
    assert cover_of(PLUS, Service.TOW, parts, 10_000, left).covered_minor < 22_880
    with pytest.raises(NotCovered):
        cover_of(PLUS, Service.TOW, LINES, 10_000, {Benefit.TOW_KM: 100})
    fuel = cover_of(PLUS, Service.FUEL_DELIVERY, LINES, None, {Benefit.EVENTS: 2, Benefit.FUEL: 20})
    assert [(use.benefit, use.units) for use in fuel.uses] == [(Benefit.EVENTS, 1), (Benefit.FUEL, 20)]
