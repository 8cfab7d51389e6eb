"""What does it look like on the wire that the desk acts in somebody's name?"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.actor import Duty
from interfaces.http.shapes.sessions import SessionId
from interfaces.http.shapes.values import EXAMPLE, Body, CrewId, Instant, Shown


class WhyImpersonated(StrEnum):
    """For what reason somebody of the desk looks as another does."""

    ASKED_BY_THEM = "asked_by_them"
    CANNOT_SEE_WHAT_THEY_SEE = "cannot_see_what_they_see"
    STRANDED_WITHOUT_APP = "stranded_without_app"
    COMPLAINT = "complaint"
    FRAUD_CHECK = "fraud_check"


class ImpersonationBody(Body):
    """In whose name, why, and whether more than looking is needed."""

    role: Literal["customer", "provider"]
    subject: Annotated[
        str,
        Field(
            pattern="^(usr|prv)_[0-9a-f]{32}$",
            description="A customer's account, or a company.",
            examples=[f"usr_{EXAMPLE}"],
        ),
    ]
    duty: Annotated[Duty, Field(description="For a company: as whom of its people.")] = Duty.DISPATCHER
    crew_id: Annotated[CrewId | None, Field(description="For a driver: which of the crew they are.")] = None
    reason: WhyImpersonated
    may_act: Annotated[bool, Field(description="Also do what the table lets support do; looking is all otherwise.")] = (
        False
    )


class ImpersonationMade(Shown):
    """A token that speaks for somebody else, and says who really does; there is no refresh token to it."""

    id: SessionId
    access_token: str
    token_type: Annotated[str, Field(examples=["Bearer"])]
    expires_in: Annotated[int, Field(description="Seconds.", examples=[900])]
    until: Instant
    may_act: bool


class ImpersonationEnded(Shown):
    """It is over."""

    id: SessionId
