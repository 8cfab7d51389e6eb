"""What does the job cost in the end, and how is it settled?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.actor import Role
from domain.aggregate import Aggregate, event
from domain.price_terms import LineKind, PriceLine
from domain.refusal import Refusal
from domain.request_asking import check_price
from domain.request_job import EvidenceKind, OnTheJob
from domain.request_terms import CLOSED, JobEvent, RequestState

MOST_PERCENT_BY_ITSELF = 110
"""A fare of up to a tenth above the confirmed price needs nobody's word, where no tariff says how far."""

TO_BE_PROVED = (LineKind.PARTS, LineKind.EXTRA)
"""What nobody can know who was not there: without a picture of its receipt, the customer agrees first."""


class Outcome(StrEnum):
    """What a request comes to in money; every one that ends comes to exactly one (I4)."""

    CHARGE = "charge"
    FEE = "fee"
    ZERO = "zero"


class WhyDisputed(StrEnum):
    """What a customer objects to in a fare."""

    TOO_HIGH = "too_high"
    NOT_DONE = "not_done"
    PARTS = "parts"
    OTHER = "other"


class ApprovalNeeded(Refusal):
    """This fare is above what was confirmed, or disputed: the customer or the desk approves it."""

    code = "approval_needed"


class NotTheLatestFare(Refusal):
    """There is a newer fare than the one that was meant."""

    code = "not_the_latest_fare"


class SettledBefore(Refusal):
    """This request was settled, in another way."""

    code = "settled_before"


class NotSettled(Refusal):
    """Something is still owed."""

    code = "not_settled"


