"""What do uploaded files, documents and the queue of reviews look like on the wire?"""

from typing import Annotated

from pydantic import Field

from domain.provider_terms import DocumentFlaw, DocumentKind, ProviderState
from interfaces.http.shapes.providers import Sha256
from interfaces.http.shapes.values import CrewId, DocumentId, Instant, ProviderId, Shown, TruckId, Version

FileId = Annotated[
    str,
    Field(pattern="^fil_[0-9a-f]{32}$", description="Id of a file.", examples=["fil_01a2b3c4d5e670008000000000000001"]),
]
PaperState = Annotated[
    str,
    Field(pattern="^(uploaded|verified|rejected|asked_again|expired|superseded)$", examples=["verified"]),
]


class FileKept(Shown):
    """A file as it is kept: a picture drawn anew, the pages of a PDF; name it in a document within a day."""

    file_id: FileId
    media_type: Annotated[str, Field(description="What its bytes say.", examples=["image/jpeg"])]
    size_bytes: int
    sha256: Sha256


class FileShown(FileKept):
    """A file, and where it can be taken from for some minutes."""

    url: Annotated[str, Field(description="At this API; needs no token, and is over at `url_until`.")]
    url_until: Instant


class PaperListed(Shown):
    """A document as it stands, or stood until another took its place."""

    document_id: DocumentId
    kind: DocumentKind
    state: PaperState
    since: Annotated[Instant, Field(description="Since when it is in this state.")]
    reason: Annotated[DocumentFlaw | None, Field(description="What is wrong with it.")]
    sha256: Sha256
    valid_from: Instant | None
    valid_until: Instant | None
    crew_id: CrewId | None
    truck_id: TruckId | None
    has_file: bool
    has_number: bool


class PaperList(Shown):
    """All documents of a company: those that count, then those whose place was taken, newest first."""

    id: ProviderId
    version: Version
    state: ProviderState
    data: list[PaperListed]


class PaperShown(PaperListed):
    """A document with what stands on it."""

    version: Version
    number: Annotated[str | None, Field(description="Null where none was told, or it was erased.")]
    branch_code: Annotated[str | None, Field(description="Of a bank account: IFSC.")]
    file: Annotated[FileShown | None, Field(description="Null where none was uploaded, or it was erased.")]


class ReviewListed(Shown):
    """A company that waits for somebody to look at its documents, or to decide about it."""

    id: ProviderId
    version: Version
    state: ProviderState
    waiting_since: Instant
    waits_for: Annotated[str, Field(pattern="^(documents|decision)$", examples=["documents"])]
    documents_waiting: int
    missing: Annotated[list[DocumentKind], Field(description="What every company shows and this one has not.")]
    documents: list[PaperListed]


class ReviewPage(Shown):
    """One page of the queue, longest waiting first."""

    data: list[ReviewListed]
    next_cursor: str | None
