"""Does a link pay the same order as a checkout does: once, ended when it is paid otherwise, and sent by us?"""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from uuid import UUID

import msgspec
import pytest

from application.abandon_order import AbandonOrder, abandon_order
from application.link_errands import LinkErrands
from application.messages import Message, NotCarried
from application.personal import PersonalKind, PersonalRecord
from application.send_link import CancelLink, SendLink, cancel_link, send_link
from domain.actor import Actor
from domain.aggregate import topic_class
from domain.intent import IntentKind, asks, ends
from domain.payment_link_terms import (
    LONGEST,
    MOST_LINKS,
    SHORTEST,
    BadLinkLife,
    LinkState,
    MessageState,
    NoSuchLink,
    PaymentLink,
    TooManyLinks,
    link_of,
    message_of,
)
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import OrderState, Source
from domain.refund import Refund
from domain.refund_terms import WhyRefunded, refund_of
from domain.refusal import OutOfTurn
from tests.application.test_payment_orders import ORDER, Checkout
from tests.domain.payment_order_facts import AMOUNT, CONTACT
from tests.support.roadside import DESK_ACTOR, NOON, SOON, TENANT, THE_CUSTOMER

pytestmark = pytest.mark.anyio

LINK = link_of(ORDER, 0)
GOOD_FOR = timedelta(days=2)
PHONE = "+919845012345"


class Pocket:
    """A carrier, and the telephone that it reaches."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.refuses: NotCarried | None = None

    async def carry(self, message: Message) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.messages.append(message)


class Contacts:
    """A personal store with one number, until it is forgotten."""

    def __init__(self) -> None:
        self.record: PersonalRecord | None = PersonalRecord(PersonalKind.CONTACT, {"phone": PHONE})

    async def get(self, _tenant: str, record_ids: list[object]) -> dict[object, PersonalRecord | None]:
        return dict.fromkeys(record_ids, self.record)


class Linked(Checkout):
    """A checkout whose order can also be paid by a link."""

    def __init__(self) -> None:
        super().__init__()
        self.pocket, self.contacts = Pocket(), Contacts()
        self.links = LinkErrands(
            self.engine,
            self.aggregates,
            self.contacts,  # type: ignore[arg-type]  # as much of a store as is asked
            self.gateway,
            self.pocket,
            "VehicAid",
        )

    async def ask(self, *, is_sent: bool = True, actor: Actor = DESK_ACTOR, good_for: timedelta = GOOD_FOR) -> None:
        wanted = SendLink(actor, ORDER, CONTACT if is_sent else None, NOON + good_for, NOON)
        await self.run(send_link, wanted)

    async def sent(self, *, is_sent: bool = True) -> str:
        """The gateway's id of a link that is open, and has been sent."""
        await self.opened()
        await self.ask(is_sent=is_sent)
        await self.carry_out()
        return (await self.link()).gateway_link

    async def carry_out(self, seconds: int = 0) -> None:
        """Whatever is asked for and has not come out, once."""
        at = SOON + timedelta(seconds=seconds)
        errands = {
            IntentKind.OPEN_LINK: self.links.open,
            IntentKind.CANCEL_LINK: self.links.cancel,
            IntentKind.SEND_LINK: self.links.send,
            IntentKind.REFUND: self.errands.refund,
        }
        for kind, errand in errands.items():
            for stream_id, operation_id in self.open_intents(kind):
                await errand(TENANT, stream_id, operation_id, at)

    async def link(self, nth: int = 0) -> PaymentLink:
        return (await self.the(PaymentOrder, ORDER)).links[nth]

    async def hear_of_link(self, nth: int = 0) -> None:
        """News of the link as it stands, with the payment that came by it."""
        theirs = self.gateway.links[(await self.link(nth)).gateway_link]
        paid = [self.gateway.payments[each] for each in theirs.payment_ids]
        key = f"news-{next(self._told)}"
        await self.links.tell((TENANT, ORDER), link_of(ORDER, nth), theirs.status, paid, Source.WEBHOOK, key, SOON)

    async def hear_of_its_payment(self, payment_id: str) -> None:
        """News of a payment whose notes name the link."""
        key = f"news-{next(self._told)}"
        paid = [self.gateway.payments[payment_id]]
        await self.links.tell((TENANT, ORDER), LINK, None, paid, Source.WEBHOOK, key, SOON)

    def open_operations(self) -> dict[tuple[UUID, IntentKind], UUID]:
        """What was asked for and has not come out, with the stream that asks."""
        found: dict[UUID, tuple[IntentKind, UUID]] = {}
        for each in self.log.events:
            kind, told = asks(topic_class(each.topic)), msgspec.json.decode(each.payload)
            if kind is not None:
                found[UUID(told["operation_id"])] = kind, each.stream_id
            elif ends(topic_class(each.topic)) is not None:
                found.pop(UUID(told["operation_id"]), None)
        return {(operation, kind): stream for operation, (kind, stream) in found.items()}

    def open_intents(self, kind: IntentKind) -> list[tuple[UUID, UUID]]:
        return [(stream, operation) for (operation, found), stream in self.open_operations().items() if found is kind]


async def test_a_link_is_sent_paid_and_settles_the_order() -> None:
    world = Linked()
    paid = world.gateway.pay_link(await world.sent())
    for _ in range(2):
        await world.hear_of_link()
        await world.hear_of_its_payment(paid.payment_id)
        await world.carry_out()
    order = await world.the(PaymentOrder, ORDER)
    assert (order.state, order.links[0].state) == (OrderState.PAID, LinkState.PAID)
    assert order.links[0].message is MessageState.SENT
    assert await world.balance() == AMOUNT
    (message,) = world.pocket.messages
    assert (message.to, message.code) == (PHONE, "")
    assert "INR 500.00" in message.text
    assert "https://links.example/plink_1" in message.text
    assert set(world.gateway.effects.values()) == {1}
    world.intents()


