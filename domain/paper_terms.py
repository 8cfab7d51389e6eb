"""In which words do we speak of a document: its kinds, whose it can be, how it stands, what is wrong with it?"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.refusal import BadInput

SHA256: Final = re.compile(r"[0-9a-f]{64}")


class DocumentKind(StrEnum):
    """What a document is: a code, the document itself is kept by whoever checks it."""

    LICENCE = "licence"
    INSURANCE = "insurance"
    PERMIT = "permit"
    PAN = "pan"
    GSTIN = "gstin"
    BANK = "bank"
    RC = "rc"
    """A truck's registration."""
    PUC = "puc"
    """That a truck's exhaust is clean enough."""


REQUIRED = (DocumentKind.BANK, DocumentKind.INSURANCE, DocumentKind.PAN)
"""What a company shows before it is taken: where its money goes, who pays for damage, who it is for the tax office.
A small company has no GSTIN; licences and permits are crew members' and trucks'."""

RUNS_OUT = frozenset(
    {DocumentKind.LICENCE, DocumentKind.INSURANCE, DocumentKind.PERMIT, DocumentKind.RC, DocumentKind.PUC}
)
"""Kinds without which nobody drives, and which end one day (S1)."""

OF_CREW = frozenset({DocumentKind.LICENCE})
"""Kinds that a crew member can have."""

OF_TRUCKS = frozenset({DocumentKind.INSURANCE, DocumentKind.PERMIT, DocumentKind.RC, DocumentKind.PUC})
"""Kinds that a truck can have."""

OF_TRUCKS_ALONE = frozenset({DocumentKind.RC, DocumentKind.PUC})
"""Kinds that a company as a whole cannot have."""

WARNED_BEFORE = (timedelta(days=30), timedelta(days=7), timedelta(days=1))
"""How long before a document's end its company is told: to renew it, to hurry, and that tomorrow nobody drives."""


class DocumentState(StrEnum):
    """What is known of a document."""

    UPLOADED = "uploaded"
    VERIFIED = "verified"
    REJECTED = "rejected"
    ASKED_AGAIN = "asked_again"
    """Holds for now, but somebody wants to see a better one."""
    EXPIRED = "expired"


class DocumentFlaw(StrEnum):
    """Why a document does not do."""

    UNREADABLE = "unreadable"
    WRONG_KIND = "wrong_kind"
    WRONG_HOLDER = "wrong_holder"
    EXPIRED = "expired"
    FORGED = "forged"
    OTHER = "other"


class BadDocument(BadInput):
    """A document is a SHA-256 in lower-case hexadecimal, of one holder who can have that kind, valid for some time."""

    code = "bad_document"


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as it is handed in: what it is, whose (a crew member's, a truck's, or the company's), until when.

    ``file_id`` is the file that was uploaded, ``number_id`` the record of the personal store that holds its number.
    """

    kind: DocumentKind
    sha256: str
    valid_until: datetime | None = None
    crew_id: UUID | None = None
    truck_id: UUID | None = None
    valid_from: datetime | None = None
    file_id: UUID | None = None
    number_id: UUID | None = None

    def checked(self, at: datetime) -> "Paper":
        """The same, when it makes sense at that instant; raises BadDocument."""
        whose = OF_CREW if self.crew_id else OF_TRUCKS if self.truck_id else set(DocumentKind) - OF_TRUCKS_ALONE
        if not SHA256.fullmatch(self.sha256) or (self.crew_id and self.truck_id) or self.kind not in whose:
            raise BadDocument
        if self.kind in RUNS_OUT and self.valid_until is None:
            raise BadDocument(f"a document of the kind {self.kind.value} ends one day: say when")
        if self.valid_until is not None and self.valid_until <= at:
            raise BadDocument("it has run out")
        if self.valid_from is not None and self.valid_until is not None and self.valid_from >= self.valid_until:
            raise BadDocument("it ends before it begins")
        return self

    def replaces(self, other: "Paper") -> bool:
        """Whether it is the same kind of the same holder."""
        return (self.kind, self.crew_id, self.truck_id) == (other.kind, other.crew_id, other.truck_id)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it stands.

    ``must_be_verified`` when it takes the place of one that did not hold: nobody drives on a promise twice.
    ``warned`` is how short before its end its company was told last.
    """

    paper: Paper
    state: DocumentState
    must_be_verified: bool = False
    warned: timedelta | None = None

    def has_run_out(self, at: datetime) -> bool:
        """Whether its time is up, noted or not."""
        until = self.paper.valid_until
        return self.state is DocumentState.EXPIRED or (until is not None and until <= at)

    def holds(self, at: datetime) -> bool:
        """Whether it does: neither rejected nor run out, and checked where it has to be."""
        if self.must_be_verified and self.state is not DocumentState.VERIFIED:
            return False
        return self.state is not DocumentState.REJECTED and not self.has_run_out(at)

    def warning_due(self, at: datetime) -> timedelta | None:
        """The shortest of ``WARNED_BEFORE`` that has come, when its company was not told of it yet."""
        until = self.paper.valid_until
        if until is None or self.state in {DocumentState.REJECTED, DocumentState.EXPIRED} or until <= at:
            return None
        due = min((before for before in WARNED_BEFORE if until - at <= before), default=None)
        return None if due is None or (self.warned is not None and self.warned <= due) else due

    def is_verified(self, at: datetime) -> bool:
        """Whether somebody checked it, and it still holds."""
        return self.state is DocumentState.VERIFIED and not self.has_run_out(at)
