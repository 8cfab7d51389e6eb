"""Is told by what somebody paid, asked for or told by a webhook, and nothing where the gateway says nothing of use?"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from application.gateway import Confirmed, Instrument, OpenOrder
from application.gateway_mandates import OpenMandate, TakeByMandate
from application.payers import instruments_of
from infra.razorpay import reading
from infra.razorpay.news import news_of
from tests.support.razorpay import StandIn

PAYMENT: dict[str, Any] = {
    "id": "pay_1",
    "status": "captured",
    "captured": True,
    "amount": 100,
    "currency": "INR",
    "created_at": 1_796_000_000,
}


def order_of(gateway: StandIn) -> str:
    opened = gateway.gateways().payments.open_order(OpenOrder(uuid4(), 50_000, "INR", captures_at_once=True))
    assert isinstance(opened, Confirmed)
    return opened.value.order_id


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ({"method": "upi", "vpa": "Asha.R@OkBank"}, Instrument("upi", "asha.r@okbank")),
        ({"method": "card", "last4": "4242"}, Instrument("card", "visa|4242|hdfc|debit|false")),
        ({"method": "netbanking"}, None),
    ],
)
def test_asked_for_and_told_it_is_the_same(gateway: StandIn, how: dict[str, str], found: Instrument | None) -> None:
    payments, order = gateway.gateways().payments, order_of(gateway)
    payment_id = str(gateway.pay(order, **how)["razorpay_payment_id"])
    listed, one = payments.payments_of_order(order), payments.payment(payment_id)
    assert isinstance(listed, Confirmed)
    assert isinstance(one, Confirmed)
    assert one.value.instrument == listed.value[0].instrument == found
    told = [news_of(each["body"].encode()) for each in gateway.post() if payment_id in each["body"]]
    assert {news.payment.instrument for news in told if news is not None and news.payment is not None} == {found}
    plain = gateway.http.get(f"/v1/payments/{payment_id}").json()
    assert "card" not in plain, "it is spelt out for who asks"
    if found is not None:
        assert found.name not in repr(one.value), "a log would have it"


def test_somebody_new_pays_each_time_unless_it_is_said_who(gateway: StandIn) -> None:
    for method in ("upi", "card"):
        told = [gateway.pay(order_of(gateway), method=method)["payment"] for _ in range(2)]
        first, second = (reading.payment(each).instrument for each in told)
        assert first is not None
        assert first != second


@pytest.mark.parametrize("how", [{"vpa": "nobody"}, {"vpa": "a@b c"}, {"last4": "12"}, {"last4": "१२३४"}])
def test_what_is_no_upi_id_and_no_digits_is_refused(gateway: StandIn, how: dict[str, str]) -> None:
    order = order_of(gateway)
    form = {"method": "upi", "outcome": "success", **how}
    assert gateway.http.post(f"/checkout/{order}", data=form).status_code == 400
    assert gateway.http.get(f"/v1/orders/{order}/payments").json()["count"] == 0


def test_a_person_says_by_what_on_the_page_and_a_mandate_goes_on_by_it(gateway: StandIn) -> None:
    ports = gateway.gateways()
    wanted = OpenMandate(uuid4(), 19_900, "INR", 40_000, datetime.now(UTC) + timedelta(days=1_000))
    opened = ports.mandates.open_mandate(wanted)
    assert isinstance(opened, Confirmed)
    order = opened.value.order_id
    assert 'name="vpa"' in gateway.http.get(f"/checkout/{order}").text
    gateway.http.post(f"/checkout/{order}", data={"method": "card", "outcome": "success", "last4": "1881"})
    first = ports.payments.payments_of_order(order)
    assert isinstance(first, Confirmed)
    later = OpenOrder(uuid4(), 19_900, "INR", captures_at_once=True)
    next_order = ports.payments.open_order(later)
    assert isinstance(next_order, Confirmed)
    taken = ports.mandates.take(TakeByMandate(next_order.value.order_id, first.value[0].payment_id, 19_900, "INR"))
    assert isinstance(taken, Confirmed)
    charged = ports.payments.payment(taken.value.payment_id)
    assert isinstance(charged, Confirmed)
    assert charged.value.instrument == first.value[0].instrument == Instrument("card", "visa|1881|hdfc|debit|false")


@pytest.mark.parametrize(
    "odd",
    [
        {"method": "upi"},
        {"method": "upi", "vpa": None, "upi": "x@y"},
        {"method": "upi", "vpa": "9845012345"},
        {"method": "card", "card": None},
        {"method": "card", "card": {"network": "Visa", "last4": ""}},
        {"method": "wallet", "wallet": "x", "vpa": "a@b"},
    ],
)
def test_what_tells_nothing_is_nothing(odd: dict[str, Any]) -> None:
    assert reading.payment({**PAYMENT, **odd}).instrument is None
    body = {"event": "payment.captured", "payload": {"payment": {"entity": {**PAYMENT, **odd}}}}
    news = news_of(json.dumps(body).encode())
    assert news is not None
    assert news.payment is not None, "the money is heard of all the same"


def test_who_only_tried_has_not_paid() -> None:
    told = [{**PAYMENT, "method": "upi", "vpa": f"{status}@x", "status": status} for status in ("created", "failed")]
    assert instruments_of([reading.payment(each) for each in told]) == frozenset()
    came = reading.payment({**PAYMENT, "method": "upi", "vpa": "a@x", "status": "authorized"})
    assert instruments_of([came, came]) == {Instrument("upi", "a@x")}
