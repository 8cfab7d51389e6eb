"""Does the stand-in open orders as the gateway's published scenarios say?"""

from typing import Any

import pytest

from tests.support.razorpay import StandIn

GOOD = {"amount": 50_000, "currency": "INR", "receipt": "receipt#1"}
SHOWN = {
    *("id", "entity", "amount", "amount_paid", "amount_due", "currency", "receipt", "offer_id", "status", "attempts"),
    *("notes", "created_at"),
}


def _opened(gateway: StandIn, **told: Any) -> dict[str, Any]:
    answer = gateway.http.post("/v1/orders", json={**GOOD, "receipt": None, **told})
    assert answer.status_code == 200, answer.text
    order: dict[str, Any] = answer.json()
    return order


def _error(gateway: StandIn, body: dict[str, Any]) -> tuple[int, str, str | None]:
    answer = gateway.http.post("/v1/orders", json=body)
    error = answer.json()["error"]
    assert {"code", "description", "source", "step", "reason", "metadata"} <= set(error)
    return answer.status_code, error["description"], error.get("field")


def test_ord_01_an_order_is_created(gateway: StandIn) -> None:
    order = _opened(gateway, notes={"job": "1"})
    assert set(order) >= SHOWN
    assert "captures_at_once" not in order
    assert order["id"].startswith("order_")
    assert len(order["id"]) == len("order_") + 14
    assert (order["status"], order["attempts"], order["amount_due"]) == ("created", 0, 50_000)
    assert _opened(gateway)["notes"] == [], "no notes are an empty list"


def test_ord_02_an_order_is_attempted_then_paid_and_never_goes_back(gateway: StandIn) -> None:
    order_id = _opened(gateway, payment_capture=1)["id"]
    gateway.pay(order_id, "failure")
    assert gateway.http.get(f"/v1/orders/{order_id}").json()["status"] == "attempted"
    gateway.pay(order_id)
    paid = gateway.http.get(f"/v1/orders/{order_id}").json()
    assert (paid["status"], paid["attempts"], paid["amount_paid"], paid["amount_due"]) == ("paid", 2, 50_000, 0)
    gateway.pay(order_id, "failure")
    assert gateway.http.get(f"/v1/orders/{order_id}").json()["status"] == "paid"
    tries = gateway.http.get(f"/v1/orders/{order_id}/payments").json()
    assert [each["status"] for each in tries["items"]] == ["failed", "captured", "failed"]


@pytest.mark.parametrize(
    ("change", "description", "field"),
    [
        ({"amount": 99}, "Order amount less than minimum amount allowed", "amount"),
        ({"amount": 100.5}, "The amount must be an integer.", "amount"),
        ({"amount": True}, "The amount must be an integer.", "amount"),
        ({"amount": "500"}, "The amount must be an integer.", "amount"),
        ({"colour": "red"}, "colour is/are not required and should not be sent", "colour"),
        ({"receipt": "x" * 41}, "The receipt may not be greater than 40 characters.", "receipt"),
        ({"notes": {str(n): "x" for n in range(16)}}, "The notes may not have more than 15 items.", "notes"),
        ({"notes": {"a": "x" * 257}}, "The notes value may not be greater than 256 characters.", "notes"),
    ],
)
def test_ord_03_a_wrong_order_is_refused_in_the_gateways_words(
    gateway: StandIn, change: dict[str, Any], description: str, field: str
) -> None:
    assert _error(gateway, {**GOOD, **change}) == (400, description, field)


@pytest.mark.parametrize("missing", ["amount", "currency"])
def test_ord_04_what_is_missing_is_named(gateway: StandIn, missing: str) -> None:
    body = {name: value for name, value in GOOD.items() if name != missing}
    assert _error(gateway, body) == (400, f"{missing}: is required.", missing)


def test_ord_05_a_receipt_used_twice_is_one_of_three_things(gateway: StandIn) -> None:
    first = _opened(gateway, receipt="twice")
    assert _opened(gateway, receipt="twice")["id"] != first["id"]
    gateway.play("/modes", receipt_mode="return_same")
    assert _opened(gateway, receipt="twice")["id"] == first["id"]
    gateway.play("/modes", receipt_mode="reject")
    assert _error(gateway, {**GOOD, "receipt": "twice"}) == (400, "Order receipt should be unique.", "receipt")
    assert _opened(gateway, receipt="twice", unique_receipt=True)["id"] == first["id"]


def test_ord_06_orders_are_listed_and_noted(gateway: StandIn) -> None:
    order_id = _opened(gateway, receipt="listed")["id"]
    found = gateway.http.get("/v1/orders", params={"receipt": "listed"}).json()
    assert (found["count"], [each["id"] for each in found["items"]]) == (1, [order_id])
    changed = gateway.http.patch(f"/v1/orders/{order_id}", json={"notes": {"a": "b"}}).json()
    assert changed["notes"] == {"a": "b"}
    assert gateway.http.get("/v1/orders", params={"count": 101}).status_code == 400
    assert len(gateway.http.get("/v1/orders", params={"count": 1}).json()["items"]) == 1


def test_strangers_and_wrong_addresses_are_told_so(gateway: StandIn) -> None:
    stranger = gateway.http.post("/v1/orders", json=GOOD, auth=("rzp_test_sandbox", "wrong"))
    assert (stranger.status_code, stranger.json()["error"]["description"]) == (401, "Authentication failed")
    assert gateway.http.get("/v1/orders/order_none").json()["error"]["description"] == "The id provided does not exist"
    assert gateway.http.get("/v1/nothing").status_code == 404
    assert gateway.http.post("/v1/orders", content=b"{").status_code == 400
    assert gateway.http.post("/v1/orders", content=b"[]").status_code == 400
