"""What stands in for the gateway's mandates where no line to it is tested? The port over a fake gateway's dicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.gateway import Confirmed, OpenOrder, Outcome, Rejected, Uncertain

if TYPE_CHECKING:
    from application.gateway import Order, Payment
    from application.gateway_mandates import OpenMandate, TakeByMandate
    from tests.support.fake_gateway import FakeGateway


class FakeMandates:
    """Every payment with an order that was opened here is a mandate; while ``refuses``, banks say no."""

    def __init__(self, gateway: FakeGateway) -> None:
        self._gateway = gateway
        self._orders: set[str] = set()
        self.refuses = False
        self.taken = 0

    def open_mandate(self, wanted: OpenMandate) -> Outcome[Order]:
        """See the port."""
        order = OpenOrder(wanted.operation_id, wanted.amount_minor, wanted.currency, captures_at_once=True)
        made = self._gateway.open_order(order)
        self._orders |= {
            found for found, each in self._gateway.orders.items() if each.receipt == str(wanted.operation_id)
        }
        return made

    def take(self, wanted: TakeByMandate) -> Outcome[Payment]:
        """See the port."""
        allowed = self._gateway.payments.get(wanted.mandate)
        if allowed is None or allowed.order_id not in self._orders:
            return Rejected("mandate_refused")
        self.taken += 1
        paid = self._gateway.pay(wanted.order_id, "failed" if self.refuses else "authorized")
        return Uncertain("timeout") if self._gateway.silent else Confirmed(paid)
