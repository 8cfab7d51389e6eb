"""How does a customer pay the same amount again and again?"""

from datetime import UTC, datetime
from typing import Final

from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.call import Call, Routes
from interfaces.razorpay_sandbox.checks import amount_in, notes_in, only
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.outbox import announce
from interfaces.razorpay_sandbox.refusals import Refused

PERIODS: Final = ("daily", "weekly", "monthly", "quarterly", "yearly")
# A daily plan pays every seven days at the earliest.
LEAST_DAYS: Final = 7
DAYS: Final = {"daily": 1, "weekly": 7}
MONTHS: Final = {"monthly": 1, "quarterly": 3, "yearly": 12}
DAY_S: Final = 86_400
ENDED: Final = ("cancelled", "completed", "expired")
CREATE: Final = (
    *("plan_id", "total_count", "quantity", "start_at", "expire_by", "customer_notify", "addons", "offer_id", "notes"),
    *("customer_id", "notify_info"),
)


def create_plan(call: Call) -> Entity:
    """POST /v1/plans."""
    body = call.body
    only(body, ("period", "interval", "item", "notes"))
    item = body.get("item")
    if not isinstance(item, dict):
        raise Refused("The item field is required.", field="item")
    amount_in(item, what="Plan")
    interval = body.get("interval")
    if body.get("period") not in PERIODS or not isinstance(interval, int) or interval < 1:
        raise Refused("The selected period is invalid.", field="period")
    if body["period"] == "daily" and interval < LEAST_DAYS:
        raise Refused("For daily plan interval can not be less than 7.", field="interval")
    made = {"id": call.books.new_id("item"), "active": True, "type": "plan", "currency": "INR", **item}
    told = {"interval": interval, "period": body["period"], "item": made, "notes": notes_in(body)}
    plan = {"id": call.books.new_id("plan"), "entity": "plan", **told, "created_at": call.books.now()}
    return call.books.add("plan", plan)


def create(call: Call) -> Entity:
    """POST /v1/subscriptions: nothing is paid before the customer agreed."""
    books, body = call.books, call.body
    only(body, CREATE)
    plan = books.get("plan", str(body.get("plan_id")))
    total = body.get("total_count")
    if not isinstance(total, int) or total < 1:
        raise Refused("The total count field is required.", field="total_count")
    subscription_id = books.new_id("sub")
    subscription = {
        "id": subscription_id,
        "entity": "subscription",
        "plan_id": plan["id"],
        "customer_id": body.get("customer_id"),
        "status": "created",
        **dict.fromkeys(("current_start", "current_end", "ended_at", "end_at")),
        "quantity": body.get("quantity", 1),
        "notes": notes_in(body),
        "charge_at": body.get("start_at"),
        "start_at": body.get("start_at"),
        "auth_attempts": 0,
        "total_count": total,
        "paid_count": 0,
        "customer_notify": bool(body.get("customer_notify", True)),
        "created_at": books.now(),
        "expire_by": body.get("expire_by"),
        "short_url": f"{books.fact('address') or ''}/subscriptions/{subscription_id}",
        "has_scheduled_changes": False,
        "change_scheduled_at": None,
        "source": "api",
        "remaining_count": total,
    }
    return books.add("subscription", subscription)


