"""What is a line of a provider's statement for?"""

from enum import StrEnum


class EarnedBy(StrEnum):
    """What a line of a provider's statement is for."""

    CHARGE = "charge"
    FEE = "fee"
    ZERO = "zero"
    DISPLACED = "displaced"
    CREDITED = "credited"
    TIP = "tip"
    TIP_RETURNED = "tip_returned"
    LOSS = "loss"
    LOSS_RETURNED = "loss_returned"
    LOSS_FROM_RESERVE = "loss_from_reserve"
    LOSS_RETURNED_TO_RESERVE = "loss_returned_to_reserve"