@dataclass(frozen=True, slots=True)
class Fare:
    """What the job costs as it was done.

    Up to ``most_minor`` nobody is asked (None: by the usual tenth), unless something is ``unproven``.
    """

    fare_version: int
    currency: str
    lines: tuple[PriceLine, ...]
    total_minor: int
    most_minor: int | None = None
    unproven: tuple[LineKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a request was settled; ``payment_id`` is None when nothing was owed."""

    outcome: Outcome
    amount_minor: int
    currency: str | None
    payment_id: UUID | None


class Faring(OnTheJob):
    """From the work being done to nothing being owed."""

    fare: Fare | None
    fare_is_disputed: bool
    fare_is_approved: bool
    settlement: Settlement | None

    class FareProposed(JobEvent):
        """What the job costs as it was done."""

        TOPIC: ClassVar[str] = "service_request.fare_proposed"
        class_version: ClassVar[int] = 2
        fare_version: int
        currency: str
        lines: tuple[PriceLine, ...]
        total_minor: int
        most_minor: int | None
        unproven: tuple[LineKind, ...]

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            """The usual tenth held for everybody, and nothing had to be proved."""
            state.update(most_minor=None, unproven=[])

    class FareDisputed(Aggregate.Event):
        """The customer objects to the fare."""

        TOPIC: ClassVar[str] = "service_request.fare_disputed"
        fare_version: int
        by: Role
        reason: WhyDisputed

    class FareApproved(Aggregate.Event):
        """The fare stands: within what was confirmed, or by the customer's or the desk's word."""

        TOPIC: ClassVar[str] = "service_request.fare_approved"
        fare_version: int
        total_minor: int
        currency: str
        by: Role

    class Settled(Aggregate.Event):
        """Nothing is owed any more."""

        TOPIC: ClassVar[str] = "service_request.settled"
        outcome: Outcome
        amount_minor: int
        currency: str | None
        payment_id: UUID | None

    def propose_fare(
        self,
        lines: tuple[PriceLine, ...],
        currency: str,
        total_minor: int,
        at: datetime,
        most_minor: int | None = None,
    ) -> None:
        """Say what the job costs; a new one takes the place of one that is not approved. The same is no news.

        Up to ``most_minor`` it needs nobody's word. Raises RequestClosed, OutOfTurn or BadPrice.
        """
        held = self._held("propose_fare", RequestState.WORK_DONE, RequestState.FARE_REVIEW)
        check_price(lines, total_minor)
        version = self.fare.fare_version if self.fare else 0
        proved = any(kind is EvidenceKind.RECEIPT for kind, _ in self.evidence)
        billed = {line.kind for line in lines}
        unproven = () if proved else tuple(kind for kind in TO_BE_PROVED if kind in billed)
        meant = Fare(version, currency, lines, total_minor, most_minor, unproven)
        if self.fare == meant and not self.fare_is_disputed:
            return
        self._tell(
            self.FareProposed,
            held,
            at,
            fare_version=version + 1,
            currency=currency,
            lines=lines,
            total_minor=total_minor,
            most_minor=most_minor,
            unproven=unproven,
        )

    @property
    def fare_needs_approval(self) -> bool:
        """Whether the customer is asked: above what was confirmed, disputed, not proved, or nothing was confirmed."""
        if self.fare is None or self.quote is None or self.confirmed_quote is None or self.fare_is_disputed:
            return True
        if self.fare.unproven:
            return True
        if self.fare.most_minor is not None:
            return self.fare.total_minor > self.fare.most_minor
        return self.fare.total_minor * 100 > self.quote.total_minor * MOST_PERCENT_BY_ITSELF

    def approve_fare(self, fare_version: int, by: Role, at: datetime) -> None:
        """Let the fare stand; twice changes nothing. Our own processes may only where nobody need be asked.

        Raises RequestClosed, OutOfTurn, NotTheLatestFare or ApprovalNeeded.
        """
        if self.fare_is_approved and self.fare is not None and self.fare.fare_version == fare_version:
            return
        self._in_turn("approve_fare", RequestState.FARE_REVIEW)
        fare = self._the_fare(fare_version)
        if by is Role.SYSTEM and self.fare_needs_approval:
            raise ApprovalNeeded
        self.trigger_event(
            self.FareApproved,
            timestamp=at,
            fare_version=fare_version,
            total_minor=fare.total_minor,
            currency=fare.currency,
            by=by,
        )

    def dispute_fare(self, fare_version: int, reason: WhyDisputed, by: Role, at: datetime) -> None:
        """Object to the fare; twice changes nothing. Raises RequestClosed, OutOfTurn or NotTheLatestFare."""
        self._in_turn("dispute_fare", RequestState.FARE_REVIEW)
        self._the_fare(fare_version)
        if not self.fare_is_disputed:
            self.trigger_event(self.FareDisputed, timestamp=at, fare_version=fare_version, by=by, reason=reason)

    def settle(self, settlement: Settlement, at: datetime) -> None:
        """Note how it was settled; the same twice changes nothing.

        A job that is being settled, or a request that has ended some other way, is settled exactly once (I4). Raises
        OutOfTurn or SettledBefore.
        """
        if self.settlement == settlement:
            return
        if self.settlement is not None:
            raise SettledBefore(outcome=self.settlement.outcome.value)
        if self.state not in CLOSED:
            self._in_turn("settle", RequestState.SETTLING)
        self.trigger_event(
            self.Settled,
            timestamp=at,
            outcome=settlement.outcome,
            amount_minor=settlement.amount_minor,
            currency=settlement.currency,
            payment_id=settlement.payment_id,
        )

    def close(self, at: datetime) -> None:
        """The job is done and nothing is owed; twice changes nothing. Raises RequestClosed, OutOfTurn, NotSettled."""
        if self.state is RequestState.COMPLETED:
            return
        held = self._held("close", RequestState.SETTLING)
        if self.settlement is None:
            raise NotSettled
        self._tell(self.Completed, held, at)

    def _the_fare(self, fare_version: int) -> Fare:
        if self.fare is None or self.fare.fare_version != fare_version:
            raise NotTheLatestFare(fare_version=self.fare.fare_version if self.fare else None)
        return self.fare

    @event(FareProposed)
    def _on_fare_proposed(
        self,
        fare_version: int,
        currency: str,
        lines: tuple[PriceLine, ...],
        total_minor: int,
        most_minor: int | None,
        unproven: tuple[LineKind, ...],
    ) -> None:
        self.fare = Fare(fare_version, currency, lines, total_minor, most_minor, unproven)
        self.fare_is_disputed = False
        self.state = RequestState.FARE_REVIEW

    @event(FareDisputed)
    def _on_fare_disputed(self) -> None:
        self.fare_is_disputed = True

    @event(FareApproved)
    def _on_fare_approved(self) -> None:
        self.fare_is_approved = True
        self.state = RequestState.SETTLING

    @event(Settled)
    def _on_settled(self, outcome: Outcome, amount_minor: int, currency: str | None, payment_id: UUID | None) -> None:
        self.settlement = Settlement(outcome, amount_minor, currency, payment_id)
