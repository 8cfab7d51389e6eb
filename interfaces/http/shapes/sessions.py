"""What do sessions and their tokens look like on the wire?"""

from typing import Annotated

from pydantic import Field

from interfaces.http.shapes.values import EXAMPLE, PRINTABLE, Body, Instant, Shown

SessionId = Annotated[
    str, Field(pattern="^ses_[0-9a-f]{32}$", description="Id of a session.", examples=[f"ses_{EXAMPLE}"])
]


class RefreshBody(Body):
    """A refresh token, and the device that it was given to."""

    refresh_token: Annotated[
        str,
        Field(
            max_length=128,
            pattern=r"^[A-Za-z0-9_-]*$",
            description="Left out by a web app, whose cookie counts.",
            examples=["vrt_AaLDxNXmcACAAAAAAAAAAQ"],
        ),
    ] = ""
    device: Annotated[
        str,
        Field(
            max_length=128,
            pattern=PRINTABLE,
            description="What the device called itself when it signed in; left out when it did not.",
            examples=["6f1c9a52-3f0e-4f6b-9d51-1f6f8f2f7a10"],
        ),
    ] = ""


class PairMade(Shown):
    """An access token, and the only refresh token of its family that is worth anything now."""

    access_token: str
    token_type: Annotated[str, Field(examples=["Bearer"])]
    expires_in: Annotated[int, Field(description="Seconds that the access token lives.", examples=[900])]
    refresh_token: Annotated[str, Field(description="Empty where it went into the cookie of a web app.")]
    refresh_until: Annotated[Instant, Field(description="Unless it is used before then, the session is over.")]
    session_id: SessionId


class SessionShown(Shown):
    """One sign-in on one device."""

    id: SessionId
    label: Annotated[str, Field(description="What the device is known by.", examples=["Firefox on Android"])]
    amr: Annotated[list[str], Field(description="How you showed who you are (RFC 8176).", examples=[["sms"]])]
    opened_at: Instant
    used_at: Annotated[Instant, Field(description="When its tokens were last made.")]
    lives_until: Annotated[Instant, Field(description="Unless it is used before then.")]
    is_this: Annotated[bool, Field(description="Whether this request belongs to it.")]


class SessionsShown(Shown):
    """Where somebody is signed in, the last used first."""

    data: list[SessionShown]


class SessionsEnded(Shown):
    """How many sessions were ended."""

    ended: Annotated[int, Field(ge=0, examples=[2])]