async def test_what_is_told_of_a_paid_link_comes_to_the_same_in_every_order() -> None:
    outcomes = set()
    for way in permutations(range(4)):
        world = Linked()
        paid = world.gateway.pay_link(await world.sent())
        for step in (*way, *way):
            if step == 0:
                await world.hear_of_link()
            elif step == 1:
                await world.hear_of_its_payment(paid.payment_id)
            elif step == 2:
                await world.links.ask_about(TENANT, ORDER, SOON)
            else:
                await world.carry_out()
        order = await world.the(PaymentOrder, ORDER)
        outcomes.add((order.state, order.links, order.tries, tuple(sorted(world.books().items()))))
        assert not any(effect.startswith("unlink") for effect in world.gateway.effects)
    assert len(outcomes) == 1


async def test_a_link_ends_when_the_order_is_paid_at_a_checkout() -> None:
    world = Linked()
    gateway_link = await world.sent()
    order = await world.the(PaymentOrder, ORDER)
    assert order.gateway_order is not None
    await world.hear(world.gateway.pay(order.gateway_order).payment_id)
    await world.carry_out()
    assert world.gateway.links[gateway_link].status == "cancelled"
    assert (await world.link()).state is LinkState.CANCELLED
    assert world.open_operations() == {}
    world.intents()


async def test_who_pays_both_gets_the_second_back() -> None:
    world = Linked()
    gateway_link = await world.sent()
    order = await world.the(PaymentOrder, ORDER)
    assert order.gateway_order is not None
    by_link = world.gateway.pay_link(gateway_link)
    await world.hear(world.gateway.pay(order.gateway_order).payment_id)
    for seconds in range(2):  # the gateway does not end a link that is paid: then who paid is looked up
        await world.carry_out(seconds)
    refund = await world.the(Refund, refund_of(ORDER, by_link.payment_id))
    assert (refund.why, refund.amount_minor) == (WhyRefunded.DUPLICATE, AMOUNT)
    assert (await world.link()).state is LinkState.PAID
    assert await world.balance() == AMOUNT
    assert world.open_operations() == {}
    world.intents()


async def test_an_order_that_is_given_up_has_no_link_even_one_that_opens_later() -> None:
    world = Linked()
    await world.opened()
    await world.ask()
    await world.run(abandon_order, AbandonOrder(THE_CUSTOMER, ORDER, SOON))
    for seconds in range(2):
        await world.carry_out(seconds)
    assert (await world.link()).state is LinkState.CANCELLED
    assert world.pocket.messages == []
    with pytest.raises(OutOfTurn):
        await world.ask()


async def test_a_link_that_nobody_answered_for_is_found_again() -> None:
    world = Linked()
    await world.opened()
    await world.ask()
    world.gateway.silent = True
    await world.links.open(TENANT, ORDER, LINK, SOON)
    assert (await world.link()).state is LinkState.ASKED
    world.gateway.silent = False
    await world.carry_out(1)
    assert (await world.link()).state is LinkState.OPEN
    world.gateway.silent = True
    await world.run(cancel_link, CancelLink(DESK_ACTOR, ORDER, SOON))
    await world.carry_out(2)
    assert (await world.link()).is_cancelling
    world.gateway.silent = False
    await world.carry_out(3)
    assert (await world.link()).state is LinkState.CANCELLED
    assert set(world.gateway.effects.values()) == {1}
    world.intents()


async def test_a_link_that_is_over_makes_room_for_the_next() -> None:
    world = Linked()
    gateway_link = await world.sent(is_sent=False)
    await world.ask()
    assert len((await world.the(PaymentOrder, ORDER)).links) == 1, "it is not over: asking again is no news"
    assert world.pocket.messages == []
    world.gateway.links[gateway_link] = replace(world.gateway.links[gateway_link], status="expired")
    await world.links.ask_about(TENANT, ORDER, SOON)
    assert (await world.link()).state is LinkState.EXPIRED
    with pytest.raises(NoSuchLink):
        await world.run(cancel_link, CancelLink(DESK_ACTOR, ORDER, SOON))
    for nth in range(1, MOST_LINKS):
        await world.ask()
        world.gateway.refuses = "bad_request"
        await world.carry_out(nth)
        world.gateway.refuses = ""
        assert (await world.link(nth)).state is LinkState.REFUSED
    with pytest.raises(TooManyLinks):
        await world.ask()


@pytest.mark.parametrize("good_for", [SHORTEST - timedelta(seconds=1), LONGEST + timedelta(seconds=1)])
async def test_a_link_is_good_neither_too_short_nor_too_long(good_for: timedelta) -> None:
    world = Linked()
    await world.opened()
    with pytest.raises(BadLinkLife):
        await world.ask(good_for=good_for)


async def test_a_message_that_is_not_taken_is_tried_again_unless_that_is_for_good() -> None:
    world = Linked()
    world.pocket.refuses = NotCarried("fast2sms_416", for_good=False)
    await world.sent()
    assert (await world.link()).message is MessageState.WAITS
    world.pocket.refuses = None
    await world.carry_out(1)
    assert (await world.link()).message is MessageState.SENT
    assert len(world.pocket.messages) == 1
    forgotten = Linked()
    forgotten.contacts.record = None
    await forgotten.sent()
    assert (await forgotten.link()).message is MessageState.REFUSED
    assert message_of(LINK) not in {operation for operation, _ in forgotten.open_operations()}
    forgotten.intents()
