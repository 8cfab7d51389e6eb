"""What does a plan cost, how long is its term, and what does it entitle to?"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.ledger import GstKind
from domain.money import checked_amount, checked_currency
from domain.payment_order_terms import LEAST_MINOR
from domain.refusal import BadInput
from domain.split import Bill, bill_of_fee

MOST_TERM_DAYS: Final = 366
"""A term is a year at most: a mandate for longer is agreed anew."""

MOST_VEHICLES: Final = 10
"""Vehicles of one membership: a household; a fleet has a contract."""


class BadPlan(BadInput):
    """A plan has a price that is zero or can be paid at the gateway, a term of 1 to 366 days, and each benefit once."""

    code = "bad_plan"


class Benefit(StrEnum):
    """What a membership entitles to, counted in units of its own."""

    EVENTS = "events"
    TOW_KM = "tow_km"
    FUEL = "fuel"


ASSET_OF: Final = {Benefit.EVENTS: "CALL", Benefit.TOW_KM: "KM", Benefit.FUEL: "FUEL_L"}
"""In which asset a benefit is booked: services, tenths of a kilometre, tenths of a litre."""


@dataclass(frozen=True, slots=True)
class BenefitTerms:
    """So many units of a benefit in a term, of them at most ``most_per_event`` for one job."""

    benefit: Benefit
    units: int
    most_per_event: int


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What is agreed; a subscription keeps the terms that it began with until it changes.

    ``price_minor`` includes the tax. Nothing is covered in the first ``waiting_h`` hours, nor the same kind of help for
    the same vehicle within ``same_cause_days``; at most ``vehicles`` are named. ``grace_days`` after its end a term
    that nobody paid for is over for good.
    """

    price_minor: int
    currency: str
    tax_bp: int
    term_days: int
    benefits: tuple[BenefitTerms, ...]
    waiting_h: int
    same_cause_days: int
    vehicles: int
    grace_days: int

    @property
    def is_free(self) -> bool:
        """Whether nobody is charged for it."""
        return self.price_minor == 0

    def of(self, benefit: Benefit) -> BenefitTerms | None:
        """The terms of one benefit, if the plan has it."""
        return next((each for each in self.benefits if each.benefit is benefit), None)

    def checked(self) -> "PlanTerms":
        """These terms; raises BadPlan, BadAmount or UnknownCurrency."""
        checked_currency(self.currency)
        if self.price_minor and checked_amount(self.price_minor) < LEAST_MINOR:
            # The gateway takes no less: its first term could never be paid.
            raise BadPlan(f"a plan is free, or costs at least {LEAST_MINOR} minor units", least_minor=LEAST_MINOR)
        named = [each.benefit for each in self.benefits]
        sound = all(0 < each.most_per_event <= each.units for each in self.benefits)
        least = min(self.waiting_h, self.same_cause_days, self.grace_days, self.tax_bp)
        bounded = 1 <= self.term_days <= MOST_TERM_DAYS and 1 <= self.vehicles <= MOST_VEHICLES
        if len(set(named)) != len(named) or not sound or least < 0 or not bounded:
            raise BadPlan
        return self


def bill_of_term(price_minor: int, tax_bp: int) -> Bill:
    """What a price is made of, in its three parts."""
    return bill_of_fee(price_minor, tax_bp, interstate=False)


def taxes_of(bill: Bill, state: str) -> dict[tuple[GstKind, str], int]:
    """The taxes of a bill by kind, and by the state that gets them."""
    return {(kind, "" if kind is GstKind.IGST else state): part for kind, part in bill.taxes.parts if part}


def _of_the_first_four(price_minor: int, events: int, tow_km: int, fuel_l: int, vehicles: int) -> PlanTerms:
    benefits = (
        BenefitTerms(Benefit.EVENTS, events, 1),
        BenefitTerms(Benefit.TOW_KM, 10 * tow_km, 10 * min(tow_km, 50)),
        BenefitTerms(Benefit.FUEL, 10 * fuel_l, 50),
    )
    given = tuple(each for each in benefits if each.units)
    return PlanTerms(price_minor, "INR", 1_800, 45, given, 48, 2, vehicles, 10)


FIRST_FOUR: Final = {
    "free": _of_the_first_four(0, 0, 0, 0, 1),
    "basic": _of_the_first_four(9_900, 1, 25, 0, 1),
    "plus": _of_the_first_four(19_900, 2, 50, 5, 2),
    "premium": _of_the_first_four(39_900, 4, 100, 10, 4),
}
"""What the original began with: ₹0, 99, 199 and 399 for 45 days, 48 hours of waiting, nothing twice in 2 days."""
