"""Which errand carries out which kind of intent? A new kind is one function and one line here; nothing else changes.

An errand takes tenant, stream, operation and instant. It may be run again at any time, after any crash, and so looks at
the log first; that no two workers run it for the same operation at once is taken care of where it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.order_errands import OrderErrands
from application.paying_out import Errands
from domain.intent import IntentKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from infra.bootstrap import Stack
    from infra.razorpay.build import Gateways

    Errand = Callable[[str, UUID, UUID, datetime], Awaitable[None]]


def errands_of(stack: Stack, gateways: Gateways) -> Mapping[IntentKind, Errand]:
    """The table: what is not in it stays open, is counted as ``nobody`` and rings the alarm after ten minutes."""
    orders = orders_of(stack, gateways)
    payouts = payouts_of(stack, gateways)
    return {
        IntentKind.OPEN_ORDER: orders.open,
        IntentKind.CAPTURE: orders.capture,
        IntentKind.REFUND: orders.refund,
        IntentKind.PAY_OUT: payouts.pay_out,
        IntentKind.CHECK_ACCOUNT: payouts.check_account,
    }


def orders_of(stack: Stack, gateways: Gateways) -> OrderErrands:
    """Errands about customers' money."""
    return OrderErrands(stack.engine, stack.aggregates, gateways.payments)


def payouts_of(stack: Stack, gateways: Gateways) -> Errands:
    """Errands about providers' money."""
    return Errands(stack.engine, stack.aggregates, stack.personal, gateways.payouts)
