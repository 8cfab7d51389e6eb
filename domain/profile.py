"""What did a person tell of themselves: name, addresses, whom to call, how to write to them, what they agree to?"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, Created, event
from domain.profile_terms import (
    UNASKED,
    BadTextVersion,
    Channel,
    ConsentPurpose,
    Language,
    NothingAgreedTo,
    NoticeKind,
    ProfilePart,
    TooManyAddresses,
)
from domain.refusal import NotFound

MOST_ADDRESSES = 20
"""Home, work, parents, a workshop or two; more is somebody's program gone wrong."""
TEXT_VERSION = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")


def profile_id(person_id: UUID) -> UUID:
    """The stream of a person's profile is a fact of the person."""
    return uuid5(person_id, "profile")


@dataclass(frozen=True, slots=True)
class Consent:
    """To which text somebody agreed, and when."""

    text_version: str
    given_at: datetime


class Profile(Aggregate):
    """Ids of records and codes; every word lies in the personal store, under the person's key."""

    TOPIC = "profile"

    person_id: UUID
    told: dict[ProfilePart, UUID] = field(default_factory=dict, init=False)
    addresses: dict[UUID, UUID] = field(default_factory=dict, init=False)
    default_address: UUID | None = field(default=None, init=False)
    language: Language = field(default=Language.ENGLISH, init=False)
    notices: dict[tuple[NoticeKind, Channel], bool] = field(default_factory=dict, init=False)
    consents: dict[ConsentPurpose, Consent] = field(default_factory=dict, init=False)

    class Begun(Created):
        """Somebody told something of themselves for the first time."""

        TOPIC: ClassVar[str] = "profile.begun"
        person_id: UUID

    class Told(Aggregate.Event):
        """Their name, or whom to call in an emergency; the words lie in that record."""

        TOPIC: ClassVar[str] = "profile.told"
        part: ProfilePart
        record_id: UUID

    class AddressTold(Aggregate.Event):
        """One of their addresses; where it is lies in that record."""

        TOPIC: ClassVar[str] = "profile.address_told"
        address_id: UUID
        record_id: UUID
        is_default: bool

    class AddressDropped(Aggregate.Event):
        """They do not go there any more."""

        TOPIC: ClassVar[str] = "profile.address_dropped"
        address_id: UUID

    class LanguageChosen(Aggregate.Event):
        """In this language we write to them."""

        TOPIC: ClassVar[str] = "profile.language_chosen"
        language: Language

    class NoticeChosen(Aggregate.Event):
        """They want, or do not want, to be written to about this in this way."""

        TOPIC: ClassVar[str] = "profile.notice_chosen"
        kind: NoticeKind
        channel: Channel
        is_wanted: bool

    class Consented(Aggregate.Event):
        """They agree to this, by this text."""

        TOPIC: ClassVar[str] = "profile.consented"
        purpose: ConsentPurpose
        text_version: str

    class ConsentWithdrawn(Aggregate.Event):
        """They do not agree any more."""

        TOPIC: ClassVar[str] = "profile.consent_withdrawn"
        purpose: ConsentPurpose

    @classmethod
    def begin(cls, person_id: UUID, at: datetime) -> "Profile":
        """Begin with nothing told."""
        return cls._create(cls.Begun, id=profile_id(person_id), timestamp=at, person_id=person_id)

    def wants(self, kind: NoticeKind, channel: Channel) -> bool:
        """Whether to write to them about this in this way."""
        return self.notices.get((kind, channel), kind in UNASKED)

    def tell(self, part: ProfilePart, record_id: UUID, at: datetime) -> None:
        """Take the place of what was told before; the same record again is no news."""
        if self.told.get(part) != record_id:
            self.trigger_event(self.Told, timestamp=at, part=part, record_id=record_id)

    def tell_address(self, address_id: UUID, record_id: UUID, at: datetime, *, is_default: bool = False) -> None:
        """Add an address or tell it anew; the first is the default one. Raises TooManyAddresses."""
        if address_id not in self.addresses and len(self.addresses) >= MOST_ADDRESSES:
            raise TooManyAddresses
        wanted = is_default or not self.addresses or self.default_address == address_id
        if (self.addresses.get(address_id), self.default_address == address_id) != (record_id, wanted):
            told = {"address_id": address_id, "record_id": record_id, "is_default": wanted}
            self.trigger_event(self.AddressTold, timestamp=at, **told)

    def drop_address(self, address_id: UUID, at: datetime) -> None:
        """Forget an address; another one becomes the default. Raises NotFound."""
        if address_id not in self.addresses:
            raise NotFound(f"no address {address_id}", id=str(address_id))
        self.trigger_event(self.AddressDropped, timestamp=at, address_id=address_id)

    def choose_language(self, language: Language, at: datetime) -> None:
        """Write to them in this language from now on; the same is no news."""
        if language is not self.language:
            self.trigger_event(self.LanguageChosen, timestamp=at, language=language)

    def choose_notice(self, kind: NoticeKind, channel: Channel, at: datetime, *, is_wanted: bool) -> None:
        """Say whether to write to them about this in this way; what holds already is no news."""
        if self.wants(kind, channel) is not is_wanted:
            self.trigger_event(self.NoticeChosen, timestamp=at, kind=kind, channel=channel, is_wanted=is_wanted)

    def consent(self, purpose: ConsentPurpose, text_version: str, at: datetime) -> None:
        """Agree to something by a text; by the same text again is no news. Raises BadTextVersion."""
        if not TEXT_VERSION.fullmatch(text_version):
            raise BadTextVersion("letters, digits, points, dashes, 32 at most")
        known = self.consents.get(purpose)
        if known is None or known.text_version != text_version:
            self.trigger_event(self.Consented, timestamp=at, purpose=purpose, text_version=text_version)

    def withdraw_consent(self, purpose: ConsentPurpose, at: datetime) -> None:
        """Agree no more, as easily as it was given. Raises NothingAgreedTo."""
        if purpose not in self.consents:
            raise NothingAgreedTo(purpose=purpose.value)
        self.trigger_event(self.ConsentWithdrawn, timestamp=at, purpose=purpose)

    @event(Told)
    def _on_told(self, part: ProfilePart, record_id: UUID) -> None:
        self.told[part] = record_id

    @event(AddressTold)
    def _on_address_told(self, address_id: UUID, record_id: UUID, is_default: bool) -> None:  # noqa: FBT001  a field
        self.addresses[address_id] = record_id
        if is_default:
            self.default_address = address_id

    @event(AddressDropped)
    def _on_address_dropped(self, address_id: UUID) -> None:
        del self.addresses[address_id]
        if self.default_address == address_id:
            self.default_address = next(iter(self.addresses), None)

    @event(LanguageChosen)
    def _on_language_chosen(self, language: Language) -> None:
        self.language = language

    @event(NoticeChosen)
    def _on_notice_chosen(self, kind: NoticeKind, channel: Channel, is_wanted: bool) -> None:  # noqa: FBT001  a field
        self.notices[kind, channel] = is_wanted

    @event(Consented)
    def _on_consented(self, purpose: ConsentPurpose, text_version: str, at: datetime) -> None:
        self.consents[purpose] = Consent(text_version, at)

    @event(ConsentWithdrawn)
    def _on_consent_withdrawn(self, purpose: ConsentPurpose) -> None:
        del self.consents[purpose]
