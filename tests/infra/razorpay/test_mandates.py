"""Does a mandate that a customer allowed pay later orders, and only as long as their bank agrees?"""

from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from application.ensuring import ensure_mandate
from application.gateway import Confirmed, OpenOrder, Outcome, Rejected
from application.gateway_mandates import OpenMandate, TakeByMandate
from tests.support.razorpay import StandIn

Told = TypeVar("Told")
PRICE = 19_900


def _told(outcome: Outcome[Told]) -> Told:
    assert isinstance(outcome, Confirmed), outcome
    return outcome.value


def _order(gateway: StandIn, amount_minor: int) -> str:
    wanted = OpenOrder(uuid4(), amount_minor, "INR", captures_at_once=True)
    return _told(gateway.gateways().payments.open_order(wanted)).order_id


def _allowed(gateway: StandIn) -> str:
    """The payment by which a mandate was allowed."""
    ports = gateway.gateways()
    wanted = OpenMandate(uuid4(), PRICE, "INR", 2 * PRICE, datetime.now(UTC) + timedelta(days=1000))
    order = _told(ensure_mandate(ports.payments, ports.mandates, wanted))
    assert _told(ensure_mandate(ports.payments, ports.mandates, wanted)) == order, "looked for, not asked for again"
    gateway.pay(order.order_id)
    (paid,) = _told(ports.payments.payments_of_order(order.order_id))
    assert paid.is_captured
    return paid.payment_id


def test_a_mandate_pays_what_is_asked_for_while_the_bank_agrees(gateway: StandIn) -> None:
    ports, mandate = gateway.gateways(), _allowed(gateway)
    order = _order(gateway, PRICE)
    taken = _told(ports.mandates.take(TakeByMandate(order, mandate, PRICE, "INR")))
    assert (taken.is_captured, taken.amount_minor, taken.order_id) == (True, PRICE, order)
    assert isinstance(ports.mandates.take(TakeByMandate(order, mandate, PRICE, "INR")), Rejected)
    gateway.play(f"/mandates/{mandate}/refuse")
    refused = _told(ports.mandates.take(TakeByMandate(_order(gateway, PRICE), mandate, PRICE, "INR")))
    assert refused.status == "failed"


def test_a_mandate_pays_no_more_than_was_allowed_and_nothing_without_one(gateway: StandIn) -> None:
    ports, mandate = gateway.gateways(), _allowed(gateway)
    too_much = ports.mandates.take(TakeByMandate(_order(gateway, 3 * PRICE), mandate, 3 * PRICE, "INR"))
    assert isinstance(too_much, Rejected)
    other = gateway.pay(_order(gateway, PRICE))["razorpay_payment_id"]
    allows_nothing = ports.mandates.take(TakeByMandate(_order(gateway, PRICE), other, PRICE, "INR"))
    assert allows_nothing == Rejected("mandate_refused")
