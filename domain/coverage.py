"""What does a membership bear of one job: shown with the price, kept when it is confirmed, used when it is done?"""

from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain import ledger
from domain.aggregate import Aggregate, Created, event
from domain.coverage_terms import Cover, UnitUse, coverage_id
from domain.ledger import MoneyEvent

NOTHING_SHOWN = UUID(int=0)
"""Whose membership and which vehicle, before anything was shown."""


class CoverState(StrEnum):
    """How far it is."""

    SHOWN = "shown"
    KEPT = "kept"
    USED = "used"
    FREE = "free"


class Coverage(Aggregate):
    """What was shown is what is billed: units are kept for it at the confirmation, and nothing is computed again.

    The units themselves are in guarded accounts, which change in the same save.
    """

    TOPIC = "coverage"

    request_id: UUID
    customer_id: UUID
    subscription_id: UUID = field(default=NOTHING_SHOWN, init=False)
    vehicle_id: UUID = field(default=NOTHING_SHOWN, init=False)
    term: int = field(default=0, init=False)
    quote_version: int = field(default=0, init=False)
    uses: tuple[UnitUse, ...] = field(default=(), init=False)
    covered_minor: int = field(default=0, init=False)
    currency: str = field(default="", init=False)
    attempt: int = field(default=0, init=False)
    state: CoverState = field(default=CoverState.FREE, init=False)

    class Opened(Created):
        """Somebody asked what a membership bears of a job."""

        TOPIC: ClassVar[str] = "coverage.opened"
        request_id: UUID
        customer_id: UUID

    class Shown(Aggregate.Event):
        """So much of a quote is borne, by units of a term; ``attempt`` tells one showing from the next."""

        TOPIC: ClassVar[str] = "coverage.shown"
        subscription_id: UUID
        vehicle_id: UUID
        term: int
        quote_version: int
        uses: tuple[UnitUse, ...]
        covered_minor: int
        total_minor: int
        currency: str
        attempt: int

    class Kept(Aggregate.Event):
        """The customer agreed: the units are kept."""

        TOPIC: ClassVar[str] = "coverage.kept"
        subscription_id: UUID

    class Used(MoneyEvent):
        """The job is done: the membership has borne so much of it."""

        TOPIC: ClassVar[str] = "coverage.used"
        request_id: UUID
        customer_id: UUID
        subscription_id: UUID
        covered_minor: int

    class Freed(Aggregate.Event):
        """Nothing is kept any more."""

        TOPIC: ClassVar[str] = "coverage.freed"
        subscription_id: UUID

    @classmethod
    def open(cls, request_id: UUID, customer_id: UUID, at: datetime) -> "Coverage":
        """Nothing is borne yet."""
        told = {"request_id": request_id, "customer_id": customer_id}
        return cls._create(cls.Opened, id=coverage_id(request_id), timestamp=at, **told)

    def show(self, of: tuple[UUID, UUID, int], quote_version: int, cover: Cover, currency: str, at: datetime) -> None:
        """Show what is borne of a quote, ``of`` a subscription, for a vehicle, in a term; the same again is no news.

        What is kept or used already stands.
        """
        subscription_id, vehicle_id, term = of
        same = (self.quote_version, self.uses, self.covered_minor) == (quote_version, cover.uses, cover.covered_minor)
        if self.state in {CoverState.KEPT, CoverState.USED} or (self.state is CoverState.SHOWN and same):
            return
        told = {"subscription_id": subscription_id, "vehicle_id": vehicle_id, "term": term, "attempt": self.attempt + 1}
        price = {"covered_minor": cover.covered_minor, "total_minor": cover.total_minor, "currency": currency}
        self.trigger_event(self.Shown, timestamp=at, **told, **price, quote_version=quote_version, uses=cover.uses)

    def keep(self, at: datetime) -> None:
        """The units are kept; only what was shown can be."""
        if self.state is CoverState.SHOWN:
            self.trigger_event(self.Kept, timestamp=at, subscription_id=self.subscription_id)

    def use(self, most_minor: int, at: datetime) -> int:
        """The job is done and costs so much: gives what is borne of it, never more than was shown; once."""
        covered = min(self.covered_minor, most_minor)
        if self.state is not CoverState.KEPT:
            return 0
        legs = {ledger.MEMBERSHIP: covered, ledger.advance_for(self.request_id): -covered}
        booked = ledger.transfer("cov", self.id, self.currency, legs)
        ids = {"request_id": self.request_id, "customer_id": self.customer_id, "subscription_id": self.subscription_id}
        self.trigger_event(self.Used, timestamp=at, **booked.fields, **ids, covered_minor=covered)
        return covered

    def free(self, at: datetime) -> None:
        """Keep nothing any more; twice is no news, and what is used stays so."""
        if self.state in {CoverState.SHOWN, CoverState.KEPT}:
            self.trigger_event(self.Freed, timestamp=at, subscription_id=self.subscription_id)

    @event(Shown)
    def _on_shown(
        self,
        subscription_id: UUID,
        vehicle_id: UUID,
        term: int,
        quote_version: int,
        uses: tuple[UnitUse, ...],
        covered_minor: int,
        currency: str,
        attempt: int,
    ) -> None:
        self.subscription_id, self.vehicle_id, self.term = subscription_id, vehicle_id, term
        self.quote_version, self.uses, self.covered_minor = quote_version, uses, covered_minor
        self.currency, self.attempt, self.state = currency, attempt, CoverState.SHOWN

    @event(Kept)
    def _on_kept(self) -> None:
        self.state = CoverState.KEPT

    @event(Used)
    def _on_used(self) -> None:
        self.state = CoverState.USED

    @event(Freed)
    def _on_freed(self) -> None:
        self.state = CoverState.FREE
