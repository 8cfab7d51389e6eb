"""How are small values written on the wire: places, phones, texts, ids?"""

import re
from datetime import UTC, datetime
from typing import Annotated, Final

import phonenumbers
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

# No control characters but line breaks: they are invisible, and PostgreSQL keeps no NUL.
PRINTABLE: Final = r"^[^\u0000-\u0009\u000b-\u001f\u007f]*$"
RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)")


class Body(BaseModel):
    """Base of what callers send: nothing unknown, nothing converted silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Shown(BaseModel):
    """Base of what we answer; describes answers, which are written without it."""

    model_config = ConfigDict(extra="forbid")


class Location(Body):
    """A point on earth in degrees, WGS 84."""

    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, examples=[12.9716])]
    lng: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, examples=[77.5946])]


def e164(text: str) -> str:
    """The number as E.164; raises ValueError for what cannot be one."""
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException as error:
        raise ValueError("write the number with + and the country code") from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError("no number of that country is this long")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


Phone = Annotated[
    str,
    StringConstraints(min_length=8, max_length=32, pattern=r"^\+[0-9][0-9 ()./-]*$"),
    AfterValidator(e164),
    Field(description="With + and country code; kept as E.164.", examples=["+919845012345"]),
]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=PRINTABLE),
    Field(examples=["Asha Rao"]),
]
Text = Annotated[str, StringConstraints(max_length=500, pattern=PRINTABLE)]
Plate = Annotated[str, StringConstraints(max_length=20, pattern=r"^[A-Za-z0-9 -]*$"), Field(examples=["KA01AB1234"])]


def _id(prefix: str, what: str) -> object:
    return Field(pattern=f"^{prefix}_[0-9a-f]{{32}}$", description=f"Id of a {what}.", examples=[f"{prefix}_{EXAMPLE}"])


EXAMPLE: Final = "01a2b3c4d5e670008000000000000001"
RequestId = Annotated[str, _id("req", "service request")]
OfferId = Annotated[str, _id("off", "offer")]
ProviderId = Annotated[str, _id("prv", "provider")]
ShiftId = Annotated[str, _id("shf", "shift")]
UserId = Annotated[str, _id("usr", "person")]
CrewId = Annotated[str, _id("crw", "crew member")]
DocumentId = Annotated[str, _id("doc", "document")]
TruckId = Annotated[str, _id("trk", "truck")]
ZoneId = Annotated[str, _id("zon", "zone")]
TariffId = Annotated[str, _id("trf", "tariff")]
RatingId = Annotated[str, _id("rat", "rating")]
PaymentId = Annotated[str, _id("pay", "payment")]

Version = Annotated[int, Field(ge=0, description="What ETag holds.", examples=[3])]
Position = Annotated[int, Field(ge=0, description="Where the log stood; give it to a query as min_position.")]
Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-22T14:00:00Z"])]


def rfc3339(text: object) -> object:
    """The text, when it is a date and a time; raises ValueError for what would only be guessed to be one."""
    if not isinstance(text, str) or not RFC_3339.fullmatch(text):
        raise ValueError("write the instant as 2026-11-22T14:00:00Z")
    return text


InstantAsked = Annotated[AwareDatetime, BeforeValidator(rfc3339)]
"""An instant that a caller asks about."""


def in_utc(at: datetime) -> datetime:
    """The same instant by the one clock that we write; raises ValueError at the ends of the calendar."""
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("nobody was there then") from error


InstantTold = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(rfc3339), AfterValidator(in_utc)]
"""An instant in a body: a text there, since JSON has none."""

Cell = Annotated[
    str, Field(pattern="^[0-9a-f]{15}$", description="H3 cell at resolution 10.", examples=["8a618925c0affff"])
]
Metres = Annotated[int, Field(ge=0)]
Can = Annotated[list[str], Field(description="Acts that are open to you now.", examples=[["cancel"]])]
