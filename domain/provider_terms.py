"""In which words do we speak of a provider: its states, its documents, the reasons given, why it says no?"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.refusal import BadInput, Refusal

MOST_CREW = 2_000
"""Members of one company: the largest fleets run a few hundred trucks in three shifts."""

MOST_TRUCKS = 1_000
"""Trucks of one company, for the same reason."""

SHA256: Final = re.compile(r"[0-9a-f]{64}")


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


class DocumentKind(StrEnum):
    """What a document is: a code, the document itself is kept by whoever checks it."""

    LICENCE = "licence"
    INSURANCE = "insurance"
    PERMIT = "permit"
    PAN = "pan"
    GSTIN = "gstin"
    BANK = "bank"


REQUIRED = (DocumentKind.BANK, DocumentKind.INSURANCE, DocumentKind.PAN)
"""What a company shows before it is taken: where its money goes, who pays for damage, who it is for the tax office.
A small company has no GSTIN; licences and permits are crew members' and trucks'."""

RUNS_OUT = frozenset({DocumentKind.LICENCE, DocumentKind.INSURANCE, DocumentKind.PERMIT})
"""Kinds without which nobody drives, and which end one day (S1)."""

OF_CREW = frozenset({DocumentKind.LICENCE})
"""Kinds that a crew member can have."""

OF_TRUCKS = frozenset({DocumentKind.INSURANCE, DocumentKind.PERMIT})
"""Kinds that a truck can have."""


class DocumentState(StrEnum):
    """What is known of a document."""

    UPLOADED = "uploaded"
    VERIFIED = "verified"
    REJECTED = "rejected"
    EXPIRED = "expired"


class DocumentFlaw(StrEnum):
    """Why a document does not do."""

    UNREADABLE = "unreadable"
    WRONG_KIND = "wrong_kind"
    WRONG_HOLDER = "wrong_holder"
    EXPIRED = "expired"
    FORGED = "forged"
    OTHER = "other"


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


class BadDocument(BadInput):
    """A document is a SHA-256 in lower-case hexadecimal, of one holder who can have that kind, valid for some time."""

    code = "bad_document"


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


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as it is handed in: what it is, whose (a crew member's, a truck's, or the company's), until when."""

    kind: DocumentKind
    sha256: str
    valid_until: datetime | None = None
    crew_id: UUID | None = None
    truck_id: UUID | None = None

    def checked(self, at: datetime) -> "Paper":
        """The same, when it makes sense at that instant; raises BadDocument."""
        whose = OF_CREW if self.crew_id else OF_TRUCKS if self.truck_id else frozenset(DocumentKind)
        if not SHA256.fullmatch(self.sha256) or (self.crew_id and self.truck_id) or self.kind not in whose:
            raise BadDocument
        if self.kind in RUNS_OUT and self.valid_until is None:
            raise BadDocument(f"a document of the kind {self.kind.value} ends one day: say when")
        if self.valid_until is not None and self.valid_until <= at:
            raise BadDocument("it has run out")
        return self

    def replaces(self, other: "Paper") -> bool:
        """Whether it is the same kind of the same holder."""
        return (self.kind, self.crew_id, self.truck_id) == (other.kind, other.crew_id, other.truck_id)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it stands."""

    paper: Paper
    state: DocumentState

    def has_run_out(self, at: datetime) -> bool:
        """Whether its time is up, noted or not."""
        until = self.paper.valid_until
        return self.state is DocumentState.EXPIRED or (until is not None and until <= at)

    def holds(self, at: datetime) -> bool:
        """Whether it does: neither rejected nor run out."""
        return self.state is not DocumentState.REJECTED and not self.has_run_out(at)

    def is_verified(self, at: datetime) -> bool:
        """Whether somebody checked it, and it still holds."""
        return self.state is DocumentState.VERIFIED and not self.has_run_out(at)
