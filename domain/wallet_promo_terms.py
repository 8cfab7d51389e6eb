"""In which order is a wallet spent and given back, and in which words do we speak of what it was given to spend?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from domain.refusal import BadInput, Refusal

MOST_GRANTS = 50
"""Grants of one wallet at a time: a customer of every campaign of a year has a dozen."""

GRANTS_REMEMBERED = 100
"""Grants that are known by id after they are gone, so that none is given twice: more than a customer gets in a year."""

MOST_PARTS = 14
"""Grants that one job takes from: with the customer's own money and both ends they fit into one transfer."""

SPENDS_REMEMBERED = 64
"""Jobs whose parts a wallet remembers, so that what comes back goes where it came from; older ones are past refunds."""

MOST_REWARDS_A_YEAR = 10
"""Rewards for bringing customers that one customer gets in 365 days: who brings more makes a business of it."""

NEVER = datetime.max.replace(tzinfo=UTC)
"""When a grant without an end would expire."""


class TooManyGrants(Refusal):
    """This wallet has as many grants as one customer can have."""

    code = "too_many_grants"


class TooManyRewards(Refusal):
    """This customer had as many rewards for bringing others as a year allows."""

    code = "too_many_rewards"


class BadExpiry(BadInput):
    """What is given expires later than it is given."""

    code = "bad_expiry"


class NotSpent(Refusal):
    """So much of the wallet was not spent on that job, or was given back already."""

    code = "not_spent"


class WhyGranted(StrEnum):
    """What a grant is given for."""

    GOODWILL = "goodwill"
    CAMPAIGN = "campaign"
    REFERRAL = "referral"
    TIER = "tier"


@dataclass(frozen=True, slots=True)
class Grant:
    """Money to spend with us, never to be paid out; ``left_minor`` includes what is kept for jobs."""

    grant_id: UUID
    left_minor: int
    expires_at: datetime | None

    def is_alive(self, at: datetime) -> bool:
        """Whether it can be kept or spent at an instant."""
        return self.expires_at is None or self.expires_at > at


@dataclass(frozen=True, slots=True)
class Part:
    """So much of one grant; without a grant, of the customer's own money."""

    amount_minor: int
    grant_id: UUID | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptPromo:
    """Parts of grants that are kept for a job, until ``expires_at`` at the latest."""

    hold_id: UUID
    request_id: UUID
    parts: tuple[Part, ...]
    expires_at: datetime

    @property
    def amount_minor(self) -> int:
        """All parts together."""
        return total_of(self.parts)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a job took of a wallet, in the order in which it was taken; what came back is gone from it."""

    request_id: UUID
    parts: tuple[Part, ...]


def total_of(parts: Iterable[Part]) -> int:
    """All parts together."""
    return sum(part.amount_minor for part in parts)


def in_spend_order(grants: Iterable[Grant]) -> list[Grant]:
    """What expires soonest first, what never expires last: the customer loses as little as can be."""
    return sorted(grants, key=lambda grant: (grant.expires_at or NEVER, grant.grant_id))


def taken_from(grants: Iterable[Grant], most_minor: int, most_parts: int = MOST_PARTS) -> tuple[Part, ...]:
    """The parts that make up to ``most_minor``, in the order of spending; ``left_minor`` is what each can give."""
    parts: list[Part] = []
    for grant in in_spend_order(grants)[: max(0, most_parts)]:
        amount = min(grant.left_minor, most_minor - total_of(parts))
        if amount > 0:
            parts.append(Part(amount, grant.grant_id, grant.expires_at))
    return tuple(parts)


def up_to(parts: tuple[Part, ...], most_minor: int) -> tuple[Part, ...]:
    """The first of some parts, as far as they make up to ``most_minor``."""
    taken: list[Part] = []
    for part in parts:
        amount = min(part.amount_minor, most_minor - total_of(taken))
        if amount > 0:
            taken.append(Part(amount, part.grant_id, part.expires_at))
    return tuple(taken)


def joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The same with one part of each grant, where its first one stood."""
    amounts: dict[tuple[UUID | None, datetime | None], int] = {}
    for part in parts:
        source = (part.grant_id, part.expires_at)
        amounts[source] = amounts.get(source, 0) + part.amount_minor
    return tuple(Part(amount, grant_id, expires_at) for (grant_id, expires_at), amount in amounts.items())


def changed(grants: tuple[Grant, ...], part: Part, sign: int) -> tuple[Grant, ...]:
    """The grants after a part of one was taken (-1) or came back (1); one that is used up is no longer among them."""
    grant_id = part.grant_id
    if grant_id is None:
        return grants
    left = {grant.grant_id: grant for grant in grants}
    before = left.get(grant_id, Grant(grant_id, 0, part.expires_at))
    left[grant_id] = Grant(grant_id, before.left_minor + sign * part.amount_minor, before.expires_at)
    return tuple(grant for grant in left.values() if grant.left_minor > 0)


def spent_more(spent: tuple[Spent, ...], request_id: UUID, parts: tuple[Part, ...]) -> tuple[Spent, ...]:
    """What jobs took, after one took more; the oldest job is forgotten when there are too many."""
    before = next((each.parts for each in spent if each.request_id == request_id), ())
    others = tuple(each for each in spent if each.request_id != request_id)
    return (*others[1 - SPENDS_REMEMBERED :], Spent(request_id, before + parts))


def spent_less(spent: tuple[Spent, ...], request_id: UUID, amount_minor: int) -> tuple[Spent, ...]:
    """What jobs took, after so much of one came back."""
    return tuple(
        Spent(each.request_id, last_first(each.parts, amount_minor)[1]) if each.request_id == request_id else each
        for each in spent
    )


def last_first(parts: tuple[Part, ...], amount_minor: int) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Undo a spending from its end: what comes back, the last part first, and what stays spent, in its order.

    Raises NotSpent when the parts do not make up the amount.
    """
    if amount_minor > total_of(parts):
        raise NotSpent(f"{total_of(parts)} was spent and not given back, not {amount_minor}")
    back: list[Part] = []
    stays = list(parts)
    while total_of(back) < amount_minor:
        last = stays.pop()
        amount = min(last.amount_minor, amount_minor - total_of(back))
        back.append(Part(amount, last.grant_id, last.expires_at))
        if amount < last.amount_minor:
            stays.append(Part(last.amount_minor - amount, last.grant_id, last.expires_at))
    return tuple(back), tuple(stays)
