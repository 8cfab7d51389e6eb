"""What do access tokens look like on the wire?"""

from typing import Annotated

from pydantic import Field

from domain.actor import Role
from infra.identity.claims import TENANT_PATTERN
from interfaces.http.shapes.values import Body, Shown


class TokenBody(Body):
    """For whom a token is wanted."""

    role: Annotated[Role, Field(examples=["customer"])]
    tenant: Annotated[str, Field(pattern=TENANT_PATTERN, examples=["demo"])] = "demo"
    subject: Annotated[
        str | None,
        Field(
            pattern=r"^((usr|prv)_[0-9a-f]{32}|[a-z][a-z0-9_-]{1,39})$",
            description="usr_..., prv_... for a provider, a name for system; a new person when left out.",
        ),
    ] = None


class TokenMade(Shown):
    """An access token and what it says."""

    access_token: str
    token_type: str
    expires_in: Annotated[int, Field(description="Seconds.")]
    role: Role
    subject: str
    tenant: str
