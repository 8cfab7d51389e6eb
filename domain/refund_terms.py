"""In which words do we speak of money that goes back to where it came from: why, how far, why not?"""

from enum import StrEnum
from uuid import UUID, uuid5


class WhyRefunded(StrEnum):
    """Why money goes back."""

    DUPLICATE = "duplicate"
    """the order was paid before"""
    LATE = "late"
    """nobody waited for it any more"""
    ASKED = "asked"
    """the customer wants the money back that is in the wallet"""
    SURPLUS = "surplus"
    """the job cost less than was paid for it"""
    BY_GATEWAY = "by_gateway"
    """nobody of us asked for it"""


class RefundState(StrEnum):
    """How far a refund is; ``rerouted`` went to the wallet since it could not go back, ``put_back`` was never ours."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    PROCESSED = "processed"
    REROUTED = "rerouted"
    PUT_BACK = "put_back"


def refund_of(order_id: UUID, payment: str) -> UUID:
    """The refund of a payment that nobody wanted: there is one, of all of it."""
    return uuid5(order_id, f"refund/{payment}")


def told_refund(order_id: UUID, gateway_refund: str) -> UUID:
    """The refund that the gateway made without being asked."""
    return uuid5(order_id, f"told/{gateway_refund}")
