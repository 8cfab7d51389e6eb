"""How does a link to pay by come to be, and to an end?"""

from typing import Final

from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.call import Call, Routes
from interfaces.razorpay_sandbox.checks import LONGEST_RECEIPT, amount_in, notes_in, only, text_in
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.outbox import announce
from interfaces.razorpay_sandbox.refusals import Refused

KNOWN: Final = (
    *("amount", "currency", "accept_partial", "first_min_partial_amount", "description", "customer", "notify"),
    *("reminder_enable", "notes", "callback_url", "callback_method", "expire_by", "reference_id", "upi_link"),
    "options",
)
# A link that ends sooner than this is refused.
LEAST_LIFE_S: Final = 15 * 60
MEDIA: Final = ("sms", "email")
STILL_OPEN: Final = ("created", "partially_paid")


def create(call: Call) -> Entity:
    """POST /v1/payment_links."""
    books, body = call.books, call.body
    only(body, KNOWN)
    amount = amount_in(body, what="Payment link")
    reference = text_in(body, "reference_id", LONGEST_RECEIPT) or ""
    if reference and books.find("link", reference_id=reference):
        raise Refused(
            f"payment link creation with reference_id: {reference} has already been attempted", field="reference_id"
        )
    expire_by = body.get("expire_by")
    if expire_by is not None and int(expire_by) < books.now() + LEAST_LIFE_S:
        raise Refused("expire_by should be at least 15 minutes after current time", field="expire_by")
    least = body.get("first_min_partial_amount")
    if least is not None and not (body.get("accept_partial") and 0 < int(least) <= amount):
        raise Refused("first_min_partial_amount is of a link that accepts partial payments", field="accept_partial")
    link = _begun(books, body, amount, reference)
    if link["expire_by"]:
        books.remind(int(link["expire_by"]), "link_expires", link["id"])
    return books.add("link", link)


def _begun(books: Books, body: Entity, amount: int, reference: str) -> Entity:
    link_id = books.new_id("plink")
    return {
        "id": link_id,
        "entity": "payment_link",
        "accept_partial": bool(body.get("accept_partial", False)),
        "amount": amount,
        "amount_paid": 0,
        "currency": body.get("currency", "INR"),
        "description": body.get("description", ""),
        "customer": body.get("customer") or {},
        "callback_url": body.get("callback_url", ""),
        "callback_method": body.get("callback_method", ""),
        "expire_by": body.get("expire_by") or 0,
        "expired_at": 0,
        "cancelled_at": 0,
        "first_min_partial_amount": int(body.get("first_min_partial_amount") or 0),
        "notes": notes_in(body) or None,
        "notify": body.get("notify") or {"email": False, "sms": False},
        "payments": None,
        "reference_id": reference,
        "reminder_enable": bool(body.get("reminder_enable", False)),
        "reminders": [],
        "short_url": f"{books.fact('address') or ''}/links/{link_id}",
        "status": "created",
        "upi_link": False,
        "user_id": "",
        "created_at": books.now(),
        "updated_at": books.now(),
    }


def paid(books: Books, link: Entity, payment: Entity, order: Entity) -> Entity:
    """Somebody paid by it: all, or a part of what is left."""
    amount = link["amount_paid"] + payment["amount"]
    status = "paid" if amount >= link["amount"] else "partially_paid"
    link |= {"amount_paid": amount, "status": status, "updated_at": books.now(), "order_id": order["id"]}
    known = ("amount", "created_at", "method", "status")
    told = {"payment_id": payment["id"], "plink_id": link["id"]} | {name: payment[name] for name in known}
    link["payments"] = [*(link["payments"] or []), told]
    books.keep(link)
    announce(books, f"payment_link.{status}", payment_link=link, payment=payment, order=order)
    return link


def expire(books: Books, link_id: str) -> None:
    """Its time is over."""
    link = books.get("link", link_id)
    if link["status"] in STILL_OPEN and link["expire_by"] <= books.now():
        books.keep(link | {"status": "expired", "expired_at": books.now()})
        announce(books, "payment_link.expired", payment_link=books.get("link", link_id))


def fetch(call: Call) -> Entity:
    """GET /v1/payment_links/:id."""
    return call.books.get("link", call.id)


def listed(call: Call) -> Entity:
    """GET /v1/payment_links, by reference when one is told."""
    where = {"reference_id": call.query["reference_id"]} if "reference_id" in call.query else {}
    page = call.books.page("link", call.query, **where)
    return {"payment_links": page["items"]}


def edit(call: Call) -> Entity:
    """PATCH /v1/payment_links/:id: only while nobody paid."""
    only(call.body, ("reference_id", "expire_by", "notes", "reminder_enable", "accept_partial"))
    link = _open(call)
    link |= call.body | {"updated_at": call.books.now()}
    if call.body.get("expire_by"):
        call.books.remind(int(call.body["expire_by"]), "link_expires", link["id"])
    return call.books.keep(link)


def cancel(call: Call) -> Entity:
    """POST /v1/payment_links/:id/cancel."""
    link = _open(call)
    link |= {"status": "cancelled", "cancelled_at": call.books.now(), "updated_at": call.books.now()}
    call.books.keep(link)
    announce(call.books, "payment_link.cancelled", payment_link=link)
    return link


def notify(call: Call) -> Entity:
    """POST /v1/payment_links/:id/notify_by/:medium: nobody is told anything from a sandbox."""
    _open(call)
    if call.path["medium"] not in MEDIA:
        raise Refused("not a valid notification medium", field="medium")
    return {"success": True}


def _open(call: Call) -> Entity:
    link = call.books.get("link", call.id)
    if link["status"] not in STILL_OPEN:
        raise Refused(f"Payment Link is already {link['status']}. Action not allowed.")
    return link


ROUTES: Routes = (
    ("POST", "/v1/payment_links", create),
    ("GET", "/v1/payment_links", listed),
    ("GET", "/v1/payment_links/{id}", fetch),
    ("PATCH", "/v1/payment_links/{id}", edit),
    ("POST", "/v1/payment_links/{id}/cancel", cancel),
    ("POST", "/v1/payment_links/{id}/notify_by/{medium}", notify),
)
