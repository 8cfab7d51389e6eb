"""A bank asks a tip back: is nobody paid for it meanwhile, and is everything else paid?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from application.capture_order import CaptureOrder, capture_order
from application.give_tip import GiveTip, TakeTipBack, give_tip, take_tip_back
from application.hold_earning import HoldEarning, hold_earning
from application.request_payment_order import RequestPaymentOrder, request_payment_order
from domain.dispute import Dispute
from domain.dispute_terms import DisputeState, PaidBy, dispute_id
from domain.earning import Earning
from domain.earnings_terms import WhyHeld, earning_id
from domain.money import Money
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import OrderPurpose, capture_of, opening_of
from domain.payment_terms import payment_id
from domain.tip import TipDisputed, tip_id
from tests.application.disputed import Disputed
from tests.support.razorpay import standing_in
from tests.support.roadside import CUSTOMER, DESK_ACTOR, FINANCE_ACTOR, REQUEST, TENANT, THE_CUSTOMER, some_id

pytestmark = pytest.mark.anyio

BY = some_id(880)
TEN = Money(1_000, "INR")
FIVE = Money(500, "INR")
TIPPED = earning_id(tip_id(REQUEST))
DONE = earning_id(payment_id(REQUEST))


@pytest.fixture
def world() -> Iterator[Disputed]:
    """With a gateway of its own: every world has the same order."""
    with standing_in() as gateway:
        yield Disputed(gateway)


async def paid_for_a_tip(world: Disputed, meanwhile: Money | None = None) -> str:
    """A job that was done, and what was paid for a tip; the gateway's payment. Another may be given before it comes."""
    if meanwhile is not None:
        await world.fill_wallet()
    await world.supplied()
    wanted = RequestPaymentOrder(THE_CUSTOMER, BY, CUSTOMER, OrderPurpose.TIP, REQUEST, TEN, world.now)
    await world.run(request_payment_order, wanted)
    await world.orders.open(TENANT, BY, opening_of(BY), world.now)
    opened = (await world.the(PaymentOrder, BY)).gateway_order
    assert opened is not None
    if meanwhile is not None:
        await world.run(give_tip, GiveTip(THE_CUSTOMER, REQUEST, meanwhile, world.now))
    payment = str(world.stand_in.pay(opened)["razorpay_payment_id"])
    await world.orders.ask_about(TENANT, BY, world.now)
    await world.run(capture_order, CaptureOrder(DESK_ACTOR, BY, world.now))
    await world.orders.capture(TENANT, BY, capture_of(BY, payment), world.now)
    return payment


async def held(world: Disputed, earning: UUID) -> WhyHeld | None:
    return (await world.the(Earning, earning)).held


async def decided(world: Disputed, raised: str, status: str) -> None:
    world.stand_in.play(f"/disputes/{raised}", status=status)
    await world.hear(raised)
    assert (await world.the(Dispute, dispute_id(BY, raised))).status is DisputeState(status)


async def test_a_tip_that_is_asked_back_holds_what_it_became_and_not_the_job(world: Disputed) -> None:
    raised = world.raised(await paid_for_a_tip(world))
    assert await held(world, TIPPED) is None
    await world.hear(raised)
    assert (await held(world, TIPPED), await held(world, DONE)) == (WhyHeld.DISPUTED, None)
    assert world.topics().count("earning.held") == 1, "the news came twice"
    await decided(world, raised, "won")
    assert await held(world, TIPPED) is None


async def test_a_tip_that_is_lost_stays_held_until_the_desk_decides(world: Disputed) -> None:
    raised = world.raised(await paid_for_a_tip(world))
    await world.hear(raised)
    await decided(world, raised, "lost")
    assert (await held(world, TIPPED), await held(world, DONE)) == (WhyHeld.DISPUTED, None)


async def test_a_tip_that_went_back_already_is_not_held(world: Disputed) -> None:
    raised = world.raised(await paid_for_a_tip(world))
    await world.run(take_tip_back, TakeTipBack(DESK_ACTOR, REQUEST, world.now))
    await world.hear(raised)
    assert await held(world, TIPPED) is None, "what was taken off would else lessen what others earned"


async def test_a_tip_that_a_bank_asks_back_or_took_is_not_given_back_as_well(world: Disputed) -> None:
    raised = world.raised(await paid_for_a_tip(world))
    await world.hear(raised)
    back = TakeTipBack(DESK_ACTOR, REQUEST, world.now)
    with pytest.raises(TipDisputed):
        await world.run(take_tip_back, back)
    await decided(world, raised, "lost")
    with pytest.raises(TipDisputed):
        await world.run(take_tip_back, back)
    assert "tip.returned" not in world.topics()


async def test_a_tip_that_a_bank_left_us_can_go_back(world: Disputed) -> None:
    raised = world.raised(await paid_for_a_tip(world))
    await world.hear(raised)
    await decided(world, raised, "won")
    await world.run(take_tip_back, TakeTipBack(DESK_ACTOR, REQUEST, world.now))
    assert world.topics().count("tip.returned") == 1


async def test_what_finance_lets_go_is_not_held_again_by_the_same_dispute(world: Disputed) -> None:
    payment = await paid_for_a_tip(world)
    raised = world.raised(payment, amount=400)
    await world.hear(raised)
    let_go = HoldEarning(FINANCE_ACTOR, TIPPED, None, world.now)
    await world.run(hold_earning, let_go)
    opened = dispute_id(BY, raised)
    await world.errands.look_after(TENANT, opened, world.then)
    told = getattr(world.desk.dispute(raised), "value")  # noqa: B009  (confirmed, or the test ends here)
    later = world.then + timedelta(minutes=1)
    await world.errands.tell(TENANT, PaidBy(BY), replace(told, status="under_review"), "again", later)
    assert (await world.the(Dispute, opened)).status is DisputeState.UNDER_REVIEW
    assert await held(world, TIPPED) is None
    assert world.topics().count("earning.held") == 1


async def test_another_dispute_holds_it_again(world: Disputed) -> None:
    payment = await paid_for_a_tip(world)
    first = world.raised(payment, amount=400)
    await world.hear(first)
    await decided(world, first, "won")
    second = world.raised(payment, amount=300)
    await world.hear(second)
    assert await held(world, TIPPED) is WhyHeld.DISPUTED


async def test_another_tip_that_was_given_meanwhile_is_not_held(world: Disputed) -> None:
    raised = world.raised(await paid_for_a_tip(world, meanwhile=FIVE))
    await world.hear(raised)
    assert (await world.the(Earning, TIPPED)).amount_minor == FIVE.amount_minor
    assert await held(world, TIPPED) is None
