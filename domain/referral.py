"""Who brought a customer to us, and was that rewarded? One stream for each customer who was brought."""

from dataclasses import field
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, Created, event
from domain.refusal import Refusal

LEAST_OWN_MINOR = 20_000
"""What the first job must cost of the new customer's own money, in minor units: less is not worth farming."""


class NotReferable(Refusal):
    """Nobody brings oneself, or who brought oneself."""

    code = "not_referable"


class NotEarned(Refusal):
    """A reward is earned by a job that cost the new customer's own money, and enough of it."""

    code = "not_earned"


def referral_id(tenant: str, referred_id: UUID) -> UUID:
    """The referral's id: a customer is brought once."""
    return uuid5(referred_id, f"{tenant}/referral")


class Referral(Aggregate):
    """One customer brought another, who has one bringer for ever; it is rewarded at most once, by a job."""

    TOPIC = "referral"

    referrer_id: UUID
    referred_id: UUID
    request_id: UUID | None = field(default=None, init=False)

    class Made(Created):
        """The new customer says who told of us."""

        TOPIC: ClassVar[str] = "referral.made"
        referrer_id: UUID
        referred_id: UUID

    class Earned(Aggregate.Event):
        """The new customer's job is paid: both get what they were promised, in the same save."""

        TOPIC: ClassVar[str] = "referral.earned"
        referrer_id: UUID
        referred_id: UUID
        request_id: UUID

    @classmethod
    def make(
        cls, tenant: str, referrer_id: UUID, referred_id: UUID, at: datetime, back: "Referral | None" = None
    ) -> "Referral":
        """Begin; ``back`` is the referral of the referrer, if there is one. Raises NotReferable."""
        if referrer_id == referred_id or (back is not None and back.referrer_id == referred_id):
            raise NotReferable
        told = {"referrer_id": referrer_id, "referred_id": referred_id}
        return cls._create(cls.Made, id=referral_id(tenant, referred_id), timestamp=at, **told)

    def earn(self, request_id: UUID, own_minor: int, at: datetime) -> bool:
        """A job of the new customer cost so much of their own money; gives whether the reward is due by it now.

        Once earned, no other job earns it again. Raises NotEarned.
        """
        if self.request_id is not None:
            return False
        if own_minor < LEAST_OWN_MINOR:
            raise NotEarned(least_minor=LEAST_OWN_MINOR)
        told = {"referrer_id": self.referrer_id, "referred_id": self.referred_id, "request_id": request_id}
        self.trigger_event(self.Earned, timestamp=at, **told)
        return True

    def grant_for(self, customer_id: UUID) -> UUID:
        """The id of the grant that one of both gets: a fact of the referral, so that it is given once."""
        return uuid5(self.id, customer_id.hex)

    @event(Earned)
    def _on_earned(self, request_id: UUID) -> None:
        self.request_id = request_id