def cycle_end(plan: Entity, start: int) -> int:
    """When the cycle that begins then is over; the 31st of a shorter month is its last day."""
    if plan["period"] in DAYS:
        return start + DAYS[plan["period"]] * int(plan["interval"]) * DAY_S
    at = datetime.fromtimestamp(start, UTC)
    month = at.month - 1 + MONTHS[plan["period"]] * plan["interval"]
    first = at.replace(year=at.year + month // 12, month=month % 12 + 1, day=1)
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    days = (following - first).days
    return int(first.replace(day=min(at.day, days)).timestamp())


def change(books: Books, subscription: Entity, status: str, **told: object) -> Entity:
    """It stands otherwise now, and the merchant is told."""
    subscription |= {"status": status, **told}
    books.keep(subscription)
    event = {"active": "activated"}.get(status, status)
    announce(books, f"subscription.{event}", subscription=subscription)
    return subscription


def cancel(call: Call) -> Entity:
    """POST /v1/subscriptions/:id/cancel: now, or when the cycle is over."""
    only(call.body, ("cancel_at_cycle_end",))
    subscription = _alive(call)
    if call.body.get("cancel_at_cycle_end") in {1, "1"} and subscription["current_end"]:
        return call.books.keep(subscription | {"end_at": subscription["current_end"], "has_scheduled_changes": True})
    return change(call.books, subscription, "cancelled", ended_at=call.books.now(), charge_at=None)


def pause(call: Call) -> Entity:
    """POST /v1/subscriptions/:id/pause."""
    subscription = _alive(call)
    if subscription["status"] != "active":
        raise Refused(f"Subscription cannot be paused when in {subscription['status']} state.")
    return change(call.books, subscription, "paused")


def resume(call: Call) -> Entity:
    """POST /v1/subscriptions/:id/resume: the clock of charges goes on from now."""
    subscription = _alive(call)
    if subscription["status"] != "paused":
        raise Refused(f"Subscription cannot be resumed when in {subscription['status']} state.")
    at = max(call.books.now(), int(subscription["charge_at"] or 0))
    call.books.remind(at, "charge", subscription["id"])
    resumed = subscription | {"status": "active", "charge_at": at}
    call.books.keep(resumed)
    announce(call.books, "subscription.resumed", subscription=resumed)
    return resumed


def edit(call: Call) -> Entity:
    """PATCH /v1/subscriptions/:id."""
    only(call.body, ("plan_id", "quantity", "remaining_count", "start_at", "schedule_change_at", "customer_notify"))
    subscription = _alive(call)
    if "plan_id" in call.body:
        call.books.get("plan", str(call.body["plan_id"]))
    told = {name: value for name, value in call.body.items() if name != "schedule_change_at"}
    if call.body.get("schedule_change_at") == "cycle_end":
        waiting = {"has_scheduled_changes": True, "change_scheduled_at": subscription["current_end"], "pending": told}
        return shown(call.books.keep(subscription | waiting))
    changed = call.books.keep(subscription | told)
    announce(call.books, "subscription.updated", subscription=shown(changed))
    return shown(changed)


def pending(call: Call) -> Entity:
    """GET /v1/subscriptions/:id/retrieve_scheduled_changes."""
    subscription = call.books.get("subscription", call.id)
    if not subscription["has_scheduled_changes"]:
        raise Refused("No pending update found for this subscription.")
    return shown(subscription | subscription.get("pending", {}))


def forget_pending(call: Call) -> Entity:
    """POST /v1/subscriptions/:id/cancel_scheduled_changes."""
    subscription = call.books.get("subscription", call.id)
    subscription.pop("pending", None)
    unchanged = {"has_scheduled_changes": False, "change_scheduled_at": None, "end_at": None}
    return call.books.keep(subscription | unchanged)


def invoices(call: Call) -> Entity:
    """GET /v1/invoices, of one subscription when it is told."""
    wanted = call.query.get("subscription_id")
    found = call.books.page("invoice", call.query)
    items = [each for each in found["items"] if wanted in {None, each["subscription_id"]}]
    return found | {"count": len(items), "items": items}


def shown(subscription: Entity) -> Entity:
    """Without what only the sandbox keeps."""
    return {name: value for name, value in subscription.items() if name != "pending"}


def _alive(call: Call) -> Entity:
    subscription = call.books.get("subscription", call.id)
    if subscription["status"] in ENDED:
        raise Refused(f"Subscription is not cancellable in {subscription['status']} status.")
    return subscription


def _listed(call: Call) -> Entity:
    return call.books.page("subscription", call.query)


ROUTES: Routes = (
    ("POST", "/v1/plans", create_plan),
    ("GET", "/v1/plans", lambda call: call.books.page("plan", call.query)),
    ("GET", "/v1/plans/{id}", lambda call: call.books.get("plan", call.id)),
    ("POST", "/v1/subscriptions", create),
    ("GET", "/v1/subscriptions", _listed),
    ("GET", "/v1/subscriptions/{id}", lambda call: shown(call.books.get("subscription", call.id))),
    ("PATCH", "/v1/subscriptions/{id}", edit),
    ("POST", "/v1/subscriptions/{id}/cancel", cancel),
    ("POST", "/v1/subscriptions/{id}/pause", pause),
    ("POST", "/v1/subscriptions/{id}/resume", resume),
    ("GET", "/v1/subscriptions/{id}/retrieve_scheduled_changes", pending),
    ("POST", "/v1/subscriptions/{id}/cancel_scheduled_changes", forget_pending),
    ("GET", "/v1/invoices", invoices),
    ("GET", "/v1/invoices/{id}", lambda call: call.books.get("invoice", call.id)),
)
