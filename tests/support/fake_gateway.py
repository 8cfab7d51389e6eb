"""What stands in for the gateway where no line to it is tested? The port over a few dicts, with doubts on demand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from application.gateway import Confirmed, Link, Order, Outcome, Payment, Refund, Rejected, Uncertain

if TYPE_CHECKING:
    from uuid import UUID

    from application.gateway import Capture, GiveBack, OpenLink, OpenOrder, PaymentStatus, RefundStatus

THEN = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEE, TAX = 1_180, 180


class FakeGateway:
    """Every effect is counted; while ``silent`` each call has its effect and nobody is told."""

    def __init__(self) -> None:
        self.orders: dict[str, Order] = {}
        self.at_once: set[str] = set()
        self.payments: dict[str, Payment] = {}
        self.refunds: dict[str, Refund] = {}
        self.links: dict[str, Link] = {}
        self.effects: Counter[str] = Counter()
        self.silent = False
        self.refuses = ""

    def pay(self, order_id: str, status: PaymentStatus = "authorized") -> Payment:
        """A customer pays an order; captured at once where the order says so."""
        order = self.orders[order_id]
        payment_id = f"pay_{len(self.payments) + 1}"
        paid = Payment(
            payment_id, order_id, status, order.amount_minor, order.currency, 0, False, None, None, "upi", None, THEN
        )
        self.payments[payment_id] = paid
        if status == "authorized" and order_id in self.at_once:
            self._capture(payment_id)
        return self.payments[payment_id]

    def finish(self, refund_id: str, status: RefundStatus) -> Refund:
        """The bank has done it, or could not."""
        self.refunds[refund_id] = replace(self.refunds[refund_id], status=status)
        return self.refunds[refund_id]

    def open_order(self, wanted: OpenOrder) -> Outcome[Order]:
        """See the port."""
        if self.refuses:
            return Rejected(self.refuses)
        order_id = f"order_{len(self.orders) + 1}"
        made = Order(order_id, str(wanted.operation_id), wanted.amount_minor, 0, wanted.currency, "created")
        self.orders[order_id] = made
        if wanted.captures_at_once:
            self.at_once.add(order_id)
        self.effects[f"order:{wanted.operation_id}"] += 1
        return self._told(made)

    def find_order(self, operation_id: UUID) -> Outcome[Order | None]:
        """See the port."""
        found = [each for each in self.orders.values() if each.receipt == str(operation_id)]
        return self._told(found[0] if found else None)

    def order(self, order_id: str) -> Outcome[Order]:
        """See the port."""
        return self._told(self.orders[order_id])

    def payments_of_order(self, order_id: str) -> Outcome[tuple[Payment, ...]]:
        """See the port."""
        return self._told(tuple(each for each in self.payments.values() if each.order_id == order_id))

    def payment(self, payment_id: str) -> Outcome[Payment]:
        """See the port."""
        return self._told(self.payments[payment_id])

    def capture(self, wanted: Capture) -> Outcome[Payment]:
        """See the port."""
        if self.refuses:
            return Rejected(self.refuses)
        if self.payments[wanted.payment_id].is_captured:
            return Rejected("already_captured")
        return self._told(self._capture(wanted.payment_id))

    def refund(self, wanted: GiveBack) -> Outcome[Refund]:
        """See the port."""
        if self.refuses:
            return Rejected(self.refuses)
        return self._told(self.give_back(wanted.payment_id, wanted.amount_minor, str(wanted.operation_id)))

    def give_back(self, payment_id: str, amount_minor: int, receipt: str | None = None) -> Refund:
        """A refund; without a receipt one that nobody of us asked for."""
        known = [each for each in self.refunds.values() if receipt and each.receipt == receipt]
        if known:
            return known[0]
        refund_id = f"rfnd_{len(self.refunds) + 1}"
        made = Refund(refund_id, payment_id, amount_minor, "INR", "pending", receipt, None, THEN)
        self.refunds[refund_id] = made
        self.effects[f"refund:{receipt}"] += 1
        return made

    def find_refund(self, operation_id: UUID, payment_id: str) -> Outcome[Refund | None]:
        """See the port."""
        found = [each for each in self.refunds.values() if each.receipt == str(operation_id)]
        return self._told(found[0] if found and found[0].payment_id == payment_id else None)

    def refunds_of_payment(self, payment_id: str) -> Outcome[tuple[Refund, ...]]:
        """See the port."""
        return self._told(tuple(each for each in self.refunds.values() if each.payment_id == payment_id))

    def pay_link(self, link_id: str) -> Payment:
        """Somebody pays by a link: the gateway has an order of its own for that, and captures at once."""
        link = self.links[link_id]
        order_id = f"order_of_{link_id}"
        self.orders[order_id] = Order(order_id, link.reference, link.amount_minor, 0, link.currency, "created")
        self.at_once.add(order_id)
        paid = self.pay(order_id)
        self.links[link_id] = replace(link, status="paid", payment_ids=(*link.payment_ids, paid.payment_id))
        return paid

    def open_link(self, wanted: OpenLink) -> Outcome[Link]:
        """See the port."""
        if self.refuses:
            return Rejected(self.refuses)
        reference = str(wanted.operation_id)
        if any(each.reference == reference for each in self.links.values()):
            return Rejected("reference_taken")
        link_id = f"plink_{len(self.links) + 1}"
        url = f"https://links.example/{link_id}"
        made = Link(link_id, reference, url, "created", wanted.amount_minor, 0, wanted.currency, ())
        self.links[link_id] = made
        self.effects[f"link:{reference}"] += 1
        return self._told(made)

    def find_link(self, operation_id: UUID) -> Outcome[Link | None]:
        """See the port."""
        return self._told(next((e for e in self.links.values() if e.reference == str(operation_id)), None))

    def cancel_link(self, link_id: str) -> Outcome[Link]:
        """See the port."""
        if self.refuses:
            return Rejected(self.refuses)
        if self.links[link_id].status != "created":
            return Rejected("not_open")
        self.links[link_id] = replace(self.links[link_id], status="cancelled")
        self.effects[f"unlink:{link_id}"] += 1
        return self._told(self.links[link_id])

    def _capture(self, payment_id: str) -> Payment:
        paid = self.payments[payment_id]
        caught = replace(paid, status="captured", is_captured=True, fee_minor=FEE, tax_minor=TAX)
        self.payments[payment_id] = caught
        self.effects[f"capture:{payment_id}"] += 1
        return caught

    def _told(self, value: object) -> Outcome:  # type: ignore[type-arg]  # whatever the port's method says
        return Uncertain("no_answer") if self.silent else Confirmed(value)
