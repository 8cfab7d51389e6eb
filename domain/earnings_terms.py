"""In which words do we speak of what a provider earned: why it is held, why there is nothing to pay?"""

from enum import StrEnum
from uuid import UUID, uuid5

from domain.refusal import Refusal

MOST_IN_A_PAYOUT = 200
"""Earnings that one payout takes along, each a stream in its save: a week of a company with forty trucks."""


class WhyHeld(StrEnum):
    """Why an earning is not paid, however long it has waited."""

    DISPUTED = "disputed"
    QUALITY = "quality"
    SUSPECTED_FRAUD = "suspected_fraud"


class NothingToPay(Refusal):
    """What this provider has earned and may be paid now is not worth a payout."""

    code = "nothing_to_pay"


class NotPayable(Refusal):
    """This earning is held, waits, is in a payout already, or is another provider's."""

    code = "not_payable"


class ReserveTooSmall(Refusal):
    """So much is not kept back."""

    code = "reserve_too_small"


def earning_id(cause_id: UUID) -> UUID:
    """The earning of a payment, of an offer that was taken back, or of a payout that came back: each has one."""
    return uuid5(cause_id, "earning")


def reserve_id(provider_id: UUID, currency: str) -> UUID:
    """The stream of what is kept back of a provider's payouts in one currency."""
    return uuid5(provider_id, f"reserve/{currency}")
