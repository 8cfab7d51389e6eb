"""How does the gateway tell of payments, and give the merchant what was authorised?"""

from interfaces.razorpay_sandbox import paying
from interfaces.razorpay_sandbox.call import Call, Routes
from interfaces.razorpay_sandbox.checks import amount_in, currency_in, notes_in, only
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.payer import spelt_out
from interfaces.razorpay_sandbox.refusals import Refused, not_there


def fetch(call: Call) -> Entity:
    """GET /v1/payments/:id."""
    return spelt_out(call.books.get("payment", call.id), call.query.get("expand[]"))


def listed(call: Call) -> Entity:
    """GET /v1/payments."""
    page = call.books.page("payment", call.query)
    return page | {"items": [spelt_out(each, call.query.get("expand[]")) for each in page["items"]]}


def edit(call: Call) -> Entity:
    """PATCH /v1/payments/:id: the notes."""
    only(call.body, ("notes",))
    payment = call.books.get("payment", call.id)
    payment["notes"] = notes_in(call.body)
    return spelt_out(call.books.keep(payment), None)


def capture(call: Call) -> Entity:
    """POST /v1/payments/:id/capture: the amount that was authorised, once."""
    payment = call.books.get("payment", call.id)
    amount = amount_in(call.body, what="Capture")
    currency_in(call.body)
    if payment["captured"]:
        raise Refused("This payment has already been captured", reason="payment_already_captured")
    if payment["status"] == "refunded":
        raise Refused("The payment has been refunded", reason="payment_already_refunded")
    if payment["status"] != "authorized":
        raise Refused("Only payments which have been authorized and not yet captured can be captured")
    if amount != payment["amount"]:
        raise Refused("Capture amount must be equal to the amount authorized", field="amount")
    return spelt_out(paying.capture(call.books, payment), None)


def card(call: Call) -> Entity:
    """GET /v1/payments/:id/card."""
    payment = call.books.get("payment", call.id)
    if not payment["card_id"]:
        raise not_there()
    card: Entity = payment["card"]
    return card


def downtimes(call: Call) -> Entity:
    """GET /v1/payments/downtimes."""
    return call.books.page("downtime", call.query)


def downtime(call: Call) -> Entity:
    """GET /v1/payments/downtimes/:id."""
    return call.books.get("downtime", call.id)


def methods(call: Call) -> Entity:
    """GET /methods: how a customer can pay."""
    del call
    return {"entity": "methods", "card": True, "debit_card": True, "upi": True, "netbanking": {"HDFC": "HDFC Bank"}}


ROUTES: Routes = (
    ("GET", "/v1/payments", listed),
    ("GET", "/v1/payments/downtimes", downtimes),
    ("GET", "/v1/payments/downtimes/{id}", downtime),
    ("GET", "/v1/payments/{id}", fetch),
    ("PATCH", "/v1/payments/{id}", edit),
    ("POST", "/v1/payments/{id}/capture", capture),
    ("GET", "/v1/payments/{id}/card", card),
    ("GET", "/methods", methods),
)
