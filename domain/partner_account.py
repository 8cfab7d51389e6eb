"""How much may a partner (an insurer, a fleet, a maker) owe us, for which jobs, and since when by which terms?"""

from dataclasses import field
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from domain import ledger
from domain.aggregate import Aggregate, Created, event
from domain.ledger import MoneyEvent
from domain.money import checked_amount, checked_currency
from domain.partner_terms import PartnerTerms
from domain.refusal import OutOfTurn, Refusal
from domain.timeline import Dated, Timeline, check_effect

MOST_JOBS_KEPT = 2_000
"""Jobs that a partner bears at once; more under way at the same hour is an error in somebody's program."""


class PartnerLimitReached(Refusal):
    """The partner's credit does not cover this job beside those that are under way and those that are owed."""

    code = "partner_limit_reached"


class PartnerSpendLimitReached(Refusal):
    """This job would be more than the partner bears in a month, beside what it bore and what is under way."""

    code = "partner_spend_limit_reached"


class MoreThanOwed(Refusal):
    """The partner does not owe so much."""

    code = "more_than_owed"


class PartnerAccount(Aggregate):
    """What a partner owes, and what is kept of its credit for jobs under way: together never above the limit of then.

    The limit is looked at when something is kept. What is charged was kept before; a fact is never refused.
    """

    TOPIC = "partner_account"
    SNAPSHOT: ClassVar[dict[str, object]] = {
        "currency": str,
        "dated": tuple[Dated[PartnerTerms], ...],
        "kept": dict[UUID, int],
        "owed_minor": int,
        "facts": frozenset[UUID],
        "month": str,
        "month_minor": int,
    }

    currency: str
    dated: tuple[Dated[PartnerTerms], ...] = field(default=(), init=False)
    kept: dict[UUID, int] = field(default_factory=dict, init=False)
    owed_minor: int = field(default=0, init=False)
    month: str = field(default="", init=False)
    month_minor: int = field(default=0, init=False)
    facts: frozenset[UUID] = field(default=frozenset(), init=False)

    class Opened(Created):
        """A partner may bear jobs; the first terms follow."""

        TOPIC: ClassVar[str] = "partner_account.opened"
        currency: str

    class Decided(Aggregate.Event):
        """These terms apply from an instant on. Version 1 knew no limit by the month."""

        TOPIC: ClassVar[str] = "partner_account.decided"
        class_version: ClassVar[int] = 2
        terms_version: int
        effective_from: datetime
        terms: PartnerTerms

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """What was not told had no limit."""
            state["terms"] = {**state["terms"], "most_per_month_minor": None, "time_zone": "UTC"}

    class Kept(Aggregate.Event):
        """So much of its credit is kept for a job, instead of whatever was kept for it."""

        TOPIC: ClassVar[str] = "partner_account.kept"
        request_id: UUID
        amount_minor: int
        currency: str

    class Freed(Aggregate.Event):
        """Nothing is kept for that job any more."""

        TOPIC: ClassVar[str] = "partner_account.freed"
        request_id: UUID

    class Charged(MoneyEvent):
        """It bears so much of a job that is done; the rest of what was kept is free."""

        TOPIC: ClassVar[str] = "partner_account.charged"
        request_id: UUID
        payment_id: UUID
        amount_minor: int

    class Lessened(Aggregate.Event):
        """It owes so much less, as a credit note took it back; the payment's own event books it."""

        TOPIC: ClassVar[str] = "partner_account.lessened"
        request_id: UUID
        credit_note_id: UUID
        amount_minor: int
        currency: str

    class Paid(MoneyEvent):
        """So much of what it owes came to our bank."""

        TOPIC: ClassVar[str] = "partner_account.paid"
        amount_minor: int

    @classmethod
    def open(cls, partner_id: UUID, currency: str, at: datetime) -> "PartnerAccount":
        """Begin; raises UnknownCurrency."""
        return cls._create(cls.Opened, id=partner_id, timestamp=at, currency=checked_currency(currency))

    def terms_at(self, at: datetime) -> PartnerTerms:
        """The terms in effect at an instant; before the first, no credit."""
        return Timeline(self.dated).value_at(at) or PartnerTerms()

    @property
    def kept_minor(self) -> int:
        """What is kept for jobs under way."""
        return sum(self.kept.values())

    def available_minor(self, at: datetime) -> int:
        """What of its credit is left; less than nothing after a limit was lowered, or a debt refunded late."""
        return self.terms_at(at).credit_limit_minor - self.owed_minor - self.kept_minor

    def spent_minor(self, at: datetime) -> int:
        """What it bore in the month of an instant: what was charged then, less what credit notes took back then."""
        return self.month_minor if self.month == self.terms_at(at).month_of(at) else 0

    def decide(self, terms: PartnerTerms, effective_from: datetime, at: datetime) -> None:
        """Let terms apply from an instant on, never in the past; what applies then already is no news.

        Raises BadPartnerTerms, BadEffect or TooManyVersions.
        """
        check_effect(effective_from, at, len(self.dated), furthest_back=timedelta(0))
        if self.terms_at(effective_from) != terms.checked():
            told = {"terms_version": len(self.dated) + 1, "effective_from": effective_from, "terms": terms}
            self.trigger_event(self.Decided, timestamp=at, **told)

    def keep(self, request_id: UUID, amount_minor: int, at: datetime) -> int:
        """Keep so much for a job, or what one job may cost at most; gives how much that is. The same is no news.

        Raises BadAmount, PartnerLimitReached, PartnerSpendLimitReached or OutOfTurn.
        """
        amount = min(checked_amount(amount_minor), self.terms_at(at).most_per_job_minor)
        before = self.kept.get(request_id, 0)
        if amount == before and amount:
            return amount
        available = self.available_minor(at) + before
        if amount == 0 or amount > available:
            raise PartnerLimitReached(available_minor=max(0, available), currency=self.currency)
        self._check_month(amount, self.kept_minor - before, at)
        if not before and len(self.kept) >= MOST_JOBS_KEPT:
            raise OutOfTurn("this partner bears too many jobs at once", state="full", act="keep")
        told = {"request_id": request_id, "amount_minor": amount, "currency": self.currency}
        self.trigger_event(self.Kept, timestamp=at, **told)
        return amount

    def free(self, request_id: UUID, at: datetime) -> None:
        """Keep nothing for a job any more; nothing kept is no news."""
        if request_id in self.kept:
            self.trigger_event(self.Freed, timestamp=at, request_id=request_id)

    def charge(self, request_id: UUID, payment_id: UUID, amount_minor: int, at: datetime) -> int:
        """Let it bear so much of a job, at most what is kept; gives how much. Once for each job."""
        amount = min(amount_minor, self.kept.get(request_id, 0))
        if amount <= 0:
            self.free(request_id, at)
            return 0
        legs = {ledger.partner_owes(self.id): amount, ledger.advance_for(request_id): -amount}
        booked = ledger.transfer("par", payment_id, self.currency, legs)
        told = {"request_id": request_id, "payment_id": payment_id, "amount_minor": amount}
        self.trigger_event(self.Charged, timestamp=at, **booked.fields, **told)
        return amount

    def lessen(self, request_id: UUID, note_id: UUID, amount_minor: int, at: datetime) -> None:
        """A credit note takes a part of what it bore back; the same note again changes nothing."""
        if note_id not in self.facts:
            told = {"request_id": request_id, "credit_note_id": note_id, "amount_minor": amount_minor}
            self.trigger_event(self.Lessened, timestamp=at, **told, currency=self.currency)

    def pay(self, receipt_id: UUID, amount_minor: int, currency: str, at: datetime) -> None:
        """So much came to our bank; the same receipt again changes nothing. Raises BadAmount or MoreThanOwed."""
        if receipt_id in self.facts:
            return
        if currency != self.currency or checked_amount(amount_minor) > self.owed_minor:
            raise MoreThanOwed(owed_minor=max(0, self.owed_minor), currency=self.currency)
        legs = {ledger.BANK: amount_minor, ledger.partner_owes(self.id): -amount_minor}
        booked = ledger.transfer("pap", receipt_id, self.currency, legs)
        self.trigger_event(self.Paid, timestamp=at, **booked.fields, amount_minor=amount_minor)

    def _check_month(self, amount: int, others: int, at: datetime) -> None:
        """What is under way counts as this month's: a job that is done in the next is then counted there."""
        terms, spent = self.terms_at(at), self.spent_minor(at)
        if terms.most_per_month_minor is not None and spent + others + amount > terms.most_per_month_minor:
            raise PartnerSpendLimitReached(
                limit_minor=terms.most_per_month_minor,
                spent_minor=spent,
                kept_minor=others,
                currency=self.currency,
                free_at=terms.month_after(at).isoformat(),
            )

    def _count(self, amount_minor: int, at: datetime) -> None:
        month = self.terms_at(at).month_of(at)
        self.month_minor = amount_minor + (self.month_minor if self.month == month else 0)
        self.month = month

    @event(Decided)
    def _on_decided(self, terms_version: int, effective_from: datetime, terms: PartnerTerms) -> None:
        self.dated += (Dated(effective_from, terms_version, terms),)

    @event(Kept)
    def _on_kept(self, request_id: UUID, amount_minor: int) -> None:
        self.kept[request_id] = amount_minor

    @event(Freed)
    def _on_freed(self, request_id: UUID) -> None:
        self.kept.pop(request_id, None)

    @event(Charged)
    def _on_charged(self, request_id: UUID, amount_minor: int, at: datetime) -> None:
        self.kept.pop(request_id, None)
        self.owed_minor += amount_minor
        self._count(amount_minor, at)

    @event(Lessened)
    def _on_lessened(self, credit_note_id: UUID, amount_minor: int, at: datetime) -> None:
        self.facts |= {credit_note_id}
        self.owed_minor -= amount_minor
        self._count(-amount_minor, at)

    @event(Paid)
    def _on_paid(self, transfer_id: str, amount_minor: int) -> None:
        self.facts |= {UUID(hex=transfer_id.partition(":")[2])}
        self.owed_minor -= amount_minor
