"""Which words does a profile know: languages, what we write about and how, what somebody agrees to?"""

from enum import StrEnum
from typing import Final

from domain.refusal import BadInput, Refusal


class Language(StrEnum):
    """In which language we write to somebody."""

    ENGLISH = "en"
    HINDI = "hi"


class NoticeKind(StrEnum):
    """What a message is about; codes for signing in are sent to whoever asks, and are no notices."""

    VEHICLE_PAPERS = "vehicle_papers"
    JOBS = "jobs"
    NEWS = "news"


class Channel(StrEnum):
    """How a notice comes."""

    SMS = "sms"
    EMAIL = "email"


UNASKED: Final = frozenset({NoticeKind.VEHICLE_PAPERS, NoticeKind.JOBS})
"""What belongs to the service comes until somebody says no; everything else only once they said yes."""


class ConsentPurpose(StrEnum):
    """What somebody may agree to beyond what the service itself needs."""

    NEWS = "news"
    LOCATION_HISTORY = "location_history"
    RESEARCH = "research"


class ProfilePart(StrEnum):
    """What is told of a person; the words lie in the personal store."""

    NAME = "name"
    EMERGENCY_CONTACT = "emergency_contact"


class TooManyAddresses(Refusal):
    """So many addresses nobody goes to: remove one first."""

    code = "too_many_addresses"


class NothingAgreedTo(Refusal):
    """There is no consent for this purpose that could be withdrawn."""

    code = "nothing_agreed_to"


class BadTextVersion(BadInput):
    """A text that somebody agrees to has a version such as 2026-11."""

    code = "bad_text_version"
