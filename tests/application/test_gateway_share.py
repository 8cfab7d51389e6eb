"""A job paid through the gateway: is it captured in time, kept for the job, and is what is too much sent back?"""

from itertools import count

import pytest

from application.agreeing import keep_the_price
from application.cancel_request import CancelRequest, cancel_request
from application.capture_order import CaptureOrder, capture_order
from application.engine import Answer, Work
from application.gateway import Capture
from application.order_errands import OrderErrands
from application.propose_fare import ProposeFare, propose_fare
from domain import ledger
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import OrderPurpose, OrderState, Source, capture_of, job_order_id, opening_of
from domain.payment_terms import PaymentState
from domain.price_terms import PaymentMethod
from domain.refund import Refund
from domain.refund_terms import WhyRefunded
from domain.request_job import EvidenceKind
from domain.request_terms import CancelReason, RequestState
from domain.service_request import ServiceRequest
from tests.application.priced import FLAT_TYRE, PricedWorld
from tests.support.fake_gateway import FakeGateway
from tests.support.roadside import CUSTOMER, DESK_ACTOR, REQUEST, SOON, TENANT, THE_CUSTOMER, THE_PROVIDER
from tests.support.trade import FEES, HELP_TOTAL

pytestmark = pytest.mark.anyio

ORDER = job_order_id(REQUEST, 0)


class PaidOnline(PricedWorld):
    """A job whose customer pays at a checkout."""

    def __init__(self) -> None:
        super().__init__()
        self.gateway = FakeGateway()
        self.errands = OrderErrands(self.engine, self.aggregates, self.gateway)
        self._told = count()

    async def order_of_job(self) -> PaymentOrder:
        return await self.the(PaymentOrder, ORDER)

    async def pay(self) -> str:
        """The customer authorises what the order asks for, and we hear of it."""
        await self.errands.open(TENANT, ORDER, opening_of(ORDER), SOON)
        opened = (await self.order_of_job()).gateway_order
        assert opened is not None
        paid = self.gateway.pay(opened)
        await self.hear(paid.payment_id)
        return paid.payment_id

    async def hear(self, paid: str) -> None:
        told = [self.gateway.payments[paid]]
        await self.errands.tell(TENANT, ORDER, told, Source.WEBHOOK, f"news-{next(self._told)}", SOON)

    async def capture(self) -> None:
        """What the worker does once help is on its way."""
        await self.run(capture_order, CaptureOrder(DESK_ACTOR, ORDER, self.now))
        await self.carry_out()

    async def carry_out(self) -> None:
        order = await self.order_of_job()
        if order.capture is not None:
            await self.errands.capture(TENANT, ORDER, capture_of(ORDER, order.capture.payment), self.now)

    async def refunded(self) -> list[tuple[int, WhyRefunded]]:
        """What is on its way back, and why."""
        promised = [each.stream_id for each in self.log.events if each.topic == "refund.requested"]
        found = [await self.the(Refund, each) for each in promised]
        return [(each.amount_minor, each.why) for each in found]

    async def call_off(self) -> None:
        await self.run(cancel_request, CancelRequest(THE_CUSTOMER, REQUEST, CancelReason.OTHER, self.now))

    def standing(self) -> int:
        """What the wallet and what is owed come to together: what is left of this customer with us."""
        books = self.log.books
        return books.balance(ledger.wallet_of(CUSTOMER)) + books.balance(ledger.receivable_from(CUSTOMER))


async def online(method: PaymentMethod = PaymentMethod.GATEWAY) -> PaidOnline:
    """A confirmed job that is assigned, in a world where nobody has a wallet yet."""
    world = PaidOnline()
    await world.open_both()
    await world.ask(FLAT_TYRE, method)
    await world.assign()
    return world


async def finished(world: PaidOnline) -> None:
    await world.start()
    await world.picture(EvidenceKind.WORK_DONE)
    await world.picture(EvidenceKind.RECEIPT)
    await world.finish()


async def test_a_job_paid_online_is_captured_on_the_way_and_billed_like_any_other() -> None:
    world = await online()
    order = await world.order_of_job()
    assert (order.purpose, order.subject_id, order.amount_minor) == (OrderPurpose.JOB, REQUEST, HELP_TOTAL)
    assert not order.captures_at_once
    await world.pay()
    assert "payment_order.payment_captured" not in world.topics()
    await world.come()
    await world.capture()
    wallet = await world.wallet()
    assert (wallet.balance_minor, wallet.available_minor) == (HELP_TOTAL, 0), "it is for this job, and nothing else"
    await finished(world)
    payment = await world.payment()
    assert (payment.state, payment.method) == (PaymentState.SETTLED, PaymentMethod.GATEWAY)
    assert (payment.paid_minor, payment.owed_minor) == (HELP_TOTAL, 0)
    assert (await world.the_request()).state is RequestState.COMPLETED
    assert [topic for topic in world.topics() if topic.endswith(".issued")] == [
        "receipt_voucher.issued",
        "invoice.issued",
    ]
    assert await world.refunded() == []
    assert world.standing() == 0


