"""In which words do we speak of a provider: its states, its documents, the reasons given, why it says no?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.paper_terms import (
    OF_CREW,
    OF_TRUCKS,
    REQUIRED,
    RUNS_OUT,
    WARNED_BEFORE,
    BadDocument,
    Document,
    DocumentFlaw,
    DocumentKind,
    DocumentState,
    Paper,
)
from domain.refusal import BadInput, Refusal

MOST_CREW = 2_000
"""Members of one company: the largest fleets run a few hundred trucks in three shifts."""

MOST_TRUCKS = 1_000
"""Trucks of one company, for the same reason."""


class ProviderState(StrEnum):
    """How far a provider is from working, or whether it may."""

    APPLIED = "applied"
    DOCS_PENDING = "docs_pending"
    UNDER_REVIEW = "under_review"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    OFFBOARDED = "offboarded"
    REJECTED = "rejected"


CANDIDATE = frozenset({ProviderState.APPLIED, ProviderState.DOCS_PENDING, ProviderState.UNDER_REVIEW})
"""States before somebody decided."""

CLOSED = frozenset({ProviderState.OFFBOARDED, ProviderState.REJECTED})
"""States that nothing leaves."""


class SuspendReason(StrEnum):
    """Why a provider may not work for now."""

    DOCUMENTS_EXPIRED = "documents_expired"
    COMPLAINTS = "complaints"
    FRAUD = "fraud"
    OWN_WISH = "own_wish"
    OTHER = "other"


class RejectReason(StrEnum):
    """Why a company that applied is not taken."""

    DOCUMENTS = "documents"
    BACKGROUND = "background"
    NOT_NEEDED_THERE = "not_needed_there"
    DUPLICATE = "duplicate"
    OTHER = "other"


class Engagement(StrEnum):
    """How a provider works for us: its crews are told what to do, or it is asked and may refuse."""

    CONTRACTOR = "contractor"
    GUIDED = "guided"


class AnswersBy(StrEnum):
    """Through what a provider that is asked answers: each crew's own phone, or somebody at the company's desk."""

    APP = "app"
    DESK = "desk"


class ProviderNotActive(Refusal):
    """This provider may not work now: it starts no shift and gets no job."""

    code = "provider_not_active"


class ProviderClosed(Refusal):
    """This provider was not taken, or has left."""

    code = "provider_closed"


class AlreadyApplied(Refusal):
    """This company is known already."""

    code = "already_applied"


class UnknownCrew(Refusal):
    """This provider has no such crew member."""

    code = "unknown_crew"


class AlreadyLinked(Refusal):
    """This crew member has another account, or this account is another crew member's."""

    code = "already_linked"


class NoDutyThere(Refusal):
    """Nobody of this company has that account: its owner gives it a duty there first."""

    code = "no_duty_there"


class UnknownTruck(Refusal):
    """This provider has no such truck."""

    code = "unknown_truck"


class UnknownDocument(Refusal):
    """This provider has no such document, or a newer one in its place."""

    code = "unknown_document"


class AlreadyOnDuty(Refusal):
    """This crew member or this truck is on a shift already."""

    code = "already_on_duty"


class StillOnDuty(Refusal):
    """Somebody of this provider is on a shift."""

    code = "still_on_duty"


class FleetFull(Refusal):
    """This provider has as many crew members or trucks as one may have."""

    code = "fleet_full"


class DocumentsMissing(Refusal):
    """Documents that every company shows are missing, or not verified yet."""

    code = "documents_missing"


class DocumentNotValid(Refusal):
    """A licence, insurance or permit has run out or was rejected: nobody drives without it."""

    code = "document_not_valid"


class NoCapability(BadInput):
    """A crew member or truck without any capability is of no use, a truck that takes no vehicle neither."""

    code = "no_capability"


class BadEngagement(BadInput):
    """An engagement takes effect now or later: what was agreed before cannot be changed afterwards."""

    code = "bad_engagement"


class BadSuspension(BadInput):
    """A suspension ends after it begins."""

    code = "bad_suspension"


@dataclass(frozen=True, slots=True)
class Engaged:
    """How a provider works for us from an instant on (None: from the first day), and how it did ``before``."""

    engagement: Engagement = Engagement.CONTRACTOR
    answers_by: AnswersBy = AnswersBy.APP
    effective_at: datetime | None = None
    before: Engagement = Engagement.CONTRACTOR

    def on(self, at: datetime) -> Engagement:
        """How it works at an instant."""
        return self.engagement if self.effective_at is None or at >= self.effective_at else self.before

    def is_guided(self, at: datetime) -> bool:
        """Whether its crews are told at that instant, not asked."""
        return self.on(at) is Engagement.GUIDED


@dataclass(frozen=True, slots=True)
class Duty:
    """Who drives what on a shift that runs."""

    crew_id: UUID
    truck_id: UUID


__all__ = [
    "OF_CREW",
    "OF_TRUCKS",
    "REQUIRED",
    "RUNS_OUT",
    "WARNED_BEFORE",
    "BadDocument",
    "Document",
    "DocumentFlaw",
    "DocumentKind",
    "DocumentState",
    "Paper",
]
