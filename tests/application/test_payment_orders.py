"""From the checkout to the wallet: is a customer charged once, whatever is told how often, and too much sent back?"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import count
from uuid import uuid5

import msgspec
import pytest

from application.abandon_order import AbandonOrder, abandon_order
from application.capture_order import CaptureOrder, capture_order
from application.engine import Answer, Work
from application.order_errands import OrderErrands
from application.request_payment_order import RequestPaymentOrder, request_payment_order
from application.verify_checkout import VerifyCheckout, verify_checkout
from domain import ledger
from domain.actor import Actor
from domain.aggregate import events_of, shape_of, topic_class
from domain.intent import asks, ends
from domain.ledger.invariants import IntentThenOutcome, Seen, Watch, whole_watch
from domain.money import CurrencyMismatch, Money
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import (
    ForgedCheckout,
    NotAuthorised,
    OrderPurpose,
    OrderState,
    Source,
    capture_of,
    opening_of,
)
from domain.refund import Refund
from domain.refund_terms import RefundState, WhyRefunded, refund_of, told_refund
from domain.refusal import NotFound
from domain.wallet import Wallet
from domain.wallet_terms import wallet_id
from infra.event_store import codec
from tests.application.world import World
from tests.domain.payment_order_facts import AMOUNT
from tests.support.fake_gateway import FEE, TAX, FakeGateway
from tests.support.roadside import CUSTOMER, DESK_ACTOR, NOON, SOON, TENANT, THE_CUSTOMER, THE_PROVIDER, some_id

pytestmark = pytest.mark.anyio

ORDER = some_id(191)
OUTCOMES = {
    shape_of(asking).topic: frozenset(
        shape_of(each).topic for each in events_of(aggregate) if ends(each) and shape_of(each).topic.startswith(begins)
    )
    for aggregate, asking, begins in (
        (PaymentOrder, PaymentOrder.Requested, "payment_order.open"),
        (PaymentOrder, PaymentOrder.CaptureAsked, "payment_order.capture"),
        (PaymentOrder, PaymentOrder.LinkCancelAsked, "payment_order.link_cancel"),
        (PaymentOrder, PaymentOrder.LinkMessageAsked, "payment_order.link_message"),
        (Refund, Refund.Promised, "refund."),
    )
}
CALLS = OUTCOMES.keys() | frozenset[str]().union(*OUTCOMES.values())
WALLET = wallet_id(TENANT, CUSTOMER)


class Checkout(World):
    """A world with a gateway, and somebody who pays."""

    def __init__(self) -> None:
        super().__init__()
        self.gateway = FakeGateway()
        self.errands = OrderErrands(self.engine, self.aggregates, self.gateway)
        self._told = count()

    async def begin(self, purpose: OrderPurpose = OrderPurpose.TOP_UP, actor: Actor = THE_CUSTOMER) -> None:
        subject = some_id(1) if purpose is OrderPurpose.JOB else None
        if purpose is OrderPurpose.JOB:
            await self.request(some_id(1))
        wanted = RequestPaymentOrder(actor, ORDER, CUSTOMER, purpose, subject, Money(AMOUNT, "INR"), NOON)
        await self.run(request_payment_order, wanted)

    async def opened(self, purpose: OrderPurpose = OrderPurpose.TOP_UP) -> str:
        await self.begin(purpose)
        await self.errands.open(TENANT, ORDER, opening_of(ORDER), SOON)
        order = await self.the(PaymentOrder, ORDER)
        assert order.gateway_order is not None
        return order.gateway_order

    async def hear(self, payment_id: str) -> None:
        """News of a payment as it stands."""
        told = [self.gateway.payments[payment_id]]
        await self.errands.tell(TENANT, ORDER, told, Source.WEBHOOK, f"news-{next(self._told)}", SOON)

    async def hear_of_refund(self, refund_id: str) -> None:
        told = self.gateway.refunds[refund_id]
        await self.errands.tell_of_refund(TENANT, ORDER, told, f"news-{next(self._told)}", SOON)

    async def balance(self) -> int:
        return (await self.the(Wallet, WALLET)).balance_minor

    def books(self) -> Counter[str]:
        """Every account as it stands; those that stand at nothing are left out."""
        self.intents()
        standing: Counter[str] = Counter()
        for each in self.log.events:
            payload = codec.decode(each.topic, each.payload)
            legs = payload.get("legs", [])
            assert isinstance(legs, list)
            for leg in legs:
                standing[leg["account"]] += leg["amount_minor"]
        return Counter({account: amount for account, amount in standing.items() if amount})

    def intents(self) -> tuple[int, int]:
        """How many were asked, and how many ended; every invariant of money holds at every position (M11 too)."""
        watch = Watch((IntentThenOutcome(OUTCOMES, "operation_id"),))
        whole = whole_watch()
        for each in self.log.events:
            told = msgspec.json.decode(each.payload)
            seen = Seen(each.position, each.tenant, each.stream_id, each.version, each.topic, each.occurred_at, told)
            assert whole.take(seen) == []
            assert not (each.topic in CALLS and watch.take(seen))
        classes = [topic_class(each.topic) for each in self.log.events]
        return sum(asks(each) is not None for each in classes), sum(ends(each) is not None for each in classes)


async def test_a_top_up_is_in_the_wallet_once() -> None:
    world = Checkout()
    paid = world.gateway.pay(await world.opened())
    for _ in range(3):
        await world.hear(paid.payment_id)
        await world.errands.ask_about(TENANT, ORDER, SOON)
        await world.errands.open(TENANT, ORDER, opening_of(ORDER), SOON)
    assert await world.balance() == AMOUNT
    assert world.books() == {
        ledger.CLEARING: AMOUNT - FEE,
        ledger.PSP_FEE: FEE - TAX,
        ledger.GST_INPUT: TAX,
        ledger.wallet_of(CUSTOMER): -AMOUNT,
    }
    assert world.intents() == (1, 1)
    assert set(world.gateway.effects.values()) == {1}


async def test_an_order_that_nobody_answered_for_is_found_again() -> None:
    world = Checkout()
    await world.begin()
    world.gateway.silent = True
    await world.errands.open(TENANT, ORDER, opening_of(ORDER), SOON)
    assert (await world.the(PaymentOrder, ORDER)).state is OrderState.OPENING
    world.gateway.silent = False
    await world.errands.open(TENANT, ORDER, opening_of(ORDER), SOON + timedelta(seconds=1))
    assert (await world.the(PaymentOrder, ORDER)).state is OrderState.OPEN
    assert set(world.gateway.effects.values()) == {1}
    assert world.intents() == (1, 1)


async def test_a_refused_order_stays_refused() -> None:
    world = Checkout()
    await world.begin()
    world.gateway.refuses = "bad_request"
    await world.errands.open(TENANT, ORDER, opening_of(ORDER), SOON)
    assert (await world.the(PaymentOrder, ORDER)).state is OrderState.REFUSED
    assert world.intents() == (1, 1)


async def test_a_second_payment_goes_back_and_the_first_stays() -> None:
    world = Checkout()
    gateway_order = await world.opened()
    first, second = world.gateway.pay(gateway_order), world.gateway.pay(gateway_order)
    for payment in (first, second, first, second):
        await world.hear(payment.payment_id)
    refund_id = refund_of(ORDER, second.payment_id)
    for _ in range(2):
        await world.errands.refund(TENANT, refund_id, refund_id, SOON)
    (made,) = world.gateway.refunds
    world.gateway.finish(made, "processed")
    for _ in range(2):
        await world.hear_of_refund(made)
    refund = await world.the(Refund, refund_id)
    assert (refund.state, refund.why) == (RefundState.PROCESSED, WhyRefunded.DUPLICATE)
    assert await world.balance() == AMOUNT
    books = world.books()
    assert books[ledger.REFUND_IN_FLIGHT] == books[ledger.advance_for(ORDER)] == 0
    assert books[ledger.CLEARING] == AMOUNT - 2 * FEE
    assert world.intents() == (2, 2)


@pytest.mark.parametrize("how", ["failed", "refused"])
async def test_what_cannot_go_back_goes_to_the_wallet(how: str) -> None:
    world = Checkout()
    gateway_order = await world.opened()
    first, second = world.gateway.pay(gateway_order), world.gateway.pay(gateway_order)
    for payment in (first, second):
        await world.hear(payment.payment_id)
    refund_id = refund_of(ORDER, second.payment_id)
    world.gateway.refuses = "too_late" if how == "refused" else ""
    await world.errands.refund(TENANT, refund_id, refund_id, SOON)
    if how == "failed":
        (made,) = world.gateway.refunds
        world.gateway.finish(made, "failed")
        for _ in range(2):
            await world.hear_of_refund(made)
    assert (await world.the(Refund, refund_id)).state is RefundState.REROUTED
    assert await world.balance() == 2 * AMOUNT
    assert world.books()[ledger.REFUND_IN_FLIGHT] == 0


async def test_a_refund_that_nobody_asked_for_is_a_case() -> None:
    world = Checkout()
    paid = world.gateway.pay(await world.opened())
    await world.hear(paid.payment_id)
    made = world.gateway.give_back(paid.payment_id, 10_000)
    for status in ("pending", "processed"):
        world.gateway.refunds[made.refund_id] = replace(made, status=status)
        await world.hear_of_refund(made.refund_id)
    assert (await world.the(Refund, told_refund(ORDER, made.refund_id))).state is RefundState.PROCESSED
    books = world.books()
    assert books[ledger.SUSPENSE] == 10_000
    assert books[ledger.CLEARING] == AMOUNT - FEE - 10_000


async def test_what_was_never_captured_goes_back_without_a_trace_in_the_books() -> None:
    world = Checkout()
    paid = world.gateway.pay(await world.opened(OrderPurpose.JOB))
    await world.hear(paid.payment_id)
    given_back = world.gateway.give_back(paid.payment_id, AMOUNT)
    world.gateway.payments[paid.payment_id] = replace(paid, status="refunded")
    await world.hear(paid.payment_id)
    await world.hear_of_refund(given_back.refund_id)
    assert world.books() == {}


@pytest.mark.parametrize("silent", [False, True])
async def test_a_job_is_captured_once_help_is_on_its_way(silent: bool) -> None:  # noqa: FBT001  (a parameter)
    world = Checkout()
    gateway_order = await world.opened(OrderPurpose.JOB)
    with pytest.raises(NotAuthorised):
        await world.run(capture_order, CaptureOrder(DESK_ACTOR, ORDER, SOON))
    paid = world.gateway.pay(gateway_order)
    await world.hear(paid.payment_id)
    await world.run(capture_order, CaptureOrder(DESK_ACTOR, ORDER, SOON))
    operation = capture_of(ORDER, paid.payment_id)
    world.gateway.silent = silent
    await world.errands.capture(TENANT, ORDER, operation, SOON)
    world.gateway.silent = False
    for seconds in (1, 2):
        await world.errands.capture(TENANT, ORDER, operation, SOON + timedelta(seconds=seconds))
        await world.hear(paid.payment_id)
    assert await world.balance() == AMOUNT
    assert world.intents() == (2, 2)
    assert set(world.gateway.effects.values()) == {1}


async def test_a_checkout_is_believed_only_with_its_signature() -> None:
    world = Checkout()
    gateway_order = await world.opened()

    async def verify(command: VerifyCheckout, work: Work) -> Answer:
        def is_genuine(order: str, payment: str, signature: str) -> bool:
            return (order, payment, signature) == (gateway_order, "pay_1", "right")

        return await verify_checkout(command, work, is_genuine)

    for payment, signature in (("pay_1", "wrong"), ("pay_2", "right")):
        with pytest.raises(ForgedCheckout):
            await world.run(verify, VerifyCheckout(THE_CUSTOMER, ORDER, payment, signature, SOON))
    for _ in range(2):
        await world.run(verify, VerifyCheckout(THE_CUSTOMER, ORDER, "pay_1", "right", SOON))
    assert (await world.the(PaymentOrder, ORDER)).seen_at_checkout == ("pay_1",)
    another = replace(THE_CUSTOMER, subject_id=uuid5(CUSTOMER, "another"))
    with pytest.raises(NotFound):
        await world.run(verify, VerifyCheckout(another, ORDER, "pay_1", "right", SOON))


async def test_a_late_payment_is_welcome_in_the_wallet() -> None:
    world = Checkout()
    gateway_order = await world.opened()
    await world.run(abandon_order, AbandonOrder(THE_CUSTOMER, ORDER, SOON))
    paid = world.gateway.pay(gateway_order)
    await world.hear(paid.payment_id)
    assert await world.balance() == AMOUNT
    assert (await world.the(PaymentOrder, ORDER)).state is OrderState.PAID


async def test_the_wallet_has_one_currency() -> None:
    world = Checkout()
    paid = world.gateway.pay(await world.opened())
    await world.hear(paid.payment_id)
    wanted = RequestPaymentOrder(
        THE_CUSTOMER, some_id(192), CUSTOMER, OrderPurpose.TOP_UP, None, Money(AMOUNT, "KWD"), NOON
    )
    with pytest.raises(CurrencyMismatch):
        await world.run(request_payment_order, wanted)


@pytest.mark.parametrize("actor", [replace(THE_CUSTOMER, subject_id=some_id(199)), THE_PROVIDER])
async def test_nobody_pays_into_anothers_wallet(actor: Actor) -> None:
    world = Checkout()
    with pytest.raises(Exception, match=r"no Customer|may not"):
        await world.begin(actor=actor)
