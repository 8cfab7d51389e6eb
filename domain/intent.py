"""How does an event say that it asks for something outside, that this has come out, or that nobody knows?

An event class that asks has ``ASKS``, one that ends it ``ENDS``, one that tells of a doubt ``DOUBTS``; all three have
the field ``operation_id``, under which the other side is asked. An intent that is doubted stays open.
"""

from enum import StrEnum
from typing import Final


class IntentKind(StrEnum):
    """What is asked for."""

    OPEN_ORDER = "open_order"
    CAPTURE = "capture"
    REFUND = "refund"
    OPEN_LINK = "open_link"
    CANCEL_LINK = "cancel_link"
    SEND_LINK = "send_link"
    PAY_OUT = "pay_out"
    CHECK_ACCOUNT = "check_account"
    CONTEST_DISPUTE = "contest_dispute"
    ACCEPT_DISPUTE = "accept_dispute"
    CREATE_SUBSCRIPTION = "create_subscription"
    CHARGE = "charge"
    REGISTER_IRN = "register_irn"
    CANCEL_IRN = "cancel_irn"


class IntentEnd(StrEnum):
    """How it came out."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"


OPERATION: Final = "operation_id"
"""The field under which all three are about the same thing."""


def asks(event_class: type[object]) -> IntentKind | None:
    """What an event of this class asks for, if anything."""
    found = getattr(event_class, "ASKS", None)
    return found if isinstance(found, IntentKind) else None


def ends(event_class: type[object]) -> IntentEnd | None:
    """How something that was asked for came out by an event of this class, if it tells that."""
    found = getattr(event_class, "ENDS", None)
    return found if isinstance(found, IntentEnd) else None


def doubts(event_class: type[object]) -> bool:
    """Whether an event of this class tells that nobody knows."""
    return getattr(event_class, "DOUBTS", False) is True
