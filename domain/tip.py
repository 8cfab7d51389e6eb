"""What did a customer give the crew on top, and did it go back?"""

from dataclasses import field
from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, Created, event
from domain.ledger import MoneyEvent, recipes
from domain.money import checked_currency
from domain.refusal import BadInput, Refusal

LEAST_MINOR: Final = 100
"""The least that the gateway takes."""
MOST_MINOR: Final = 200_000
"""Two thousand rupees, more than most jobs cost: above it is a slip of the finger, or money on its way elsewhere."""
GIVEN_WITHIN: Final = timedelta(days=7)
"""As long as both sides may say what they think of each other; then nobody remembers the crew."""


class BadTip(BadInput):
    """A tip is of one rupee at least and two thousand at most, in the currency of the job."""

    code = "bad_tip"


class TooLateToTip(Refusal):
    """The job ended more than seven days ago."""

    code = "too_late_to_tip"


class AlreadyTipped(Refusal):
    """There was a tip for this job: one is enough."""

    code = "already_tipped"


class NothingTipped(Refusal):
    """There is no tip for this job that could go back."""

    code = "nothing_tipped"


class TipDisputed(Refusal):
    """The customer's bank asks this tip back, or took it: it would go back twice."""

    code = "tip_disputed"


class Tip(Aggregate):
    """All of it is the provider's: no commission is taken, and no tax, since nothing is supplied for it.

    A job has one. Its money comes out of the customer's wallet into the job's advance, in the same save. ``challenges``
    are the disputes about it: of each, whether the bank still looks, and what it took.
    """

    TOPIC = "tip"

    request_id: UUID
    payment_id: UUID
    customer_id: UUID
    provider_id: UUID
    amount_minor: int
    currency: str
    is_returned: bool = field(default=False, init=False)
    challenges: dict[UUID, tuple[bool, int]] = field(default_factory=dict, init=False)

    class Promised(Created):
        """A customer gives the crew something on top."""

        TOPIC: ClassVar[str] = "tip.promised"
        request_id: UUID
        payment_id: UUID
        customer_id: UUID
        provider_id: UUID
        amount_minor: int
        currency: str

    class Given(MoneyEvent):
        """It is the provider's."""

        TOPIC: ClassVar[str] = "tip.given"
        request_id: UUID
        payment_id: UUID
        customer_id: UUID
        provider_id: UUID
        amount_minor: int

    class Returned(MoneyEvent):
        """It is the customer's again, in the wallet, whose own events book that: the provider is owed so much less."""

        TOPIC: ClassVar[str] = "tip.returned"
        request_id: UUID
        payment_id: UUID
        customer_id: UUID
        provider_id: UUID
        amount_minor: int

    class Disputed(Aggregate.Event):
        """The bank of its customer asks it back."""

        TOPIC: ClassVar[str] = "tip.disputed"
        dispute_id: UUID

    class DisputeEnded(Aggregate.Event):
        """The bank has decided, and took so much of it; it may decide anew."""

        TOPIC: ClassVar[str] = "tip.dispute_ended"
        dispute_id: UUID
        lost_minor: int

    @classmethod
    def give(
        cls,
        request_id: UUID,
        payment_id: UUID,
        people: tuple[UUID, UUID],
        amount_minor: int,
        currency: str,
        at: datetime,
    ) -> "Tip":
        """Give it; ``people`` are the customer and the provider. Raises BadTip or UnknownCurrency."""
        check_tip(amount_minor)
        customer_id, provider_id = people
        told = {"request_id": request_id, "payment_id": payment_id, "customer_id": customer_id}
        of = {**told, "provider_id": provider_id, "amount_minor": amount_minor}
        made = cls._create(cls.Promised, id=tip_id(request_id), timestamp=at, currency=checked_currency(currency), **of)
        booked = recipes.tipped(made.id, request_id, provider_id, amount_minor, currency)
        made.trigger_event(cls.Given, timestamp=at, **booked.fields, **of)
        return made

    def take_back(self, at: datetime) -> bool:
        """Give it back to the customer; whether that is news. Raises TipDisputed."""
        if self.is_returned:
            return False
        if any(is_open or lost_minor for is_open, lost_minor in self.challenges.values()):
            raise TipDisputed(tip_id=str(self.id))
        booked = recipes.tip_returned(self.id, self.request_id, self.provider_id, self.amount_minor, self.currency)
        told = {"request_id": self.request_id, "payment_id": self.payment_id, "customer_id": self.customer_id}
        sums = {"provider_id": self.provider_id, "amount_minor": self.amount_minor}
        self.trigger_event(self.Returned, timestamp=at, **booked.fields, **told, **sums)
        return True

    def disputed(self, dispute_id: UUID, at: datetime) -> None:
        """A bank asks it back; told twice it is no news."""
        if dispute_id not in self.challenges:
            self.trigger_event(self.Disputed, timestamp=at, dispute_id=dispute_id)

    def dispute_ended(self, dispute_id: UUID, lost_minor: int, at: datetime) -> None:
        """So much of it is gone; told twice it is no news."""
        if self.challenges.get(dispute_id) != (False, lost_minor):
            self.trigger_event(self.DisputeEnded, timestamp=at, dispute_id=dispute_id, lost_minor=lost_minor)

    @event(Returned)
    def _on_returned(self) -> None:
        self.is_returned = True

    @event(Disputed)
    def _on_disputed(self, dispute_id: UUID) -> None:
        self.challenges[dispute_id] = (True, 0)

    @event(DisputeEnded)
    def _on_dispute_ended(self, dispute_id: UUID, lost_minor: int) -> None:
        self.challenges[dispute_id] = (False, lost_minor)


def check_tip(amount_minor: int) -> None:
    """Whether so much can be given; raises BadTip."""
    if not LEAST_MINOR <= amount_minor <= MOST_MINOR:
        raise BadTip(f"a tip is {LEAST_MINOR} to {MOST_MINOR} minor units")


def tip_id(request_id: UUID) -> UUID:
    """A job has one tip."""
    return uuid5(request_id, "tip")
