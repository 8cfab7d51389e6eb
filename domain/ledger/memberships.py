"""Which transfer books what a membership pays, earns with its days, and entitles to? And what a promotion gives?

Money of a term is owed until its days are over (``straight_line``). Units of a benefit are booked like money, in an
asset of their own, so that they are kept, used and given free by the same rules.
"""

from itertools import pairwise
from uuid import UUID

from domain.ledger import chart
from domain.ledger.recipes import Taxed
from domain.ledger.transfer import Leg, Transfer, fact_id, transfer


def charged(
    charge: str, subscription_id: UUID, net_minor: int, taxes: Taxed, currency: str, source: str = chart.CLEARING
) -> Transfer:
    """A term was paid through the gateway: the tax is owed now, the rest is earned day by day."""
    legs = {source: net_minor + sum(taxes.values()), chart.deferred_for(subscription_id): -net_minor}
    legs |= {chart.gst_out(kind, state): -amount for (kind, state), amount in taxes.items()}
    return transfer("sbc", charge, currency, legs)


def straight_line(net_minor: int, days: int) -> tuple[int, ...]:
    """What each day of a term earns: as even as whole minor units allow, and all of it in the end.

    Raises ValueError for a term without a day.
    """
    if days < 1:
        raise ValueError("a term has a day at least")
    reached = [net_minor * day // days for day in range(days + 1)]
    return tuple(later - before for before, later in pairwise(reached))


def recognised(term_id: UUID, day: int, subscription_id: UUID, amount_minor: int, currency: str) -> Transfer:
    """A day of a term is over (the first is 1)."""
    legs = (Leg(chart.deferred_for(subscription_id), amount_minor), Leg(chart.SERVICE, -amount_minor))
    return Transfer(fact_id("rec", term_id, str(day)), currency, legs)


def broken(term_id: UUID, subscription_id: UUID, rest_minor: int, currency: str) -> Transfer:
    """A term ended with something that nobody can claim any more."""
    legs = {chart.deferred_for(subscription_id): rest_minor, chart.BREAKAGE: -rest_minor}
    return transfer("brk", term_id, currency, legs)


def granted(grant_id: UUID, customer_id: UUID, amount_minor: int, currency: str) -> Transfer:
    """A customer is given money to spend with us; it can never be paid out."""
    legs = {chart.GOODWILL: amount_minor, chart.promo_of(customer_id, grant_id): -amount_minor}
    return transfer("prm", grant_id, currency, legs)


def grant_expired(grant_id: UUID, customer_id: UUID, rest_minor: int, currency: str) -> Transfer:
    """What was not spent of a grant in time costs us nothing."""
    legs = (Leg(chart.promo_of(customer_id, grant_id), rest_minor), Leg(chart.GOODWILL, -rest_minor))
    return Transfer(fact_id("prm", grant_id, "expired"), currency, legs)


def entitled(subscription_id: UUID, benefit: str, period: int, units: int, asset: str) -> Transfer:
    """A period begins: so much of a benefit may be used in it."""
    legs = (Leg(chart.units_given(benefit), units), Leg(chart.units_of(subscription_id, benefit, period), -units))
    return Transfer(fact_id("ent", subscription_id, benefit, str(period)), asset, legs)


def entitled_more(subscription_id: UUID, benefit: str, period: int, units: int, asset: str, nth: int) -> Transfer:
    """A dearer plan applies within a period: so much more may be used in it; ``nth`` tells one change from the next."""
    given = entitled(subscription_id, benefit, period, units, asset)
    return Transfer(fact_id("ent", subscription_id, benefit, str(period), f"more{nth}"), asset, given.legs)


def used(
    request_id: UUID, subscription_id: UUID, benefit: str, period: int, units: int, asset: str, attempt: int = 1
) -> Transfer:
    """A job uses so much of a benefit: kept when the job is confirmed, booked with what it came to when it is done.

    What was kept and given free is kept anew as another ``attempt``.
    """
    again = () if attempt == 1 else (str(attempt),)
    legs = (Leg(chart.units_of(subscription_id, benefit, period), units), Leg(chart.units_used(benefit), -units))
    return Transfer(fact_id("use", request_id, benefit, *again), asset, legs)


def lapsed(subscription_id: UUID, benefit: str, period: int, rest: int, asset: str) -> Transfer:
    """A period is over: what was not used of a benefit is gone."""
    legs = (Leg(chart.units_of(subscription_id, benefit, period), rest), Leg(chart.units_used(benefit), -rest))
    return Transfer(fact_id("ent", subscription_id, benefit, str(period), "lapsed"), asset, legs)
