"""How are regular payments agreed at the gateway, through its own library?"""

from typing import Any, Final, cast, get_args
from uuid import UUID

from application.gateway import Confirmed, Outcome
from application.gateway_subscriptions import (
    Charge,
    OpenPlan,
    OpenSubscription,
    Plan,
    Subscription,
    SubscriptionStatus,
)
from infra.razorpay import reading
from infra.razorpay.gateway import NOTE
from infra.razorpay.paging import Listing, all_pages
from infra.razorpay.wire import Entity, Wire

STATUSES: Final = get_args(SubscriptionStatus)


class RazorpaySubscriptions:
    """See ``application.gateway_subscriptions.SubscriptionDesk``."""

    def __init__(self, wire: Wire) -> None:
        """Nothing is asked yet."""
        self._wire = wire

    def open_plan(self, wanted: OpenPlan) -> Outcome[Plan]:
        """See the port."""
        item = {"name": wanted.name, "amount": wanted.amount_minor, "currency": wanted.currency}
        notes = {NOTE: str(wanted.operation_id)}
        told: dict[str, Any] = {"period": wanted.period, "interval": wanted.every, "item": item, "notes": notes}
        return self._wire.ask(lambda client, options: client.plan.create(dict(told), **options), _plan)

    def find_plan(self, operation_id: UUID) -> Outcome[Plan | None]:
        """See the port."""
        found = self._noted(lambda client, query, options: client.plan.all(query, **options), operation_id)
        if not isinstance(found, Confirmed):
            return found
        return Confirmed(_plan(found.value) if found.value is not None else None)

    def open_subscription(self, wanted: OpenSubscription) -> Outcome[Subscription]:
        """See the port."""
        told: dict[str, Any] = {
            "plan_id": wanted.plan_id,
            "total_count": wanted.cycles,
            "customer_notify": False,
            "notes": {NOTE: str(wanted.operation_id)},
        }
        if wanted.starts_at is not None:
            told["start_at"] = int(wanted.starts_at.timestamp())
        return self._wire.ask(lambda client, options: client.subscription.create(dict(told), **options), _subscription)

    def find_subscription(self, operation_id: UUID) -> Outcome[Subscription | None]:
        """See the port."""
        found = self._noted(lambda client, query, options: client.subscription.all(query, **options), operation_id)
        if not isinstance(found, Confirmed):
            return found
        return Confirmed(_subscription(found.value) if found.value is not None else None)

    def subscription(self, subscription_id: str) -> Outcome[Subscription]:
        """See the port."""
        return self._wire.ask(
            lambda client, options: client.subscription.fetch(subscription_id, {}, **options), _subscription
        )

    def charges(self, subscription_id: str) -> Outcome[tuple[Charge, ...]]:
        """See the port."""
        found = all_pages(
            self._wire,
            lambda client, query, options: client.invoice.all(query, **options),
            _charge,
            {"subscription_id": subscription_id},
        )
        return Confirmed(tuple(reversed(found.value))) if isinstance(found, Confirmed) else found

    def cancel_subscription(self, subscription_id: str, *, at_cycle_end: bool) -> Outcome[Subscription]:
        """See the port."""
        told = {"cancel_at_cycle_end": int(at_cycle_end)}
        return self._wire.ask(
            lambda client, options: client.subscription.cancel(subscription_id, dict(told), **options), _subscription
        )

    def pause_subscription(self, subscription_id: str) -> Outcome[Subscription]:
        """See the port."""
        return self._wire.ask(
            lambda client, options: client.subscription.pause(subscription_id, {"pause_at": "now"}, **options),
            _subscription,
        )

    def resume_subscription(self, subscription_id: str) -> Outcome[Subscription]:
        """See the port."""
        return self._wire.ask(
            lambda client, options: client.subscription.resume(subscription_id, {"resume_at": "now"}, **options),
            _subscription,
        )

    def _noted(self, listing: Listing, operation_id: UUID) -> Outcome[Entity | None]:
        """The oldest thing of a list that carries our operation."""
        found = all_pages(self._wire, listing, lambda told: told, {})
        if not isinstance(found, Confirmed):
            return found
        mine = [each for each in found.value if _operation(each) == str(operation_id)]
        return Confirmed(mine[-1] if mine else None)


def _operation(told: Entity) -> object:
    notes = told.get("notes")
    return notes.get(NOTE) if isinstance(notes, dict) else None


def _plan(told: Entity) -> Plan:
    item = told["item"]
    return Plan(
        plan_id=reading.text(told, "id"),
        amount_minor=reading.whole(item, "amount"),
        currency=reading.text(item, "currency"),
        period=reading.text(told, "period"),
        every=reading.whole(told, "interval"),
    )


def _subscription(told: Entity) -> Subscription:
    return Subscription(
        subscription_id=reading.text(told, "id"),
        plan_id=reading.text(told, "plan_id"),
        status=cast("SubscriptionStatus", reading.one_of(told, "status", STATUSES)),
        url=str(told.get("short_url") or ""),
        paid_count=int(told.get("paid_count") or 0),
        remaining_count=int(told.get("remaining_count") or 0),
        charge_at=reading.maybe_at(told.get("charge_at")),
        current_end_at=reading.maybe_at(told.get("current_end")),
    )


def _charge(told: Entity) -> Charge:
    return Charge(
        invoice_id=reading.text(told, "id"),
        payment_id=told.get("payment_id") or None,
        order_id=told.get("order_id") or None,
        status=reading.text(told, "status"),
        amount_minor=reading.whole(told, "amount"),
    )
