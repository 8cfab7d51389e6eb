"""How does somebody pay by a link? The gateway opens an order of its own for it."""

from interfaces.razorpay_sandbox import paying
from interfaces.razorpay_sandbox.api.orders import shown
from interfaces.razorpay_sandbox.api.payment_links import STILL_OPEN, paid
from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.payer import NOBODY_WE_KNOW, Payer
from interfaces.razorpay_sandbox.refusals import Refused


def pay_link(
    books: Books,
    link_id: str,
    method: str,
    outcome: str = "success",
    amount: int | None = None,
    payer: Payer = NOBODY_WE_KNOW,
) -> Entity:
    """The link after somebody paid by it, or tried to; ``amount`` is a part, of a link that accepts parts."""
    link = books.get("link", link_id)
    if link["status"] not in STILL_OPEN:
        raise Refused(f"Payment Link is already {link['status']}. Action not allowed.")
    if amount is not None:
        least = 1 if link["amount_paid"] else max(1, link["first_min_partial_amount"])
        if not link["accept_partial"] or not least <= amount <= link["amount"] - link["amount_paid"]:
            raise Refused("amount is not what this link takes now", field="amount")
    order = books.get("order", link["order_id"]) if link.get("order_id") else _order_of(books, link)
    payment = paying.pay(books, order["id"], method, outcome, amount=amount, payer=payer)
    if payment["status"] != "captured":
        return link
    return paid(books, link, payment, shown(books.get("order", order["id"])))


def _order_of(books: Books, link: Entity) -> Entity:
    return books.add(
        "order",
        {
            "id": books.new_id("order"),
            "entity": "order",
            "amount": link["amount"],
            "amount_paid": 0,
            "amount_due": link["amount"],
            "currency": link["currency"],
            "receipt": link["reference_id"] or None,
            "offer_id": None,
            "status": "created",
            "attempts": 0,
            "notes": link["notes"] or [],
            "created_at": books.now(),
            "captures_at_once": True,
        },
    )
