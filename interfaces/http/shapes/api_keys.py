"""What do API keys look like on the wire?"""

from typing import Annotated, Literal

from pydantic import Field

from domain.ids import Prefix
from interfaces.http.shapes.partners import PartnerId
from interfaces.http.shapes.values import EXAMPLE, Body, Instant, InstantTold, Shown

Scope = Literal["webhooks", "requests", "statements:read", "city:read"]
ApiKeyId = Annotated[
    str,
    Field(
        pattern=f"^{Prefix.API_KEY}[0-9a-f]{{32}}$",
        description="Id of an API key.",
        examples=[f"{Prefix.API_KEY}{EXAMPLE}"],
    ),
]
ApiKeyName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^[^\u0000-\u001f\u007f]+$",
        description="What you will know it by; nothing personal.",
        examples=["claims system"],
    ),
]


class ApiKeyBody(Body):
    """A key for one of a partner's systems."""

    name: ApiKeyName
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=20, description="What it may do.")]
    expires_at: Annotated[
        InstantTold | None, Field(description="Within 365 days, and those when left out.", examples=[None])
    ] = None


class ApiKeyRotationBody(Body):
    """For how long the secret before is good as well."""

    overlap_h: Annotated[int, Field(ge=0, le=168, description="Hours.", examples=[24])] = 24


class ApiKeyShown(Shown):
    """One key, without its secret."""

    id: ApiKeyId
    partner_id: PartnerId
    name: ApiKeyName
    scopes: list[Scope]
    state: Literal["active", "expired", "revoked"]
    made_at: Instant
    expires_at: Instant
    used_at: Annotated[Instant | None, Field(description="When it was last used, within a minute.")]
    old_secret_until: Instant | None
    revoked_at: Instant | None


class ApiKeyMade(ApiKeyShown):
    """The same, once with the key."""

    key: Annotated[
        str | None,
        Field(
            description="Send it as `Authorization: Bearer`; shown this once, and again only to the same"
            " Idempotency-Key while no other secret followed.",
            examples=[f"vak_{EXAMPLE}_and-its-secret"],
        ),
    ]


class ApiKeysShown(Shown):
    """All that a partner ever had, the oldest first."""

    data: list[ApiKeyShown]
