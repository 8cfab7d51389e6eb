"""In which words do we speak of a wallet: where money comes from, what it is kept for, why not?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from domain.refusal import Refusal

MOST_HOLDS = 20
"""Jobs that one wallet is kept for at a time: a household with a few vehicles; more is a mistake or worse."""

TRANSFERS_REMEMBERED = 64
"""Transfers into a wallet that are known by id, so that a fact told twice is booked once; the receipts know longer."""


class InsufficientFunds(Refusal):
    """The wallet does not have that much to spare: top it up first."""

    code = "insufficient_funds"


class WalletFrozen(Refusal):
    """Nothing can be taken from this wallet until the desk unfreezes it."""

    code = "wallet_frozen"


class TooManyHolds(Refusal):
    """This wallet is kept for as many jobs as one customer can have."""

    code = "too_many_holds"


class NoSuchHold(Refusal):
    """The wallet is not kept for that: the hold was captured, released, or never placed."""

    code = "no_such_hold"


class WhyCredited(StrEnum):
    """Where the money comes from."""

    TOP_UP = "top_up"
    REFUND = "refund"
    GOODWILL = "goodwill"


class WhyDebited(StrEnum):
    """What the money is for."""

    SERVICE = "service"
    FEE = "fee"
    DEBT = "debt"
    TIP = "tip"


class WhyReleased(StrEnum):
    """Why a hold ended, or its rest."""

    NOT_NEEDED = "not_needed"
    REPLACED = "replaced"
    EXPIRED = "expired"


class WhyFrozen(StrEnum):
    """Why nothing may be taken from a wallet."""

    SUSPECTED_FRAUD = "suspected_fraud"
    CUSTOMER_ASKED = "customer_asked"
    LEGAL_ORDER = "legal_order"
    DISPUTED = "disputed"
    """the bank of the customer asks a top-up back"""


@dataclass(frozen=True, slots=True)
class Hold:
    """A part of the balance that is kept for one job, until ``expires_at`` at the latest."""

    hold_id: UUID
    request_id: UUID
    amount_minor: int
    expires_at: datetime


def wallet_id(tenant: str, customer_id: UUID) -> UUID:
    """The wallet's id: a customer has one."""
    return uuid5(customer_id, f"{tenant}/wallet")


def remembering(booked: tuple[str, ...], transfer_id: str) -> tuple[str, ...]:
    """The transfers that are known by id, after one more."""
    return (*booked[1 - TRANSFERS_REMEMBERED :], transfer_id)
