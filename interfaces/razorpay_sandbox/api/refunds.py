"""How does the gateway give money back?"""

from typing import Final

from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.call import Call, Routes
from interfaces.razorpay_sandbox.checks import (
    LONGEST_RECEIPT,
    REFUND_KEY,
    amount_in,
    answered_before,
    fingerprint,
    notes_in,
    only,
    text_in,
)
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.outbox import announce
from interfaces.razorpay_sandbox.refusals import Refused
from interfaces.razorpay_sandbox.settling import book_row, plan_settlement

HEADER: Final = "x-refund-idempotency"
KNOWN: Final = ("amount", "speed", "receipt", "notes", "reverse_all")
# Six months: older payments cannot be refunded.
REFUNDABLE_S: Final = 180 * 86_400
# A minute until the bank has done it; in life it is days, and tests move the clock.
DONE_AFTER_S: Final = 60


def create(call: Call) -> Entity:
    """POST /v1/payments/:id/refund."""
    return _refund(call, call.id, call.body)


def create_apart(call: Call) -> Entity:
    """POST /v1/refunds: the payment stands in the body."""
    body = dict(call.body)
    return _refund(call, str(body.pop("payment_id", "")), body)


def fetch(call: Call) -> Entity:
    """GET /v1/refunds/:id."""
    return call.books.get("refund", call.id)


def listed(call: Call) -> Entity:
    """GET /v1/refunds."""
    return call.books.page("refund", call.query)


def edit(call: Call) -> Entity:
    """PATCH /v1/refunds/:id: the notes."""
    only(call.body, ("notes",))
    refund = call.books.get("refund", call.id)
    refund["notes"] = notes_in(call.body)
    return call.books.keep(refund)


def of_payment(call: Call) -> Entity:
    """GET /v1/payments/:id/refunds."""
    payment = call.books.get("payment", call.id)
    return call.books.page("refund", call.query, payment_id=payment["id"])


def one_of_payment(call: Call) -> Entity:
    """GET /v1/payments/:id/refunds/:refund_id."""
    return call.books.get("refund", call.path["refund_id"])


def give_back(books: Books, payment: Entity, amount: int, told: Entity) -> Entity:
    """Book a refund; it is under way until the bank has done it."""
    refund = {
        "id": books.new_id("rfnd"),
        "entity": "refund",
        "amount": amount,
        "currency": payment["currency"],
        "payment_id": payment["id"],
        "notes": told.get("notes") or [],
        "receipt": told.get("receipt"),
        "acquirer_data": {"arn": None},
        "created_at": books.now(),
        "batch_id": None,
        "status": "pending",
        "speed_requested": told.get("speed", "normal"),
        "speed_processed": "normal",
    }
    books.add("refund", refund)
    payment["amount_refunded"] += amount
    is_full = payment["amount_refunded"] == payment["amount"]
    payment["refund_status"] = "full" if is_full else "partial"
    if is_full:
        payment["status"] = "refunded"
    books.keep(payment)
    if payment["captured"]:
        books.move(f"rf:{refund['id']}", "merchant", "customers", amount)
        book_row(books, "refund", refund, debit=amount)
        plan_settlement(books)
    announce(books, "refund.created", refund=refund, payment=payment)
    books.remind(books.now() + DONE_AFTER_S, "refund_done", refund["id"])
    return refund


def finish(books: Books, refund_id: str, *, failed: bool = False) -> Entity:
    """The bank has done it, or could not."""
    refund = books.get("refund", refund_id)
    if refund["status"] != "pending":
        return refund
    payment = books.get("payment", refund["payment_id"])
    refund["status"] = "failed" if failed else "processed"
    refund["acquirer_data"] = {"arn": None if failed else books.new_id("arn").removeprefix("arn_")}
    books.keep(refund)
    if failed:
        payment["amount_refunded"] -= refund["amount"]
        payment["refund_status"] = "partial" if payment["amount_refunded"] else None
        payment["status"] = "captured" if payment["captured"] else payment["status"]
        books.keep(payment)
        if payment["captured"]:
            books.move(f"rf:{refund_id}:failed", "customers", "merchant", refund["amount"])
            book_row(books, "refund", refund, credit=refund["amount"])
    announce(books, f"refund.{refund['status']}", refund=refund, payment=payment)
    return refund


def _refund(call: Call, payment_id: str, body: Entity) -> Entity:
    only(body, KNOWN)
    books, key = call.books, call.headers.get(HEADER)
    if key is not None:
        if not REFUND_KEY.fullmatch(key):
            raise Refused("The idempotency key must be at least 10 characters of letters, digits, - and _.")
        known = answered_before(books, HEADER, key, {"payment": payment_id, **body})
        if known is not None:
            return books.get("refund", known)
    payment, amount = _checked(books, payment_id, body)
    refund = give_back(books, payment, amount, body)
    if key is not None:
        books.keep_answer(f"{HEADER}:{key}", fingerprint({"payment": payment_id, **body}), refund["id"])
    return refund


def _checked(books: Books, payment_id: str, body: Entity) -> tuple[Entity, int]:
    payment = books.get("payment", payment_id)
    if not payment["captured"]:
        raise Refused("The payment status should be captured for action to be taken", reason="payment_not_captured")
    left = payment["amount"] - payment["amount_refunded"]
    if left == 0:
        raise Refused("The payment has been fully refunded already", reason="payment_fully_refunded")
    amount = amount_in(body, what="Refund") if "amount" in body else left
    if amount > left:
        raise Refused("The refund amount provided is greater than amount captured", field="amount")
    if books.now() - payment["created_at"] > REFUNDABLE_S:
        raise Refused("The payment is too old to be refunded", reason="payment_too_old")
    text_in(body, "receipt", LONGEST_RECEIPT)
    if body.get("speed", "normal") not in {"normal", "optimum"}:
        raise Refused("The selected speed is invalid.", field="speed")
    notes_in(body)
    if books.balance("merchant") < amount:
        raise Refused("Your account does not have enough balance to carry out the refund operation.")
    return payment, amount


ROUTES: Routes = (
    ("POST", "/v1/payments/{id}/refund", create),
    ("GET", "/v1/payments/{id}/refunds", of_payment),
    ("GET", "/v1/payments/{id}/refunds/{refund_id}", one_of_payment),
    ("POST", "/v1/refunds", create_apart),
    ("GET", "/v1/refunds", listed),
    ("GET", "/v1/refunds/{id}", fetch),
    ("PATCH", "/v1/refunds/{id}", edit),
)