async def test_what_nobody_paid_is_owed_and_the_checkout_still_pays_it() -> None:
    world = await online()
    await world.come()
    await finished(world)
    assert (await world.payment()).owed_minor == HELP_TOTAL
    assert (await world.order_of_job()).state is not OrderState.ABANDONED
    await world.pay()
    await world.capture()
    payment = await world.payment()
    assert (payment.paid_minor, payment.owed_minor) == (HELP_TOTAL, 0)
    assert world.standing() == 0


async def test_what_was_authorised_when_the_job_ended_is_captured_for_what_is_owed() -> None:
    world = await online()
    await world.pay()
    await world.come()
    await finished(world)
    await world.carry_out()
    assert (await world.payment()).owed_minor == 0
    assert world.standing() == 0


async def test_calling_off_keeps_the_fee_and_sends_the_rest_back() -> None:
    world = await online()
    await world.pay()
    await world.come()
    await world.capture()
    await world.call_off()
    fee = FEES.on_scene_minor
    assert (await world.payment()).paid_minor == fee
    assert await world.refunded() == [(HELP_TOTAL - fee, WhyRefunded.SURPLUS)]
    assert world.log.books.balance(ledger.REFUND_IN_FLIGHT) == fee - HELP_TOTAL
    assert world.standing() == 0


async def test_a_fee_is_captured_of_what_was_only_authorised() -> None:
    world = await online()
    await world.pay()
    await world.come()
    await world.call_off()
    assert (await world.payment()).owed_minor == FEES.on_scene_minor
    await world.carry_out()
    assert (await world.payment()).owed_minor == 0
    assert await world.refunded() == [(HELP_TOTAL - FEES.on_scene_minor, WhyRefunded.SURPLUS)]
    assert world.standing() == 0


async def test_calling_off_for_nothing_captures_nothing_and_what_comes_late_goes_back() -> None:
    world = PaidOnline()
    await world.open_both()
    await world.ask(FLAT_TYRE, PaymentMethod.GATEWAY)
    paid = await world.pay()
    await world.call_off()
    assert (await world.order_of_job()).state is OrderState.ABANDONED
    world.gateway.capture(Capture(paid, HELP_TOTAL, "INR"))
    await world.hear(paid)
    assert await world.refunded() == [(HELP_TOTAL, WhyRefunded.LATE)]


async def test_a_fare_above_the_order_is_owed_for_the_rest() -> None:
    world = await online()
    await world.pay()
    await world.come()
    await world.capture()
    await world.start()
    await world.picture(EvidenceKind.WORK_DONE)
    await world.picture(EvidenceKind.RECEIPT)
    await world.order(propose_fare, ProposeFare(THE_PROVIDER, REQUEST, HELP_TOTAL // 20, 0, world.now))
    payment = await world.payment()
    assert (payment.paid_minor, payment.owed_minor) == (HELP_TOTAL, payment.amount_minor - HELP_TOTAL)
    assert payment.owed_minor > 0


async def test_who_pays_in_another_way_after_all_is_not_waited_for_and_the_same_again_is_no_news() -> None:
    world = PaidOnline()
    await world.open_both()
    await world.fill_wallet()
    await world.ask(FLAT_TYRE)
    await world.confirm(PaymentMethod.GATEWAY)
    before = world.head
    await world.confirm(PaymentMethod.GATEWAY)
    assert world.head == before

    async def keep(method: PaymentMethod) -> None:
        async def kept(_command: CaptureOrder, work: Work) -> Answer:
            await keep_the_price(work, await work.get(ServiceRequest, REQUEST), method, SOON)
            return {}

        await world.run(kept, CaptureOrder(DESK_ACTOR, ORDER, SOON))

    await keep(PaymentMethod.WALLET)
    assert (await world.order_of_job()).state is OrderState.ABANDONED
    assert (await world.wallet()).available_minor == (await world.wallet()).balance_minor - HELP_TOTAL
    await keep(PaymentMethod.GATEWAY)
    again = await world.the(PaymentOrder, job_order_id(REQUEST, 1))
    assert (again.state, again.amount_minor) == (OrderState.OPENING, HELP_TOTAL)
    assert (await world.wallet()).available_minor == (await world.wallet()).balance_minor
