"""How does the gateway open an order and tell of it?"""

from typing import Final

from interfaces.razorpay_sandbox.call import Call, Routes
from interfaces.razorpay_sandbox.checks import (
    LONGEST_RECEIPT,
    amount_in,
    currency_in,
    notes_in,
    only,
    text_in,
)
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.payer import spelt_out
from interfaces.razorpay_sandbox.refusals import Refused

KNOWN: Final = (
    *("amount", "currency", "receipt", "notes", "partial_payment", "first_payment_min_amount"),
    *("payment_capture", "payment", "transfers", "unique_receipt", "method", "customer_id", "token", "offer_id"),
)
RECEIPT_MODES: Final = ("duplicate", "reject", "return_same")
"""The gateway's documents contradict each other about a receipt used twice; the sandbox can be told each of them."""


def create(call: Call) -> Entity:
    """POST /v1/orders."""
    body = call.body
    only(body, KNOWN)
    amount, currency = amount_in(body), currency_in(body)
    receipt = text_in(body, "receipt", LONGEST_RECEIPT)
    known = call.books.find("order", receipt=receipt) if receipt else []
    if known:
        mode = call.books.fact("receipt_mode") or "duplicate"
        if body.get("unique_receipt") or mode == "return_same":
            return known[0]
        if mode == "reject":
            raise Refused("Order receipt should be unique.", field="receipt")
    return call.books.add(
        "order",
        {
            "id": call.books.new_id("order"),
            "entity": "order",
            "amount": amount,
            "amount_paid": 0,
            "amount_due": amount,
            "currency": currency,
            "receipt": receipt,
            "offer_id": None,
            "status": "created",
            "attempts": 0,
            "notes": notes_in(body),
            "created_at": call.books.now(),
            "partial_payment": bool(body.get("partial_payment", False)),
            "captures_at_once": _captures_at_once(body),
            **_mandate(body),
        },
    )


def fetch(call: Call) -> Entity:
    """GET /v1/orders/:id."""
    return call.books.get("order", call.id)


def listed(call: Call) -> Entity:
    """GET /v1/orders, by receipt when one is told."""
    where = {"receipt": call.query["receipt"]} if "receipt" in call.query else {}
    page = call.books.page("order", call.query, **where)
    return page | {"items": [shown(order) for order in page["items"]]}


def edit(call: Call) -> Entity:
    """PATCH /v1/orders/:id: the notes, and nothing else."""
    only(call.body, ("notes",))
    order = call.books.get("order", call.id)
    order["notes"] = notes_in(call.body)
    return call.books.keep(order)


def payments(call: Call) -> Entity:
    """GET /v1/orders/:id/payments."""
    order = call.books.get("order", call.id)
    asked = call.query.get("expand[]")
    found = [spelt_out(each, asked) for each in call.books.find("payment", order_id=order["id"])]
    return {"entity": "collection", "count": len(found), "items": found}


def shown(order: Entity) -> Entity:
    """An order as the gateway tells it: what only the sandbox keeps is left out."""
    return {name: value for name, value in order.items() if name not in {"captures_at_once", "token"}}


def _mandate(body: Entity) -> Entity:
    """An order with a ``token`` is one whose payment allows a mandate, of a customer that the gateway knows."""
    token = body.get("token")
    if token is None:
        return {}
    if not isinstance(token, dict) or not isinstance(token.get("max_amount"), int):
        raise Refused("The token.max amount field is required.", field="token.max_amount")
    if not body.get("customer_id"):
        raise Refused("The customer id field is required.", field="customer_id")
    return {"customer_id": body["customer_id"], "token": token}


def _captures_at_once(body: Entity) -> bool:
    payment = body.get("payment")
    if isinstance(payment, dict) and "capture" in payment:
        return bool(payment["capture"] == "automatic")
    return body.get("payment_capture") in {1, "1"}


ROUTES: Routes = (
    ("POST", "/v1/orders", lambda call: shown(create(call))),
    ("GET", "/v1/orders", listed),
    ("GET", "/v1/orders/{id}", lambda call: shown(fetch(call))),
    ("PATCH", "/v1/orders/{id}", lambda call: shown(edit(call))),
    ("GET", "/v1/orders/{id}/payments", payments),
)
