"""What does a profile look like on the wire: name, addresses, whom to call, notices, consents?"""

from typing import Annotated

from pydantic import Field, StringConstraints

from domain.profile_terms import Channel, ConsentPurpose, Language, NoticeKind
from interfaces.http.shapes.values import (
    EXAMPLE,
    PRINTABLE,
    Body,
    Instant,
    Location,
    Name,
    Phone,
    Position,
    Shown,
    Text,
    UserId,
    Version,
)

AddressId = Annotated[
    str, Field(pattern="^plc_[0-9a-f]{32}$", description="Id of an address.", examples=[f"plc_{EXAMPLE}"])
]
Label = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=PRINTABLE),
    Field(examples=["Home"]),
]


class EmergencyContact(Body):
    """Whom to call when you cannot."""

    name: Name
    phone: Phone


class NoticeTold(Body):
    """Whether to write to you about this in this way."""

    kind: Annotated[NoticeKind, Field(examples=["vehicle_papers"])]
    channel: Annotated[Channel, Field(examples=["sms"])]
    is_wanted: bool


class ProfileBody(Body):
    """What changes; what is left out stays. Names and numbers go to the erasable store, never into an event."""

    name: Name | None = None
    emergency_contact: EmergencyContact | None = None
    language: Annotated[Language | None, Field(examples=["hi"])] = None
    notices: Annotated[tuple[NoticeTold, ...], Field(max_length=12)] = ()


class AddressBody(Body):
    """An address of yours; with its id it takes the place of what was told before."""

    address_id: AddressId | None = None
    label: Label
    address: Annotated[Text, Field(examples=["12 Lake View Road, Bengaluru 560008"])]
    landmark: Annotated[Text, Field(examples=["Opposite the banyan"])] = ""
    location: Location | None = None
    is_default: bool = False


class PurposeConsentBody(Body):
    """What you agree to, by the text that you read."""

    purpose: Annotated[ConsentPurpose, Field(examples=["news"])]
    text_version: Annotated[str, Field(max_length=32, description="Which text it was.", examples=["2026-11"])]


class WithdrawalOfConsentBody(Body):
    """What you do not agree to any more."""

    purpose: Annotated[ConsentPurpose, Field(examples=["news"])]


class ProfileDone(Shown):
    """How the profile stands after a command."""

    customer_id: UserId
    version: Version
    position: Position


class AddressKept(ProfileDone):
    """The same, and which address it is about."""

    address_id: AddressId


class AddressShown(Shown):
    """One address; all null where the person was erased."""

    id: AddressId
    label: str | None
    address: str | None
    landmark: str | None
    location: Location | None
    is_default: bool


class NoticeShown(Shown):
    """Whether we write to you about this in this way."""

    kind: NoticeKind
    channel: Channel
    is_wanted: bool


class ConsentShown(Shown):
    """What you agree to, by which text and since when."""

    purpose: ConsentPurpose
    text_version: str
    given_at: Instant


class EmergencyShown(Shown):
    """Whom to call."""

    name: str
    phone: str


class ProfileShown(Shown):
    """What somebody told of themselves."""

    customer_id: UserId
    version: Version
    name: str | None
    emergency_contact: EmergencyShown | None
    language: Language
    addresses: list[AddressShown]
    notices: list[NoticeShown]
    consents: list[ConsentShown]
