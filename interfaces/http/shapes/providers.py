"""What do providers, crew, trucks and shifts look like on the wire?"""

from typing import Annotated

from pydantic import Field

from domain.catalogue import Capability, VehicleClass
from domain.provider_terms import (
    AnswersBy,
    DocumentFlaw,
    DocumentKind,
    DocumentState,
    Engagement,
    ProviderState,
    RejectReason,
    SuspendReason,
)
from interfaces.http.shapes.values import (
    Body,
    Can,
    CrewId,
    DocumentId,
    Instant,
    InstantTold,
    Name,
    Phone,
    Position,
    ProviderId,
    ShiftId,
    Shown,
    TruckId,
    UserId,
    Version,
)

# There are ten capabilities; a longer list repeats itself.
Capabilities = Annotated[list[Capability], Field(min_length=1, max_length=20, examples=[["tow", "flat_tyre"]])]


Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="Of the document's bytes.", examples=["0" * 64])]


class ProviderBody(Body):
    """A company that joins; its name and phone go to the erasable store."""

    name: Annotated[Name, Field(examples=["Lakeside Recovery"])]
    phone: Phone


class CrewMemberBody(Body):
    """Somebody joins the crew, or has learnt something when the id is known."""

    skills: Capabilities
    crew_id: CrewId | None = None


class TruckBody(Body):
    """A truck joins the fleet, or was refitted when the id is known."""

    equipment: Capabilities
    truck_id: TruckId | None = None
    vehicle_classes: Annotated[
        list[VehicleClass] | None,
        Field(min_length=1, max_length=20, description="What it is made for; all, unless told.", examples=[["car"]]),
    ] = None


class ProviderSuspensionBody(Body):
    """Why a provider may not work for now."""

    reason: Annotated[SuspendReason, Field(examples=["documents_expired"])]
    until: Annotated[
        InstantTold | None, Field(description="When it is over by itself; null: until somebody reinstates it.")
    ] = None


class EngagementBody(Body):
    """How a provider works for us, and from when on."""

    engagement: Annotated[Engagement, Field(description="Whether it is asked or its crews are told.")]
    answers_by: Annotated[AnswersBy, Field(description="Who answers when it is asked: a desk has longer.")] = (
        AnswersBy.APP
    )
    effective_at: Annotated[InstantTold | None, Field(description="Null: from now on.")] = None


class ProviderDone(Shown):
    """Where a provider stands after a command."""

    id: ProviderId
    version: Version
    position: Position
    state: ProviderState
    crew: int
    trucks: int
    on_duty: int


class CrewMemberDone(ProviderDone):
    """The same, with the crew member's id."""

    crew_id: CrewId


class TruckDone(ProviderDone):
    """The same, with the truck's id."""

    truck_id: TruckId


class CrewMemberShown(Shown):
    """Somebody of the crew."""

    crew_id: CrewId
    skills: list[Capability]
    account_id: Annotated[UserId | None, Field(description="Whose person this crew member is; null without a link.")]


class TruckShown(Shown):
    """A truck of the fleet."""

    truck_id: TruckId
    equipment: list[Capability]
    vehicle_classes: list[VehicleClass]


class DocumentShown(Shown):
    """A document as it stands; without a crew member or a truck it is the company's."""

    document_id: DocumentId
    kind: DocumentKind
    state: DocumentState
    sha256: Sha256
    valid_until: Instant | None
    crew_id: CrewId | None
    truck_id: TruckId | None


class ProviderShown(Shown):
    """A provider with its crew and fleet."""

    id: ProviderId
    version: Version
    state: ProviderState
    name: Annotated[str | None, Field(description="Null once erased.")]
    phone: str | None
    crew: list[CrewMemberShown]
    trucks: list[TruckShown]
    documents: list[DocumentShown]
    missing: Annotated[
        list[DocumentKind], Field(description="What every company shows and this one has not, verified.")
    ]
    suspended_for: SuspendReason | None
    suspended_until: Instant | None
    engagement: Annotated[Engagement, Field(description="As agreed from `engagement_from` on.")]
    answers_by: AnswersBy
    engagement_from: Annotated[Instant | None, Field(description="Null: from the first day.")]
    on_duty: list[ShiftId]
    can: Can


class DocumentBody(Body):
    """A document that is shown: its file or its hash, until when it is valid, and whose, when not the company's."""

    kind: Annotated[DocumentKind, Field(examples=["insurance"])]
    sha256: Annotated[Sha256 | None, Field(description="Of the document's bytes, where they are kept elsewhere.")] = (
        None
    )
    file_id: Annotated[
        str | None,
        Field(
            pattern="^fil_[0-9a-f]{32}$",
            description="The uploaded file; then its hash need not be told.",
            examples=["fil_01a2b3c4d5e670008000000000000001"],
        ),
    ] = None
    number: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Za-z0-9 /.-]{5,40}$",
            description="As it stands on the document; it goes to the erasable store.",
            examples=["OG-26-1234-1801-00001234"],
        ),
    ] = None
    branch_code: Annotated[
        str | None,
        Field(pattern=r"^[A-Z]{4}0[A-Z0-9]{6}$", description="Of a bank account: IFSC.", examples=["HDFC0000123"]),
    ] = None
    valid_from: Annotated[InstantTold | None, Field(examples=["2026-04-01T00:00:00Z"])] = None
    valid_until: Annotated[InstantTold | None, Field(examples=["2028-03-31T00:00:00Z"])] = None
    crew_id: CrewId | None = None
    truck_id: TruckId | None = None


class DocumentRejectionBody(Body):
    """What is wrong with a document."""

    reason: Annotated[DocumentFlaw, Field(examples=["unreadable"])]


class ProviderRejectionBody(Body):
    """Why a company is not taken."""

    reason: Annotated[RejectReason, Field(examples=["documents"])]


class DocumentDone(ProviderDone):
    """The same, with the document's id."""

    document_id: DocumentId


class ProviderListed(Shown):
    """A provider in the directory: no names, how it stands and what it has done."""

    id: ProviderId
    version: Version
    state: ProviderState
    suspended_until: Instant | None
    engagement: Engagement
    answers_by: AnswersBy
    engagement_from: Instant | None
    crew: int
    trucks: int
    on_duty: int
    documents_waiting: Annotated[int, Field(description="Uploaded, and nobody has checked them yet.")]
    offers: int
    accepted: int
    completed: int
    created_at: Instant
    updated_at: Instant


class ProviderPage(Shown):
    """One page of the directory, newest first."""

    data: list[ProviderListed]
    next_cursor: str | None
