"""Which tier is a customer in, by the own money that jobs took, and what is given for reaching it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from domain.wallet_promo_terms import Spent


class Tier(StrEnum):
    """How much a customer is to us."""

    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"


@dataclass(frozen=True, slots=True)
class TierTerms:
    """A tier is reached with so much of one's own money spent, and given for once in a year."""

    tier: Tier
    from_minor: int
    gift_minor: int


USUAL: tuple[TierTerms, ...] = (
    TierTerms(Tier.BRONZE, 0, 0),
    TierTerms(Tier.SILVER, 500_000, 10_000),
    TierTerms(Tier.GOLD, 2_000_000, 50_000),
)
"""₹5,000 and ₹20,000 of own money; each gift is a fiftieth to a fortieth of what had to be spent for it."""


def own_money(spent: Sequence[Spent]) -> int:
    """What jobs took of a customer's own money, and did not give back: grants lead to no further grants."""
    return sum(part.amount_minor for each in spent for part in each.parts if part.grant_id is None)


def reached(spent_minor: int, terms: Sequence[TierTerms] = USUAL) -> TierTerms:
    """The highest tier that so much reaches; raises ValueError when nothing begins at nothing."""
    found = [each for each in terms if each.from_minor <= spent_minor]
    if not found:
        raise ValueError("the lowest tier begins at nothing")
    return max(found, key=lambda each: each.from_minor)


def tier_grant(customer_id: UUID, tier: Tier, year: int) -> UUID:
    """The id of what is given for a tier in a year: it is given once, however often the tier is reached anew."""
    return uuid5(customer_id, f"tier/{tier.value}/{year}")
