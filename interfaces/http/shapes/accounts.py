"""What do accounts and their roles look like on the wire?"""

from typing import Annotated

from pydantic import Field

from domain.account_terms import AccountKind, SuspendedFor
from domain.actor import Duty, Role
from interfaces.http.shapes.values import EXAMPLE, Body, Shown

Company = Annotated[
    str | None,
    Field(pattern="^prv_[0-9a-f]{32}$", description="In which company, for its people.", examples=[f"prv_{EXAMPLE}"]),
]


class RoleGrantBody(Body):
    """A role, and for a company's people the company and what they do there."""

    role: Annotated[Role, Field(examples=["provider"])]
    provider_id: Company = None
    duty: Annotated[Duty | None, Field(examples=["driver"])] = None


class RoleWithdrawalBody(Body):
    """The role that is taken back."""

    role: Annotated[Role, Field(examples=["provider"])]
    provider_id: Company = None


class AccountSuspensionBody(Body):
    """Why somebody may not sign in."""

    reason: Annotated[SuspendedFor, Field(examples=["taken_over"])]


class AccountDone(Shown):
    """How the account stands."""

    id: Annotated[str, Field(examples=[f"usr_{EXAMPLE}"])]
    kind: AccountKind
    state: Annotated[str, Field(description="open, suspended or closed.", examples=["open"])]
    roles: Annotated[list[Role], Field(examples=[["customer", "provider"]])]
    version: Annotated[int, Field(examples=[4])]
    position: Annotated[int, Field(examples=[1207])]
