"""Does an order tell of its links whole, and say why there is none: when, under which operation, up to which limit?"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid5

import pytest

from domain.payment_link_terms import (
    LONGEST,
    MOST_LINKS,
    SHORTEST,
    BadLinkLife,
    LinkState,
    MessageState,
    NoSuchLink,
    TooManyLinks,
    address_of,
    link_of,
    message_of,
)
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import OrderState
from domain.refusal import OutOfTurn
from tests.domain.payment_order_facts import (
    CANCELLING,
    CONTACT,
    GATEWAY_LINK,
    GATEWAY_ORDER,
    LINK,
    LINK_ASKED,
    LINK_ENDS,
    LINK_OPENED,
    LINK_URL,
    MESSAGE,
    OF_LINKS,
    OPENED,
    OPENING,
    REQUESTED,
)
from tests.support.roadside import LATER, NOON, SOON, some_id
from tests.support.rulebook import STREAM, Fact, fact, given

FIRST = link_of(STREAM, 0)
TOLD_OF_NO_ORDER = fact(PaymentOrder.OpeningRejected, SOON, operation_id=OPENING, why="refused")
TOLD = {each.event_class.TOPIC.removeprefix("payment_order."): each for each in OF_LINKS}
CANCEL_ASKED, CANCELLED = TOLD["link_cancel_asked"], TOLD["link_cancel_confirmed"]
MESSAGE_ASKED, MESSAGE_SENT = TOLD["link_message_asked"], TOLD["link_message_sent"]
ABANDONED = fact(PaymentOrder.Abandoned, LATER)
OTHER = some_id(190)

WAITING = given(PaymentOrder, REQUESTED, OPENED)
ASKED = given(PaymentOrder, REQUESTED, OPENED, LINK_ASKED)
OPEN = given(PaymentOrder, REQUESTED, OPENED, LINK_ASKED, LINK_OPENED)
ENDING = given(PaymentOrder, REQUESTED, OPENED, LINK_ASKED, LINK_OPENED, CANCEL_ASKED)
SENDING = given(PaymentOrder, REQUESTED, OPENED, LINK_ASKED, LINK_OPENED, MESSAGE_ASKED)
REFUSED = given(PaymentOrder, REQUESTED, OPENED, LINK_ASKED, TOLD["link_rejected"])


def changed(told: Fact, at: datetime, **fields: object) -> Fact:
    return replace(told, at=at, fields=told.fields | fields)


def ended(nth: int) -> list[Fact]:
    asked = changed(LINK_ASKED, SOON, operation_id=link_of(STREAM, nth))
    return [asked, changed(TOLD["link_rejected"], SOON, operation_id=link_of(STREAM, nth))]


@pytest.mark.parametrize("life", [SHORTEST, LONGEST])
def test_a_link_is_asked_for_over_all_of_the_order_and_lives_from_one_limit_to_the_other(life: timedelta) -> None:
    asked = changed(LINK_ASKED, LATER, operation_id=FIRST, expires_at=LATER + life)
    WAITING.when(lambda o: o.ask_for_link(CONTACT, LATER + life, LATER)).then(asked)
    for beyond in (SHORTEST - timedelta(seconds=1), LONGEST + timedelta(seconds=1)):
        until = LATER + beyond
        WAITING.when(lambda o, until=until: o.ask_for_link(CONTACT, until, LATER)).then_refused(BadLinkLife)  # type: ignore[misc]  # bound now


def test_an_order_has_one_link_at_a_time_and_ten_at_most() -> None:
    assert WAITING.now().ask_for_link(None, LINK_ENDS, SOON) == FIRST
    assert ASKED.now().ask_for_link(None, NOON, LATER) == LINK
    for going in (ASKED, OPEN, ENDING):
        going.when(lambda o: o.ask_for_link(CONTACT, LINK_ENDS, LATER)).then_nothing()
    nine = [told for nth in range(MOST_LINKS - 1) for told in ended(nth)]
    tenth = given(PaymentOrder, REQUESTED, OPENED, *nine)
    last = changed(LINK_ASKED, LATER, operation_id=link_of(STREAM, 9))
    tenth.when(lambda o: o.ask_for_link(CONTACT, LINK_ENDS, LATER)).then(last)
    over = given(PaymentOrder, REQUESTED, OPENED, *nine, *ended(9)).now()
    with pytest.raises(TooManyLinks) as refused:
        over.ask_for_link(CONTACT, LINK_ENDS, LATER)
    assert refused.value.facts == {"most": 10}


def test_who_waits_for_no_payer_is_told_so() -> None:
    order = given(PaymentOrder, REQUESTED, OPENED, ABANDONED).now()
    with pytest.raises(OutOfTurn) as refused:
        order.ask_for_link(CONTACT, LINK_ENDS, LATER)
    assert refused.value.detail == "the order is abandoned"
    assert refused.value.facts == {"state": "abandoned", "act": "ask_for_link"}
    opening = given(PaymentOrder, REQUESTED)
    asked = changed(LINK_ASKED, LATER, operation_id=FIRST)
    opening.when(lambda o: o.ask_for_link(CONTACT, LINK_ENDS, LATER)).then(asked)


def test_what_becomes_of_asking_is_told_once_under_its_operation() -> None:
    opened = changed(LINK_OPENED, LATER)
    ASKED.when(lambda o: o.link_opened(LINK, GATEWAY_LINK, LINK_URL, LATER)).then(opened)
    ASKED.when(lambda o: o.link_opened(LINK, GATEWAY_LINK, "javascript:x", LATER)).then(changed(opened, LATER, url=""))
    ASKED.when(lambda o: o.link_rejected(LINK, "refused", LATER)).then(changed(TOLD["link_rejected"], LATER))
    ASKED.when(lambda o: o.link_doubted(LINK, "no_answer", LATER)).then(changed(TOLD["link_doubted"], LATER))
    for known in (OPEN, REFUSED):
        known.when(lambda o: o.link_opened(LINK, "plink_2", LINK_URL, LATER)).then_nothing()
        known.when(lambda o: o.link_rejected(LINK, "refused", LATER)).then_nothing()
        known.when(lambda o: o.link_doubted(LINK, "no_answer", LATER)).then_nothing()
    ASKED.when(lambda o: o.link_opened(OTHER, GATEWAY_LINK, LINK_URL, LATER)).then_nothing()
    ASKED.when(lambda o: o.link_rejected(OTHER, "refused", LATER)).then_nothing()
    ASKED.when(lambda o: o.link_doubted(OTHER, "no_answer", LATER)).then_nothing()


def test_a_link_that_opens_when_nobody_wants_it_is_to_end() -> None:
    given_up = given(PaymentOrder, REQUESTED, OPENED, LINK_ASKED, ABANDONED)
    opened = changed(LINK_OPENED, LATER)
    given_up.when(lambda o: o.link_opened(LINK, GATEWAY_LINK, LINK_URL, LATER)).then(opened, CANCEL_ASKED)
    OPEN.when(lambda o: o.abandon(LATER)).then(ABANDONED, CANCEL_ASKED)
    refused = given(PaymentOrder, REQUESTED, TOLD_OF_NO_ORDER, LINK_ASKED)
    assert refused.now().state is OrderState.REFUSED
    refused.when(lambda o: o.link_opened(LINK, GATEWAY_LINK, LINK_URL, LATER)).then(opened)


def test_a_link_is_ended_once_at_a_time() -> None:
    OPEN.when(lambda o: o.cancel_link(LATER)).then(CANCEL_ASKED)
    OPEN.when(lambda o: o.unlink(LATER)).then(CANCEL_ASKED)
    ENDING.when(lambda o: o.cancel_link(LATER)).then_nothing()
    for without in (WAITING, ASKED, REFUSED):
        without.when(lambda o: o.cancel_link(LATER)).then_refused(NoSuchLink)
        without.when(lambda o: o.unlink(LATER)).then_nothing()
    again = given(PaymentOrder, REQUESTED, OPENED, LINK_ASKED, LINK_OPENED, CANCEL_ASKED, TOLD["link_cancel_rejected"])
    second = changed(CANCEL_ASKED, LATER, operation_id=uuid5(LINK, "cancel/2"))
    again.when(lambda o: o.cancel_link(LATER)).then(second)
    again.when(lambda o: o.link_cancel_rejected(CANCELLING, "refused", LATER)).then_nothing()


def test_what_becomes_of_ending_it_is_told_under_its_operation() -> None:
    ENDING.when(lambda o: o.link_cancel_rejected(CANCELLING, "refused", LATER)).then(TOLD["link_cancel_rejected"])
    ENDING.when(lambda o: o.link_cancel_doubted(CANCELLING, "no_answer", LATER)).then(TOLD["link_cancel_doubted"])
    for of_another in (OTHER, LINK):
        ENDING.when(lambda o, op=of_another: o.link_cancel_rejected(op, "refused", LATER)).then_nothing()  # type: ignore[misc]  # bound now
        ENDING.when(lambda o, op=of_another: o.link_cancel_doubted(op, "no_answer", LATER)).then_nothing()  # type: ignore[misc]  # bound now
    by_itself = changed(TOLD["link_ended"], LATER, end=LinkState.CANCELLED, gateway_order=None)
    ENDING.when(lambda o: o.link_ended(LINK, LinkState.CANCELLED, None, LATER)).then(by_itself, CANCELLED)
    OPEN.when(lambda o: o.link_ended(LINK, LinkState.PAID, GATEWAY_ORDER, LATER)).then(TOLD["link_ended"])
    REFUSED.when(lambda o: o.link_ended(LINK, LinkState.PAID, GATEWAY_ORDER, LATER)).then_nothing()
    OPEN.when(lambda o: o.link_ended(OTHER, LinkState.PAID, GATEWAY_ORDER, LATER)).then_nothing()


def test_a_message_goes_to_whom_the_link_is_for_while_somebody_can_pay_by_it() -> None:
    OPEN.when(lambda o: o.ask_for_link_message(LINK, LATER)).then(changed(MESSAGE_ASKED, LATER))
    for none in (WAITING, ASKED, ENDING, SENDING, REFUSED):
        none.when(lambda o: o.ask_for_link_message(LINK, LATER)).then_nothing()
    to_nobody = given(PaymentOrder, REQUESTED, OPENED, changed(LINK_ASKED, SOON, contact_id=None), LINK_OPENED)
    without_address = given(PaymentOrder, REQUESTED, OPENED, LINK_ASKED, changed(LINK_OPENED, SOON, url=""))
    for none in (to_nobody, without_address):
        none.when(lambda o: o.ask_for_link_message(LINK, LATER)).then_nothing()
    OPEN.when(lambda o: o.ask_for_link_message(OTHER, LATER)).then_nothing()


def test_what_becomes_of_a_message_is_told_once() -> None:
    SENDING.when(lambda o: o.link_message_sent(LINK, LATER)).then(changed(MESSAGE_SENT, LATER))
    refused, doubted = TOLD["link_message_refused"], TOLD["link_message_doubted"]
    SENDING.when(lambda o: o.link_message_refused(LINK, "not_open", LATER)).then(changed(refused, LATER))
    SENDING.when(lambda o: o.link_message_doubted(LINK, "no_answer", LATER)).then(changed(doubted, LATER))
    sent = given(PaymentOrder, REQUESTED, OPENED, LINK_ASKED, LINK_OPENED, MESSAGE_ASKED, MESSAGE_SENT)
    for over in (OPEN, sent):
        assert not over.now().sends_message_of(LINK)
        over.when(lambda o: o.link_message_sent(LINK, LATER)).then_nothing()
        over.when(lambda o: o.link_message_refused(LINK, "not_open", LATER)).then_nothing()
        over.when(lambda o: o.link_message_doubted(LINK, "no_answer", LATER)).then_nothing()
    assert not SENDING.now().sends_message_of(OTHER)
    assert sent.now().links[0].message is MessageState.SENT


def test_an_opening_is_told_under_its_operation_and_once() -> None:
    asked = given(PaymentOrder, REQUESTED)
    asked.when(lambda o: o.opened(GATEWAY_ORDER, SOON)).then(OPENED)
    asked.when(lambda o: o.opening_rejected("refused", SOON)).then(TOLD_OF_NO_ORDER)
    doubted = fact(PaymentOrder.OpeningDoubted, SOON, operation_id=OPENING, why="no_answer")
    asked.when(lambda o: o.opening_doubted("no_answer", SOON)).then(doubted)
    for over in (WAITING, given(PaymentOrder, REQUESTED, TOLD_OF_NO_ORDER)):
        over.when(lambda o: o.opened("order_2", LATER)).then_nothing()
        over.when(lambda o: o.opening_rejected("refused", LATER)).then_nothing()
        over.when(lambda o: o.opening_doubted("no_answer", LATER)).then_nothing()


def test_what_becomes_of_one_link_changes_no_other() -> None:
    second = link_of(STREAM, 1)
    order = given(PaymentOrder, REQUESTED, OPENED, *ended(0), changed(LINK_ASKED, SOON, operation_id=second)).now()
    order.link_opened(second, "plink_2", LINK_URL, LATER)
    assert [(each.link_id, each.state) for each in order.links] == [
        (FIRST, LinkState.REFUSED),
        (second, LinkState.OPEN),
    ]
    order.link_ended(second, LinkState.PAID, GATEWAY_ORDER, LATER)
    assert [each.state for each in order.links] == [LinkState.REFUSED, LinkState.PAID]


def test_names_of_links_are_the_same_for_ever_and_an_address_has_room_for_no_name() -> None:
    assert (FIRST, message_of(FIRST)) == (uuid5(STREAM, "link/0"), uuid5(FIRST, "message"))
    assert message_of(LINK) == MESSAGE
    assert address_of(LINK_URL) == LINK_URL
    assert [address_of(url) for url in ("", f"see {LINK_URL}", f"{LINK_URL}?name=Asha", "ftp://links.example/a")] == [
        ""
    ] * 4
