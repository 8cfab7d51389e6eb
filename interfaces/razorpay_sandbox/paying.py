"""What happens between the customer, the bank and the gateway when somebody pays?

Driven by the checkout page and by tests; a merchant's calls are in ``api``.
"""

from typing import Final

from interfaces.razorpay_sandbox.api.orders import shown
from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.entities import Entity, fee_and_tax
from interfaces.razorpay_sandbox.outbox import announce
from interfaces.razorpay_sandbox.payer import NOBODY_WE_KNOW, Payer
from interfaces.razorpay_sandbox.refusals import Refused
from interfaces.razorpay_sandbox.settling import book_row, plan_settlement

METHODS: Final = ("upi", "card", "netbanking")
OUTCOMES: Final = ("success", "failure", "late", "pending")
# Five days to capture what was authorised; then the money goes back. Documents say three or five: tests may not rely on
# either, and whoever captures should do it within three.
CAPTURE_WITHIN_S: Final = 5 * 86_400
# Half a minute until a late authorisation arrives: longer than anybody waits for it at a checkout.
LATE_AFTER_S: Final = 30


def pay(
    books: Books,
    order_id: str,
    method: str,
    outcome: str,
    notes: Entity | None = None,
    amount: int | None = None,
    payer: Payer = NOBODY_WE_KNOW,
) -> Entity:
    """A customer pays an order, or tries to, all of it or a part; the payment as it stands then."""
    if method not in METHODS or outcome not in OUTCOMES:
        raise Refused(f"method is one of {', '.join(METHODS)}, outcome one of {', '.join(OUTCOMES)}")
    order = books.get("order", order_id)
    payment = books.add(
        "payment", _begun(books, order, method, notes, payer) | ({} if amount is None else {"amount": amount})
    )
    order["attempts"] += 1
    if order["status"] == "created":
        order["status"] = "attempted"
    books.keep(order)
    if outcome == "success":
        return authorise(books, payment["id"])
    if outcome in {"failure", "late"}:
        payment = fail(books, payment["id"])
    if outcome == "late":
        books.remind(books.now() + LATE_AFTER_S, "authorise", payment["id"])
    return payment


def _allow(books: Books, order: Entity, payment: Entity) -> Entity:
    """Who pays an order with a ``token`` allows a mandate by it."""
    if "token" not in order or payment.get("token_id"):
        return payment
    told = {"max_amount": order["token"]["max_amount"], "customer_id": order["customer_id"]}
    told |= {name: payment[name] for name in ("method", "vpa", "card") if payment.get(name)}
    token = books.add("token", {"id": books.new_id("token"), "entity": "token", **told, "created_at": books.now()})
    return books.keep(payment | {"token_id": token["id"], "customer_id": order["customer_id"]})


def authorise(books: Books, payment_id: str) -> Entity:
    """The bank says yes, perhaps long after it was silent; captured at once where the order says so."""
    payment = books.get("payment", payment_id)
    if payment["status"] not in {"created", "failed"}:
        return payment
    payment |= {"status": "authorized", "error_code": None, "error_description": None}
    payment |= {"error_source": None, "error_step": None, "error_reason": None}
    books.keep(payment)
    order = books.get("order", payment["order_id"])
    payment = _allow(books, order, payment)
    announce(books, "payment.authorized", payment=payment)
    if order.get("captures_at_once"):
        return capture(books, payment)
    books.remind(books.now() + CAPTURE_WITHIN_S, "give_back", payment["id"])
    return payment


def fail(books: Books, payment_id: str) -> Entity:
    """The bank says no, or says nothing for ten minutes."""
    payment = books.get("payment", payment_id)
    if payment["status"] != "created":
        return payment
    payment |= {
        "status": "failed",
        "error_code": "BAD_REQUEST_ERROR",
        "error_description": "Payment was unsuccessful as the bank did not respond in time. Try again.",
        "error_source": "bank",
        "error_step": "payment_authorization",
        "error_reason": "payment_timed_out",
    }
    books.keep(payment)
    announce(books, "payment.failed", payment=payment)
    return payment


def capture(books: Books, payment: Entity) -> Entity:
    """The money is the merchant's, less the fee."""
    fee, tax = fee_and_tax(payment["amount"])
    payment |= {"status": "captured", "captured": True, "fee": fee, "tax": tax}
    books.keep(payment)
    books.move(f"cap:{payment['id']}", "customers", "merchant", payment["amount"])
    books.move(f"fee:{payment['id']}", "merchant", "fees", fee)
    book_row(books, "payment", payment, credit=payment["amount"] - fee, fee=fee, tax=tax)
    plan_settlement(books)
    order = books.get("order", payment["order_id"])
    order["amount_paid"] = min(order["amount"], order["amount_paid"] + payment["amount"])
    order["amount_due"] = order["amount"] - order["amount_paid"]
    becomes_paid = order["amount_due"] == 0 and order["status"] != "paid"
    if becomes_paid:
        order["status"] = "paid"
    books.keep(order)
    announce(books, "payment.captured", payment=payment)
    if becomes_paid:
        announce(books, "order.paid", payment=payment, order=shown(order))
    return payment


def _begun(books: Books, order: Entity, method: str, notes: Entity | None, payer: Payer) -> Entity:
    payment_id = books.new_id("pay")
    vpa, card = payer.upi_id(order["id"]), payer.card("card_" + payment_id[4:], order["id"])
    told: dict[str, Entity] = {
        "upi": {"vpa": vpa, "upi": {"vpa": vpa}, "acquirer_data": {"rrn": payment_id[4:]}},
        "card": {"card_id": card["id"], "card": card, "acquirer_data": {"auth_code": payment_id[4:10]}},
        "netbanking": {"bank": "HDFC", "acquirer_data": {"bank_transaction_id": payment_id[4:]}},
    }
    return {
        "id": payment_id,
        "entity": "payment",
        "amount": order["amount_due"] or order["amount"],
        "currency": order["currency"],
        "status": "created",
        "order_id": order["id"],
        "invoice_id": None,
        "international": False,
        "method": method,
        "amount_refunded": 0,
        "refund_status": None,
        "captured": False,
        "description": None,
        "card_id": None,
        "bank": None,
        "wallet": None,
        "vpa": None,
        "email": "void@example.com",
        "contact": "+919800000000",
        "notes": notes or order["notes"],
        **dict.fromkeys(
            ("fee", "tax", "error_code", "error_description", "error_source", "error_step", "error_reason")
        ),
        **told[method],
        "created_at": books.now(),
    }
