"""What happens when a subscription begins and each time its next payment falls due?"""

from interfaces.razorpay_sandbox import paying
from interfaces.razorpay_sandbox.api.subscriptions import ENDED, change, cycle_end, shown
from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.outbox import announce

# A refused charge is tried again each day, three times; then the subscription is halted.
AGAIN_AFTER_S = 86_400
MOST_TRIES = 4


def agree(books: Books, subscription_id: str) -> Entity:
    """The customer authenticates the mandate; the first charge follows at its start."""
    subscription = books.get("subscription", subscription_id)
    if subscription["status"] != "created":
        return subscription
    change(books, subscription, "authenticated", start_at=subscription["start_at"] or books.now())
    books.keep(subscription | {"charge_at": subscription["start_at"]})
    books.remind(int(subscription["start_at"]), "charge", subscription_id)
    return books.get("subscription", subscription_id)


def charge(books: Books, subscription_id: str) -> None:
    """A cycle begins: its payment, or a try at it."""
    subscription = books.get("subscription", subscription_id)
    if subscription["status"] in {*ENDED, "paused", "halted"} or int(subscription["charge_at"] or 0) > books.now():
        return
    if subscription["end_at"] and int(subscription["end_at"]) <= books.now():
        change(books, subscription, "cancelled", ended_at=books.now(), charge_at=None)
        return
    subscription = _with_pending(books, subscription)
    plan = books.get("plan", subscription["plan_id"])
    if subscription_id in _refusing(books):
        _refused(books, subscription)
        return
    payment = _paid(books, subscription, int(plan["item"]["amount"]) * int(subscription["quantity"]))
    start = int(subscription["charge_at"] or books.now())
    end = cycle_end(plan, start)
    subscription["paid_count"] += 1
    subscription["remaining_count"] = subscription["total_count"] - subscription["paid_count"]
    told: Entity = {"current_start": start, "current_end": end, "charge_at": end, "auth_attempts": 0}
    was_active = subscription["status"] == "active"
    subscription |= told | {"status": "active"}
    books.keep(subscription)
    if not was_active:
        announce(books, "subscription.activated", subscription=shown(subscription))
    announce(books, "subscription.charged", subscription=shown(subscription), payment=payment)
    if subscription["remaining_count"] <= 0:
        change(books, subscription, "completed", ended_at=books.now(), charge_at=None)
        return
    books.remind(end, "charge", subscription_id)


def refuse_charges(books: Books, subscription_id: str, *, refuse: bool) -> None:
    """Whether the customer's bank refuses from now on."""
    refusing = _refusing(books) - {subscription_id} | ({subscription_id} if refuse else set())
    books.keep_fact("refused_subscriptions", sorted(refusing))


def _refused(books: Books, subscription: Entity) -> None:
    tries = int(subscription["auth_attempts"]) + 1
    status = "halted" if tries >= MOST_TRIES else "pending"
    at = None if status == "halted" else books.now() + AGAIN_AFTER_S
    change(books, subscription, status, auth_attempts=tries, charge_at=at)
    if at is not None:
        books.remind(at, "charge", subscription["id"])


def _refusing(books: Books) -> set[str]:
    known = books.fact("refused_subscriptions")
    return set(known) if isinstance(known, list) else set()


def _with_pending(books: Books, subscription: Entity) -> Entity:
    changes = subscription.pop("pending", None)
    if not changes:
        return subscription
    subscription |= changes | {"has_scheduled_changes": False, "change_scheduled_at": None}
    books.keep(subscription)
    announce(books, "subscription.updated", subscription=subscription)
    return subscription


def _paid(books: Books, subscription: Entity, amount: int) -> Entity:
    order = books.add(
        "order",
        {
            "id": books.new_id("order"),
            "entity": "order",
            "amount": amount,
            "amount_paid": 0,
            "amount_due": amount,
            "currency": "INR",
            "receipt": None,
            "offer_id": None,
            "status": "created",
            "attempts": 0,
            "notes": subscription["notes"],
            "created_at": books.now(),
            "captures_at_once": True,
        },
    )
    payment = paying.pay(books, order["id"], "card", "success")
    invoice = {
        "id": books.new_id("inv"),
        "entity": "invoice",
        "subscription_id": subscription["id"],
        "order_id": order["id"],
        "payment_id": payment["id"],
        "status": "paid",
        "amount": amount,
        "amount_paid": amount,
        "currency": "INR",
        "created_at": books.now(),
    }
    books.add("invoice", invoice)
    payment |= {"invoice_id": invoice["id"]}
    books.keep(payment)
    announce(books, "invoice.paid", payment=payment, order=books.get("order", order["id"]), invoice=invoice)
    return payment
