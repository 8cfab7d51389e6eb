"""What do webhooks that go out look like on the wire?"""

from typing import Annotated, Literal

from pydantic import Field

from domain.ids import Prefix
from interfaces.http.shapes.partners import PartnerId
from interfaces.http.shapes.values import EXAMPLE, Body, Instant, Position, Shown

HookId = Annotated[
    str,
    Field(
        pattern=f"^{Prefix.HOOK}[0-9a-f]{{32}}$",
        description="Id of a webhook endpoint.",
        examples=[f"{Prefix.HOOK}{EXAMPLE}"],
    ),
]
HookUrl = Annotated[
    str, Field(min_length=1, max_length=500, description="https.", examples=["https://hooks.example.com/vehicaid"])
]
HookName = Annotated[
    str,
    Field(
        max_length=100,
        pattern=r"^[a-z0-9_.]+$",
        description="Public name of an event.",
        examples=["vehicaid.service_request.completed.v1"],
    ),
]
Names = Annotated[list[HookName], Field(max_length=50, description="What it hears of; empty: of everything.")]
Secret = Annotated[
    str | None,
    Field(
        description="Signs what is sent; shown this once, and again only to the same Idempotency-Key while it signs.",
        examples=["whsec_c2hvd24gb25jZQ=="],
    ),
]
MessageState = Literal["waiting", "taken", "dead"]
At = Annotated[int, Field(ge=1, le=2**62, description="A position of the log.", examples=[812])]


class HookBody(Body):
    """A place that hears of what happens from now on."""

    url: HookUrl
    names: Names = Field(default_factory=list)
    partner_id: Annotated[
        PartnerId | None,
        Field(description="Hears of what this partner bears and of nothing else; a partner's own is always its own."),
    ] = None


class HookChangeBody(Body):
    """Where it goes from now on, and what it hears of; what is left out stays as it is."""

    url: HookUrl | None = None
    names: Names | None = None


class RotationBody(Body):
    """For how long the secret before signs as well."""

    overlap_h: Annotated[int, Field(ge=0, le=168, description="Hours.", examples=[24])] = 24


class ReplayBody(Body):
    """What is sent again: all of these positions, or of them only what was never taken."""

    first_position: At
    last_position: At
    dead_only: bool = False


class Standing(Shown):
    """How many messages wait, were taken within a month, or are dead."""

    waiting: int
    taken: int
    dead: int


class HookShown(Shown):
    """One place, without its secret."""

    id: HookId
    partner_id: PartnerId | None
    url: HookUrl
    names: Names
    state: Annotated[Literal["on", "off", "failed"], Field(description="failed: nothing was taken for five days.")]
    added_at: Instant
    old_secret_until: Instant | None
    failing_since: Instant | None


class HookWithMessages(HookShown):
    """The same, with what was told to it."""

    messages: Standing


class HookMade(HookShown):
    """The same, once with its secret."""

    secret: Secret


class HooksShown(Shown):
    """All of them, the oldest first."""

    data: list[HookShown]


class HookRemoved(Shown):
    """It is forgotten, with whatever waited for it."""

    id: HookId


class Replayed(Shown):
    """So many are sent again."""

    replayed: int


class Pinged(Shown):
    """What a place answered to a ping, or the word for why there was no answer."""

    message_id: Annotated[str, Field(description="`webhook-id` of what was sent.", examples=[f"png_{EXAMPLE}"])]
    is_taken: bool
    status: Annotated[int | None, Field(description="HTTP status.", examples=[204])]
    code: Annotated[str, Field(examples=["http_204"])]
    took_ms: int


class MessageShown(Shown):
    """One message, without what it says and without what was answered."""

    position: Position
    message_id: Annotated[str, Field(description="`webhook-id`.", examples=[f"evt_812_{EXAMPLE}"])]
    name: HookName
    state: MessageState
    tries: int
    due_at: Annotated[Instant | None, Field(description="When it is tried next; null when it is over.")]
    made_at: Instant
    last_code: Annotated[str | None, Field(description="The last answer.", examples=["http_503"])]


class MessagePage(Shown):
    """One page of messages, newest first."""

    data: list[MessageShown]
    next_cursor: str | None
