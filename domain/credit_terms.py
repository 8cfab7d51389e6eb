"""How much of a bill can be taken back, until when, and which part of its taxes goes with it?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.invoice_terms import InvoiceLine
from domain.refusal import Refusal

LAST_MONTH, LAST_DAY = 11, 30
"""Of the year in which the financial year ended: until then a credit note counts (CGST Act, section 34(2))."""


class WhyCredited(StrEnum):
    """For what a bill is corrected downwards."""

    PRICE_TOO_HIGH = "price_too_high"
    TAX_TOO_HIGH = "tax_too_high"
    DEFICIENT_SERVICE = "deficient_service"
    NOT_SUPPLIED = "not_supplied"


class TooMuchCredited(Refusal):
    """More than nothing, and no more than what is left of the bill, can be taken back."""

    code = "too_much_credited"


class CreditedTooLate(Refusal):
    """A credit note is written by the 30th of November after the financial year of the bill."""

    code = "credited_too_late"


@dataclass(frozen=True, slots=True)
class CreditShare:
    """What is taken back: the value, and the taxes on it line by line."""

    net_minor: int
    tax_lines: tuple[InvoiceLine, ...]


def check_in_time(financial_year: str, time_zone: str, at: datetime) -> None:
    """Raises CreditedTooLate; the year is one such as ``26-27``, of this century."""
    ends = 2000 + int(financial_year[-2:])
    local = at.astimezone(ZoneInfo(time_zone))
    if (local.year, local.month, local.day) > (ends, LAST_MONTH, LAST_DAY):
        raise CreditedTooLate


def share_of(taxes: tuple[InvoiceLine, ...], total_minor: int, before_minor: int, amount_minor: int) -> CreditShare:
    """The part of each tax that goes with an amount, when so much was taken back before.

    Each tax is divided by what has been taken back in all, so that equal halves stay equal, and notes over the whole
    bill take back exactly its taxes, in however many parts.
    """
    after = before_minor + amount_minor
    lines = tuple(
        InvoiceLine(
            line.kind,
            line.sac,
            _part(line.amount_minor, after, total_minor) - _part(line.amount_minor, before_minor, total_minor),
        )
        for line in taxes
    )
    kept = tuple(line for line in lines if line.amount_minor)
    return CreditShare(amount_minor - sum(line.amount_minor for line in kept), kept)


def portion_of(amount_minor: int, of_minor: int, whole_minor: int) -> int:
    """So much of a whole, of an amount of either sign: half a unit away from nothing."""
    part = _part(abs(amount_minor), of_minor, whole_minor)
    return part if amount_minor >= 0 else -part


def _part(tax_minor: int, of_minor: int, whole_minor: int) -> int:
    return (2 * tax_minor * of_minor + whole_minor) // (2 * whole_minor)
