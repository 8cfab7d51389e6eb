"""What does a command about an order, a refund or a dispute tell its caller?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from application.engine import Answer
    from domain.dispute import Dispute
    from domain.payment_order import PaymentOrder
    from domain.refund import Refund


def order_told(order: PaymentOrder) -> Answer:
    """Where an order stands, in minor units of its currency."""
    return {
        "id": order.id.hex,
        "version": order.version,
        "state": order.state.value,
        "purpose": order.purpose.value,
        "customer_id": order.customer_id.hex,
        "amount_minor": order.amount_minor,
        "currency": order.currency,
        "gateway_order": order.gateway_order,
    }


def link_told(order: PaymentOrder, link_id: UUID) -> Answer:
    """Where an order and the link to pay it by stand."""
    link = order.link_named(link_id)
    state = {} if link is None else {"link_state": link.state.value}
    return {**order_told(order), "link_id": link_id.hex, **state}


def refund_told(refund: Refund) -> Answer:
    """Where a refund stands."""
    return {
        "id": refund.id.hex,
        "version": refund.version,
        "state": refund.state.value,
        "why": refund.why.value,
        "amount_minor": refund.amount_minor,
        "currency": refund.currency,
    }


def dispute_told(dispute: Dispute) -> Answer:
    """Where a dispute stands."""
    return {
        "id": dispute.id.hex,
        "version": dispute.version,
        "state": dispute.status.value,
        "answered": dispute.answered.value,
        "amount_minor": dispute.amount_minor,
        "currency": dispute.currency,
    }
