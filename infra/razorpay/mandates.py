"""How are mandates agreed at the gateway and used, through its own library?"""

from typing import Any, Final

from application.gateway import Confirmed, Order, Outcome, Payment, Rejected
from application.gateway_mandates import OpenMandate, TakeByMandate
from infra.razorpay import reading
from infra.razorpay.gateway import NOTE
from infra.razorpay.wire import Entity, Wire

# We say when, a day after our own notice: the gateway has no plan to follow.
FREQUENCY: Final = "as_presented"


class RazorpayMandates:
    """See ``application.gateway_mandates.MandateDesk``."""

    def __init__(self, wire: Wire) -> None:
        """Nothing is asked yet."""
        self._wire = wire

    def open_mandate(self, wanted: OpenMandate) -> Outcome[Order]:
        """See the port. Mandates belong to a customer of the gateway's, who has no name there."""
        notes = {NOTE: str(wanted.operation_id)}
        whose = self._wire.ask(
            lambda client, options: client.customer.create({"notes": dict(notes), "fail_existing": "0"}, **options),
            lambda told: reading.text(told, "id"),
        )
        if not isinstance(whose, Confirmed):
            return whose
        most = {"max_amount": wanted.most_minor, "expire_at": int(wanted.expires_at.timestamp())}
        body: dict[str, Any] = {
            "amount": wanted.amount_minor,
            "currency": wanted.currency,
            "receipt": str(wanted.operation_id),
            "notes": notes,
            "payment_capture": True,
            "customer_id": whose.value,
            "token": {**most, "frequency": FREQUENCY},
        }
        return self._wire.ask(lambda client, options: client.order.create(dict(body), **options), reading.order)

    def take(self, wanted: TakeByMandate) -> Outcome[Payment]:
        """See the port. Whose it is and how they are reached is asked of the payment that allowed it."""
        told = self._wire.ask(lambda client, options: client.payment.fetch(wanted.mandate, {}, **options), _whose)
        if not isinstance(told, Confirmed):
            return told
        if told.value is None:
            return Rejected("mandate_refused")
        body = {
            **told.value,
            "amount": wanted.amount_minor,
            "currency": wanted.currency,
            "order_id": wanted.order_id,
            "recurring": "1",
        }
        made = self._wire.ask(
            lambda client, options: client.payment.createRecurring(dict(body), **options),
            lambda answer: reading.text(answer, "razorpay_payment_id"),
        )
        if not isinstance(made, Confirmed):
            return made
        payment_id = made.value
        return self._wire.ask(lambda client, options: client.payment.fetch(payment_id, {}, **options), reading.payment)


def _whose(told: Entity) -> dict[str, str] | None:
    if not told.get("token_id") or not told.get("customer_id"):
        return None
    known = {"email": told.get("email"), "contact": told.get("contact")}
    ids = {"customer_id": str(told["customer_id"]), "token": str(told["token_id"])}
    return ids | {name: str(value) for name, value in known.items() if value}
