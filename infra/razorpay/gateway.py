"""How does the gateway take customers' money and give it back, through its own library?"""

from typing import Any, Final
from uuid import UUID

from application.gateway import (
    Capture,
    Confirmed,
    GiveBack,
    Link,
    OpenLink,
    OpenOrder,
    Order,
    Outcome,
    Payment,
    Refund,
)
from infra.razorpay import reading
from infra.razorpay.paging import all_pages
from infra.razorpay.wire import Entity, Wire

REFUND_KEY: Final = "X-Refund-Idempotency"
# Under this name the gateway's dashboard shows what of ours a thing belongs to.
NOTE: Final = "operation_id"
# Without this an answer names a card by an id that is new with each payment.
SPELT_OUT: Final = {"expand[]": "card"}


class RazorpayGateway:
    """See ``application.gateway.PaymentGateway``."""

    def __init__(self, wire: Wire) -> None:
        """Nothing is asked yet."""
        self._wire = wire

    def open_order(self, wanted: OpenOrder) -> Outcome[Order]:
        """See the port."""
        body: dict[str, Any] = {
            "amount": wanted.amount_minor,
            "currency": wanted.currency,
            "receipt": str(wanted.operation_id),
            "notes": {**dict(wanted.notes), NOTE: str(wanted.operation_id)},
            # The older of two ways to say it: the newer one also wants time limits of a merchant's account.
            "payment_capture": wanted.captures_at_once,
        }
        return self._wire.ask(lambda client, options: client.order.create(dict(body), **options), reading.order)

    def find_order(self, operation_id: UUID) -> Outcome[Order | None]:
        """See the port."""
        query = {"receipt": str(operation_id), "count": 100}

        def read(told: Entity) -> Order | None:
            # Newest first: the first that was made is the one that somebody may have paid.
            found = [reading.order(each) for each in reading.items(told)]
            mine = [order for order in found if order.receipt == str(operation_id)]
            paid = [order for order in mine if order.amount_paid_minor]
            return (paid or mine)[-1] if mine else None

        return self._wire.ask(lambda client, options: client.order.all(dict(query), **options), read)

    def order(self, order_id: str) -> Outcome[Order]:
        """See the port."""
        return self._wire.ask(lambda client, options: client.order.fetch(order_id, {}, **options), reading.order)

    def payments_of_order(self, order_id: str) -> Outcome[tuple[Payment, ...]]:
        """See the port."""

        def read(told: Entity) -> tuple[Payment, ...]:
            found = (reading.payment(each) for each in reading.items(told))
            return tuple(sorted(found, key=lambda payment: payment.created_at))

        return self._wire.ask(lambda client, options: client.order.payments(order_id, dict(SPELT_OUT), **options), read)

    def payment(self, payment_id: str) -> Outcome[Payment]:
        """See the port."""
        return self._wire.ask(
            lambda client, options: client.payment.fetch(payment_id, dict(SPELT_OUT), **options), reading.payment
        )

    def capture(self, wanted: Capture) -> Outcome[Payment]:
        """See the port. The dictionary is this call's own: the library would write the amount into a shared one."""
        return self._wire.ask(
            lambda client, options: client.payment.capture(
                wanted.payment_id, wanted.amount_minor, {"currency": wanted.currency}, **options
            ),
            reading.payment,
        )

    def refund(self, wanted: GiveBack) -> Outcome[Refund]:
        """See the port."""
        key = str(wanted.operation_id)
        body = {"amount": wanted.amount_minor, "speed": "normal", "receipt": key}
        return self._wire.ask(
            lambda client, options: client.payment.refund(wanted.payment_id, {**body, "notes": {NOTE: key}}, **options),
            reading.refund,
            {REFUND_KEY: key},
        )

    def find_refund(self, operation_id: UUID, payment_id: str) -> Outcome[Refund | None]:
        """See the port."""
        found = self.refunds_of_payment(payment_id)
        if not isinstance(found, Confirmed):
            return found
        return Confirmed(next((refund for refund in found.value if refund.receipt == str(operation_id)), None))

    def refunds_of_payment(self, payment_id: str) -> Outcome[tuple[Refund, ...]]:
        """See the port."""
        found = all_pages(
            self._wire,
            lambda client, query, options: client.payment.fetch_multiple_refund(payment_id, query, **options),
            reading.refund,
            {},
        )
        return Confirmed(tuple(reversed(found.value))) if isinstance(found, Confirmed) else found

    def open_link(self, wanted: OpenLink) -> Outcome[Link]:
        """See the port."""
        body: dict[str, Any] = {
            "amount": wanted.amount_minor,
            "currency": wanted.currency,
            "description": wanted.description,
            "reference_id": str(wanted.operation_id),
            "notes": {**dict(wanted.notes), NOTE: str(wanted.operation_id)},
            "notify": {"sms": False, "email": False},
            "reminder_enable": False,
        }
        if wanted.callback_url:
            body |= {"callback_url": wanted.callback_url, "callback_method": "get"}
        if wanted.expires_at is not None:
            body["expire_by"] = int(wanted.expires_at.timestamp())
        return self._wire.ask(lambda client, options: client.payment_link.create(dict(body), **options), reading.link)

    def find_link(self, operation_id: UUID) -> Outcome[Link | None]:
        """See the port."""
        query = {"reference_id": str(operation_id)}

        def read(told: Entity) -> Link | None:
            found = [reading.link(each) for each in told["payment_links"]]
            return next((link for link in found if link.reference == str(operation_id)), None)

        return self._wire.ask(lambda client, options: client.payment_link.all(dict(query), **options), read)

    def cancel_link(self, link_id: str) -> Outcome[Link]:
        """See the port."""
        return self._wire.ask(lambda client, options: client.payment_link.cancel(link_id, **options), reading.link)
