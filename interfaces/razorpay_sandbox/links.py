"""How does somebody pay by a link? The gateway opens an order of its own for it."""

from interfaces.razorpay_sandbox import paying
from interfaces.razorpay_sandbox.api.orders import shown
from interfaces.razorpay_sandbox.api.payment_links import paid
from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.refusals import Refused


def pay_link(books: Books, link_id: str, method: str, outcome: str = "success") -> Entity:
    """The link after somebody paid by it, or tried to."""
    link = books.get("link", link_id)
    if link["status"] != "created":
        raise Refused(f"Payment Link is already {link['status']}. Action not allowed.")
    order = books.add(
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
    payment = paying.pay(books, order["id"], method, outcome)
    if payment["status"] != "captured":
        return link
    return paid(books, link, payment, shown(books.get("order", order["id"])))
