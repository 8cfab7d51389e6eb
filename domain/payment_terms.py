"""In which words do we speak of a payment: how far it is, why it is not asked for, why not?"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from domain.refusal import Refusal


class PaymentState(StrEnum):
    """How far the payment is."""

    DUE = "due"
    PAID = "paid"
    OWED = "owed"
    SETTLED = "settled"
    WAIVED = "waived"


class WhyWaived(StrEnum):
    """Why a payment that was due is not asked for any more."""

    GOODWILL = "goodwill"
    OUR_FAULT = "our_fault"
    UNCOLLECTABLE = "uncollectable"


class WrongAmount(Refusal):
    """This is not the amount that is due."""

    code = "wrong_amount"


class NothingDue(Refusal):
    """Nothing is due in cash for this job."""

    code = "nothing_due"


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What a credit note comes to: for the customer, in the job's advance; how much less the provider is owed.

    ``to_partner_minor`` is what a partner owes less.
    """

    to_customer_minor: int
    payable_minor: int
    to_partner_minor: int = 0


def payment_id(request_id: UUID) -> UUID:
    """The payment's id: a request has one."""
    return uuid5(request_id, "payment")
