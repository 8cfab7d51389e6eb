"""What is money? A whole number of minor units of a currency; no fraction is ever kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.refusal import BadInput

EXPONENTS = {
    "AED": 2,
    "BDT": 2,
    "BHD": 3,
    "EUR": 2,
    "GBP": 2,
    "IDR": 2,
    "INR": 2,
    "JPY": 0,
    "KRW": 0,
    "KWD": 3,
    "LKR": 2,
    "MYR": 2,
    "NPR": 2,
    "OMR": 3,
    "PHP": 2,
    "PKR": 2,
    "SAR": 2,
    "SGD": 2,
    "THB": 2,
    "USD": 2,
    "VND": 0,
}
"""How many decimal digits a currency's minor unit stands for (ISO 4217)."""

UNITS = {"CALL": 0, "TOW": 0, "KM": 1, "FUEL_L": 1}
"""What a membership entitles to is counted like money: services, tows, tenths of a kilometre, tenths of a litre."""

ASSETS = EXPONENTS | UNITS
"""Everything that can be booked, with the decimal digits of its minor unit."""

MOST_MINOR = 10**13
"""No single amount is larger: a hundred billion rupees; far below what a 64-bit column sums up without overflow."""

BASIS_POINTS = 10_000
"""A whole, in basis points: 18 % is 1 800 of them."""


class UnknownCurrency(BadInput):
    """This is not a currency that we know the minor unit of."""

    code = "unknown_currency"


class BadAmount(BadInput):
    """This is not an amount that can be booked."""

    code = "bad_amount"


class CurrencyMismatch(BadInput):
    """Amounts of two currencies cannot meet without a rate."""

    code = "currency_mismatch"


def checked_currency(code: str) -> str:
    """The code of a known currency; raises UnknownCurrency."""
    if code not in EXPONENTS:
        raise UnknownCurrency(f"{code[:8]!r} is not a currency that is booked here")
    return code


def checked_asset(code: str) -> str:
    """The code of a currency or of a unit that is booked here; raises UnknownCurrency."""
    if code not in ASSETS:
        raise UnknownCurrency(f"{code[:8]!r} is not booked here")
    return code


def text_of(amount_minor: int, asset: str) -> str:
    """A number with the asset's digits, for books: ``1770.00``, ``-5``, ``12.5``."""
    exponent = ASSETS[asset]
    digits = str(abs(amount_minor)).rjust(exponent + 1, "0")
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{digits[:-exponent]}.{digits[-exponent:]}" if exponent else f"{sign}{digits}"


def checked_amount(amount_minor: int) -> int:
    """An amount that somebody asks to be booked: more than nothing, at most MOST_MINOR; raises BadAmount."""
    if not 0 < amount_minor <= MOST_MINOR:
        raise BadAmount(f"an amount is 1 to {MOST_MINOR} minor units")
    return amount_minor


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units and the currency that they are of; raises UnknownCurrency."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        checked_currency(self.currency)

    def __add__(self, other: "Money") -> "Money":
        """Both together; raises CurrencyMismatch."""
        return Money(self.amount_minor + other.amount_in(self.currency), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """What is left of this one; raises CurrencyMismatch."""
        return Money(self.amount_minor - other.amount_in(self.currency), self.currency)

    def amount_in(self, currency: str) -> int:
        """The minor units, when they are of that currency; raises CurrencyMismatch."""
        if self.currency != currency:
            raise CurrencyMismatch(f"{self.currency} is not {currency}", currency=self.currency, wanted=currency)
        return self.amount_minor

    @property
    def text(self) -> str:
        """For people and for books: ``1770.00 INR``, ``-5 JPY``, ``0.250 KWD``."""
        return f"{text_of(self.amount_minor, self.currency)} {self.currency}"


def portion(amount_minor: int, basis_points: int) -> int:
    """So many basis points of an amount, rounded to a whole minor unit, halves away from nothing."""
    doubled = 2 * abs(amount_minor) * basis_points + BASIS_POINTS
    whole = doubled // (2 * BASIS_POINTS)
    return whole if amount_minor >= 0 else -whole


def allocate(amount_minor: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Divide an amount by weights so that the parts sum up to it, by largest remainder.

    The minor units that are left over go to the largest remainders; among equal remainders to the earlier weight.
    A negative amount is divided like the positive one. Raises ValueError without a positive weight.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("an amount is divided by weights of which none is negative and one is positive")
    amount = abs(amount_minor)
    parts = [amount * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(amount * weights[n] % total), n))
    for n in by_remainder[: amount - sum(parts)]:
        parts[n] += 1
    return tuple(parts if amount_minor >= 0 else [-part for part in parts])
