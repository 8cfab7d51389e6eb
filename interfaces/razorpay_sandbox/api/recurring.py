"""How is a payment taken by a mandate that a customer allowed earlier?"""

from typing import Final

from interfaces.razorpay_sandbox import paying
from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.call import Call, Routes
from interfaces.razorpay_sandbox.checks import amount_in, only, text_in
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.payer import Payer
from interfaces.razorpay_sandbox.refusals import Refused, not_there

KNOWN: Final = (
    *("amount", "currency", "order_id", "customer_id", "token", "recurring", "email", "contact"),
    *("description", "notes"),
)


def create(call: Call) -> Entity:
    """POST /v1/payments/create/recurring: the bank is asked, nobody else."""
    books, body = call.books, call.body
    only(body, KNOWN)
    token_id = text_in(body, "token", 64, required=True)
    token, order = books.get("token", str(token_id)), books.get("order", str(body.get("order_id")))
    if token["customer_id"] != body.get("customer_id"):
        raise not_there()
    amount = amount_in(body)
    if order["status"] == "paid" or amount != order["amount"]:
        raise Refused("The order is paid, or of another amount.", field="order_id")
    if amount > token["max_amount"]:
        raise Refused("The amount exceeds the maximum amount allowed by the mandate.", field="amount")
    outcome = "failure" if str(token["id"]) in refusing(books) else "success"
    payer = Payer(str(token.get("vpa") or ""), str((token.get("card") or {}).get("last4") or ""))
    payment = paying.pay(books, order["id"], token.get("method", "card"), outcome, payer=payer)
    books.keep(payment | {"token_id": token["id"], "customer_id": token["customer_id"]})
    return {"razorpay_payment_id": payment["id"], "razorpay_order_id": order["id"]}


def refuse(books: Books, token_id: str, *, is_refused: bool) -> Entity:
    """Whether the customer's bank refuses from now on."""
    token = books.get("token", token_id)
    books.keep_fact("refused_tokens", sorted(refusing(books) - {token_id} | ({token_id} if is_refused else set())))
    return token


def refusing(books: Books) -> set[str]:
    """The mandates that banks refuse."""
    known = books.fact("refused_tokens")
    return set(known) if isinstance(known, list) else set()


ROUTES: Routes = (("POST", "/v1/payments/create/recurring", create),)
