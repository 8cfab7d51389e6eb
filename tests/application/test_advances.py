"""Does what is captured for a job get its voucher, and does that end in the bill or go back, each under a number?"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from application.advances import bill_advances, give_advances_back, receive_advance
from application.learn_payment import LearnPayments, learn_payments
from application.refund_order import RefundOrder, refund_order
from application.settlement import settle_fee, settle_job
from domain.actor import Actor
from domain.invoice_terms import invoice_id, number_text
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import OrderPurpose, Source, Told, TryStatus
from domain.payment_terms import payment_id
from domain.price_terms import PaymentMethod
from domain.receipt_voucher import ReceiptVoucher, receipt_voucher_id
from domain.refund_voucher import RefundVoucher, refund_voucher_id
from domain.service_request import ServiceRequest
from infra.event_store import codec
from tests.application.world import World, context_of
from tests.domain.payment_order_facts import AMOUNT
from tests.support.books import audited
from tests.support.paid import approved
from tests.support.roadside import CUSTOMER, DESK_ACTOR, NOON, PROVIDER, SOON, TENANT, some_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from application.engine import Answer, Work

pytestmark = pytest.mark.anyio

REQUEST, ORDER = some_id(1), some_id(191)


def an_order(order_id: UUID = ORDER) -> PaymentOrder:
    order = PaymentOrder.request(
        order_id,
        customer_id=CUSTOMER,
        purpose=OrderPurpose.JOB,
        subject_id=REQUEST,
        amount_minor=AMOUNT,
        currency="INR",
        at=NOON,
    )
    order.opened("order_1", NOON)
    return order


async def decided(world: World, decide: Callable[[Work], Awaitable[None]], key: str) -> None:
    async def both(work: Work) -> Answer:
        await decide(work)
        return {}

    await world.engine.run(context_of(DESK_ACTOR, key, key), both)


async def with_an_advance(orders: int = 1) -> World:
    """A job whose fare stands, and something that was received for it."""
    world = World()

    async def receive(work: Work) -> None:
        request = approved(REQUEST, CUSTOMER, PROVIDER, PaymentMethod.WALLET, NOON)
        work.add(request)
        for number in range(orders):
            order = an_order(some_id(191 + number))
            work.add(order)
            await receive_advance(work, order, REQUEST, AMOUNT, NOON)

    await decided(world, receive, "receive")
    return world


def numbers(world: World) -> list[str]:
    """Every number that was taken, as it is written."""
    taken = [event for event in world.log.events if event.topic == "invoice_series.number_taken"]
    told = [(codec.decode(event.topic, event.payload), event.version) for event in taken]
    return [number_text(str(each["series"]), str(each["financial_year"]), number)[:2] for each, number in told]


async def the_voucher(world: World, nth: int = 0) -> ReceiptVoucher:
    return await world.the(ReceiptVoucher, receipt_voucher_id(REQUEST, nth))


async def test_a_job_that_is_billed_takes_its_advances_into_the_bill() -> None:
    world = await with_an_advance(orders=2)

    async def settle(work: Work) -> None:
        await settle_job(work, await work.get(ServiceRequest, REQUEST), SOON)

    await decided(world, settle, "settle")
    bill = invoice_id(payment_id(REQUEST))
    assert [(await the_voucher(world, nth)).invoice_id for nth in (0, 1)] == [bill, bill]
    assert sorted(numbers(world)) == ["VA", "VR", "VR"]
    await decided(world, lambda work: give_advances_back(work, REQUEST, SOON), "late")
    await decided(world, lambda work: bill_advances(work, REQUEST, bill, SOON), "twice")
    assert len(numbers(world)) == 3
    audited(world.log.events)

    async def once_more(work: Work) -> None:
        await receive_advance(work, an_order(some_id(199)), REQUEST, AMOUNT, SOON)

    await decided(world, once_more, "more")
    assert len(numbers(world)) == 3, "what comes after the bill is no advance"


async def test_a_job_that_costs_nothing_gives_its_advances_back() -> None:
    world = await with_an_advance(orders=2)

    async def end(work: Work) -> None:
        await settle_fee(work, await work.get(ServiceRequest, REQUEST), 0, SOON)

    await decided(world, end, "end")
    voucher = await the_voucher(world)
    refund = await world.the(RefundVoucher, refund_voucher_id(voucher.id))
    assert (voucher.refund_voucher_id, refund.total_minor) == (refund.id, AMOUNT)
    assert numbers(world) == ["VR", "VR", "VF", "VF"]
    audited(world.log.events)


@pytest.mark.parametrize(("parts", "ends"), [((AMOUNT,), True), ((AMOUNT - 100,), False), ((100, AMOUNT - 100), True)])
async def test_all_of_an_order_that_goes_back_takes_its_voucher_along(parts: tuple[int, ...], *, ends: bool) -> None:
    world = World()

    async def pay(work: Work) -> None:
        work.add(approved(REQUEST, CUSTOMER, PROVIDER, PaymentMethod.CASH, NOON))
        work.add(an_order())
        told = Told("pay_1", TryStatus.CAPTURED, AMOUNT, "INR")
        system = Actor.system("worker", TENANT)
        await learn_payments(LearnPayments(system, ORDER, [told], Source.WEBHOOK, NOON), work)

    await decided(world, pay, "pay")
    assert (await the_voucher(world)).is_open
    for number, part in enumerate(parts):
        await world.run(refund_order, RefundOrder(DESK_ACTOR, some_id(300 + number), ORDER, part, SOON))
    assert (await the_voucher(world)).is_open is not ends
    assert numbers(world) == ["VR", "VF"][: 1 + ends]
    audited(world.log.events)
