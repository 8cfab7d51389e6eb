"""In which words do we speak of a payment that somebody wants back by their bank: how far, why, answered how?"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from domain.refusal import Refusal

FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""That it is open was said when it began: whatever else is told is newer."""

REMINDS_BEFORE_H: Final = (72, 24, 6, 1)
"""Hours before the bank's deadline at which whoever answers disputes is reminded, as long as nobody has."""

DECIDES_BEFORE: Final = timedelta(hours=48)
"""When nobody has answered by then, a strong pack goes to the bank by itself, and a weak one to a person, who then has
two working days."""


class DisputePhase(StrEnum):
    """How hard the bank asks; the first two move no money."""

    FRAUD = "fraud"
    RETRIEVAL = "retrieval"
    CHARGEBACK = "chargeback"
    PRE_ARBITRATION = "pre_arbitration"
    ARBITRATION = "arbitration"
    OTHER = "other"


class DisputeState(StrEnum):
    """How far a dispute is; ``action_required`` is open again since our evidence did not do."""

    OPEN = "open"
    ACTION_REQUIRED = "action_required"
    UNDER_REVIEW = "under_review"
    CLOSED = "closed"
    WON = "won"
    LOST = "lost"


class Answered(StrEnum):
    """What we said to it, or are about to say."""

    NOTHING = "nothing"
    CONTEST_ASKED = "contest_asked"
    CONTESTED = "contested"
    ACCEPTANCE_ASKED = "acceptance_asked"
    ACCEPTED = "accepted"


class Shows(StrEnum):
    """What a pack of evidence shows of the job."""

    AGREED = "agreed"
    """the customer agreed to the price"""
    SET_OUT = "set_out"
    ARRIVED = "arrived"
    """within ``NEAR_M`` of where help was wanted"""
    CODE_GIVEN = "code_given"
    """work began by the code that only the customer has"""
    PICTURED = "pictured"
    COMPLETED = "completed"
    FARE_APPROVED = "fare_approved"
    """by the customer, not by itself"""
    RATED = "rated"
    BILLED = "billed"
    PROVED = "proved"
    """the events are in the sealed log"""


RANK: Final = {state: rank for rank, state in enumerate(DisputeState)}
QUESTIONS: Final = frozenset({DisputePhase.FRAUD, DisputePhase.RETRIEVAL})
"""A bank that only asks takes no money, and is content when the customer gets it back from us."""
ENDED: Final = frozenset({DisputeState.CLOSED, DisputeState.WON, DisputeState.LOST})
WANTS_ANSWER: Final = frozenset({DisputeState.OPEN, DisputeState.ACTION_REQUIRED})
ASKED: Final = frozenset({Answered.CONTEST_ASKED, Answered.ACCEPTANCE_ASKED})


class DisputeNotOpen(Refusal):
    """The bank waits for no answer of ours: it was given, or the dispute has ended."""

    code = "dispute_not_open"


class NoEvidenceYet(Refusal):
    """There is no pack of evidence yet: it is drafted within a minute of the dispute."""

    code = "no_evidence_yet"


class NothingLost(Refusal):
    """The bank took nothing by this dispute that anybody could bear."""

    code = "nothing_lost"


class MoreThanLost(Refusal):
    """So much was not lost by this dispute."""

    code = "more_than_lost"


class AlreadyPassedOn(Refusal):
    """The provider bears another part of this loss already."""

    code = "already_passed_on"


class NobodyAtFault(Refusal):
    """Nobody but us earned by this payment: a membership, a top-up, a tip that went back, a job without a provider."""

    code = "nobody_at_fault"


class AnotherDispute(Refusal):
    """What is told is not of this dispute: another operation, or another payment."""

    code = "another_dispute"


@dataclass(frozen=True, slots=True)
class Told:
    """What the gateway says of a dispute, and when it said so: the newest word counts, an end before all others."""

    status: DisputeState
    told_at: datetime
    deducted_minor: int
    respond_by: datetime

    @property
    def key(self) -> tuple[bool, datetime, int]:
        """By which of two words is the later one."""
        said_at = FIRST if self.status is DisputeState.OPEN else self.told_at
        return self.status in ENDED, said_at, RANK[self.status]


@dataclass(frozen=True, slots=True)
class PaidBy:
    """By what the payment came: an order at the gateway, or a charge of a membership. One of them is told."""

    order_id: UUID | None = None
    subscription_id: UUID | None = None

    @property
    def stream_id(self) -> UUID:
        """The stream that has the payment."""
        found = self.order_id or self.subscription_id
        if found is None:
            raise ValueError("a payment is of an order or of a membership")
        return found


@dataclass(frozen=True, slots=True)
class Claim:
    """What a bank asks back, in the gateway's words: which payment, how much of it, why, and until when we answer."""

    gateway_payment: str
    gateway_dispute: str
    amount_minor: int
    currency: str
    phase: DisputePhase
    reason_code: str
    respond_by: datetime


@dataclass(frozen=True, slots=True)
class Borne:
    """What of a loss a provider bears, under which name."""

    recovery_id: UUID
    provider_id: UUID
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Draft:
    """Which pack of evidence there is: what it shows, of the log up to ``known_at``, sealed as far as a segment.

    ``sha256`` is the digest of the events that it was made of.
    """

    known_at: int
    sealed_segment: int | None
    shows: tuple[Shows, ...]
    is_strong: bool
    sha256: str

    @property
    def says(self) -> tuple[str, tuple[Shows, ...], bool]:
        """What makes another pack of it; by which seal it is proved does not."""
        return self.sha256, self.shows, self.is_strong


def dispute_id(paid_by: UUID, gateway_dispute: str) -> UUID:
    """The stream of a dispute: a fact of the order, or the membership, and of what the gateway calls it."""
    return uuid5(paid_by, f"dispute/{gateway_dispute}")


def phase_of(text: str) -> DisputePhase:
    """The phase; the gateway may know more of them than we do."""
    return DisputePhase(text) if text in set(DisputePhase) else DisputePhase.OTHER
