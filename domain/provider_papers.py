"""Which documents has a provider shown, and do they still hold?"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, event
from domain.provider_standing import ProviderStanding
from domain.provider_terms import (
    CLOSED,
    RUNS_OUT,
    BadDocument,
    Document,
    DocumentFlaw,
    DocumentKind,
    DocumentNotValid,
    DocumentState,
    Paper,
    ProviderState,
    UnknownCrew,
    UnknownDocument,
    UnknownTruck,
)
from domain.refusal import OutOfTurn

ENDS = frozenset({DocumentState.UPLOADED, DocumentState.VERIFIED, DocumentState.ASKED_AGAIN})
"""States in which a document may still run out."""


class PaperEvent(Aggregate.Event):
    """Base of what becomes of a document."""

    document_id: UUID
    kind: DocumentKind
    sha256: str


class ProviderPapers(ProviderStanding):
    """Documents of the company, of crew members and of trucks, by hash; the newest of a kind and holder counts."""

    class DocumentUploaded(PaperEvent):
        """A document was shown; it takes the place of the one of that kind and holder. No holder is the company.

        ``file_id`` is the uploaded file, ``number_id`` the personal record with its number, where there are some;
        ``must_be_verified`` tells that what it replaces did not hold. Version 1 knew none of them.
        """

        TOPIC: ClassVar[str] = "provider.document_uploaded"
        class_version: ClassVar[int] = 2
        valid_until: datetime | None
        crew_id: UUID | None
        truck_id: UUID | None
        valid_from: datetime | None
        file_id: UUID | None
        number_id: UUID | None
        must_be_verified: bool

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            """Nobody kept a file or a number, and whatever was shown held until somebody said otherwise."""
            state.update(valid_from=None, file_id=None, number_id=None, must_be_verified=False)

    class DocumentVerified(PaperEvent):
        """Somebody checked it, and it does."""

        TOPIC: ClassVar[str] = "provider.document_verified"
        valid_until: datetime | None

    class DocumentRejected(PaperEvent):
        """Somebody checked it, and it does not."""

        TOPIC: ClassVar[str] = "provider.document_rejected"
        reason: DocumentFlaw

    class DocumentAskedAgain(PaperEvent):
        """It may do for now, but a better one is wanted."""

        TOPIC: ClassVar[str] = "provider.document_asked_again"
        reason: DocumentFlaw

    class DocumentEndsSoon(PaperEvent):
        """Its company is told that it ends within so many days."""

        TOPIC: ClassVar[str] = "provider.document_ends_soon"
        valid_until: datetime
        days: int

    class DocumentExpired(PaperEvent):
        """It has run out."""

        TOPIC: ClassVar[str] = "provider.document_expired"
        valid_until: datetime

    def upload_document(self, document_id: UUID, paper: Paper, at: datetime) -> UUID:
        """Show a document; the same paper again changes nothing. Gives the document's id.

        Raises ProviderClosed, BadDocument, UnknownCrew or UnknownTruck.
        """
        self._not_closed()
        for known_id, known in self.documents.items():
            if known.paper == paper:
                return known_id
        if document_id in self.documents:
            raise BadDocument("this id names another document")
        paper.checked(at)
        if paper.crew_id is not None and paper.crew_id not in self.crew:
            raise UnknownCrew(crew_id=str(paper.crew_id))
        if paper.truck_id is not None and paper.truck_id not in self.trucks:
            raise UnknownTruck(truck_id=str(paper.truck_id))
        self.trigger_event(
            self.DocumentUploaded,
            timestamp=at,
            document_id=document_id,
            kind=paper.kind,
            sha256=paper.sha256,
            valid_until=paper.valid_until,
            crew_id=paper.crew_id,
            truck_id=paper.truck_id,
            valid_from=paper.valid_from,
            file_id=paper.file_id,
            number_id=paper.number_id,
            must_be_verified=any(
                paper.replaces(known.paper) and not known.holds(at) for known in self.documents.values()
            ),
        )
        return document_id

    def verify_document(self, document_id: UUID, at: datetime) -> None:
        """Note that it was checked and does; twice changes nothing.

        Raises ProviderClosed, UnknownDocument, DocumentNotValid when it has run out, or OutOfTurn once it was rejected.
        """
        document = self._document(document_id)
        if document.state is DocumentState.VERIFIED:
            return
        self._not_closed()
        if document.has_run_out(at):
            raise DocumentNotValid(kind=document.paper.kind.value)
        if document.state is DocumentState.REJECTED:
            raise OutOfTurn("the document was rejected", state=document.state.value, act="verify_document")
        self._tell(self.DocumentVerified, document_id, at, valid_until=document.paper.valid_until)

    def reject_document(self, document_id: UUID, reason: DocumentFlaw, at: datetime) -> None:
        """Note that it does not do; twice changes nothing. A review waits for a better one.

        Raises ProviderClosed, UnknownDocument, or OutOfTurn once it has run out.
        """
        document = self._document(document_id)
        if document.state is DocumentState.REJECTED:
            return
        self._not_closed()
        if document.state is DocumentState.EXPIRED:
            raise OutOfTurn("the document has run out", state=document.state.value, act="reject_document")
        self._tell(self.DocumentRejected, document_id, at, reason=reason)

    def ask_document_again(self, document_id: UUID, reason: DocumentFlaw, at: datetime) -> None:
        """Ask for a better one; twice changes nothing. A review waits for it, whoever drives goes on.

        Raises ProviderClosed, UnknownDocument, or OutOfTurn once it was rejected or has run out.
        """
        document = self._document(document_id)
        if document.state is DocumentState.ASKED_AGAIN:
            return
        self._not_closed()
        if document.state in {DocumentState.REJECTED, DocumentState.EXPIRED}:
            raise OutOfTurn("a new one is needed anyway", state=document.state.value, act="ask_document_again")
        self._tell(self.DocumentAskedAgain, document_id, at, reason=reason)

    def look_after_papers(self, at: datetime) -> None:
        """Note what has run out, and tell the company what ends soon: once for each of ``WARNED_BEFORE``.

        Of whoever left or was not taken nothing is noted.
        """
        if self.state in CLOSED:
            return
        for document_id, document in tuple(self.documents.items()):
            due, until = document.warning_due(at), document.paper.valid_until
            if document.state in ENDS and document.has_run_out(at):
                self.expire_document(document_id, at)
            elif due is not None and until is not None:
                self._tell(self.DocumentEndsSoon, document_id, at, valid_until=until, days=due.days)

    def expire_document(self, document_id: UUID, at: datetime) -> None:
        """Note that it has run out; twice changes nothing. Raises UnknownDocument, or OutOfTurn before its time."""
        document = self._document(document_id)
        if document.state is DocumentState.EXPIRED:
            return
        if document.state is DocumentState.REJECTED or not document.has_run_out(at):
            raise OutOfTurn("the document has not run out", state=document.state.value, act="expire_document")
        self._tell(self.DocumentExpired, document_id, at, valid_until=document.paper.valid_until)

    def check_papers(self, crew_id: UUID, truck_id: UUID, at: datetime) -> None:
        """Refuse a shift when a licence, insurance or permit on record does not hold (S1); raises DocumentNotValid.

        What was never shown is vouched for by whoever registered the company.
        """
        for document in self.documents.values():
            paper = document.paper
            concerned = paper.crew_id in {None, crew_id} and paper.truck_id in {None, truck_id}
            if concerned and paper.kind in RUNS_OUT and not document.holds(at):
                raise DocumentNotValid(
                    f"the {paper.kind.value} does not hold",
                    kind=paper.kind.value,
                    crew_id=str(paper.crew_id) if paper.crew_id else None,
                    truck_id=str(paper.truck_id) if paper.truck_id else None,
                )

    def _document(self, document_id: UUID) -> Document:
        found = self.documents.get(document_id)
        if found is None:
            raise UnknownDocument(document_id=str(document_id))
        return found

    def _tell(self, fact: type[PaperEvent], document_id: UUID, at: datetime, **more: object) -> None:
        paper = self.documents[document_id].paper
        self.trigger_event(fact, timestamp=at, document_id=document_id, kind=paper.kind, sha256=paper.sha256, **more)

    def _note(self, document_id: UUID, state: DocumentState) -> None:
        self.documents[document_id] = replace(self.documents[document_id], state=state)

    @event(DocumentUploaded)
    def _on_document_uploaded(  # noqa: PLR0913, PLR0917  (the fields of the fact)
        self,
        document_id: UUID,
        kind: DocumentKind,
        sha256: str,
        valid_until: datetime | None,
        crew_id: UUID | None,
        truck_id: UUID | None,
        valid_from: datetime | None,
        file_id: UUID | None,
        number_id: UUID | None,
        must_be_verified: bool,  # noqa: FBT001  (a field of the fact)
    ) -> None:
        paper = Paper(kind, sha256, valid_until, crew_id, truck_id, valid_from, file_id, number_id)
        kept = {known_id: known for known_id, known in self.documents.items() if not paper.replaces(known.paper)}
        self.documents = {**kept, document_id: Document(paper, DocumentState.UPLOADED, must_be_verified)}
        if self.state is ProviderState.APPLIED:
            self.state = ProviderState.DOCS_PENDING

    @event(DocumentVerified)
    def _on_document_verified(self, document_id: UUID) -> None:
        self._note(document_id, DocumentState.VERIFIED)

    @event(DocumentRejected)
    def _on_document_rejected(self, document_id: UUID) -> None:
        self._note(document_id, DocumentState.REJECTED)
        if self.state is ProviderState.UNDER_REVIEW:
            self.state = ProviderState.DOCS_PENDING

    @event(DocumentAskedAgain)
    def _on_document_asked_again(self, document_id: UUID) -> None:
        self._note(document_id, DocumentState.ASKED_AGAIN)
        if self.state is ProviderState.UNDER_REVIEW:
            self.state = ProviderState.DOCS_PENDING

    @event(DocumentEndsSoon)
    def _on_document_ends_soon(self, document_id: UUID, days: int) -> None:
        self.documents[document_id] = replace(self.documents[document_id], warned=timedelta(days=days))

    @event(DocumentExpired)
    def _on_document_expired(self, document_id: UUID) -> None:
        self._note(document_id, DocumentState.EXPIRED)
