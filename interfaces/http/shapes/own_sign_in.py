"""What does it look like on the wire how somebody changes the ways in which they sign in?"""

from typing import Annotated

from pydantic import Field, model_validator

from domain.account_terms import AccountKind, HandleKind
from interfaces.http.shapes.sign_in import ChallengeId, Code, Email, Password
from interfaces.http.shapes.values import EXAMPLE, Body, Instant, Phone, Shown, Version


class NewPasswordBody(Body):
    """The password from now on."""

    password: Password


class HandleBody(Body):
    """A telephone or a mailbox that is to be shown to be yours."""

    phone: Annotated[Phone | None, Field(examples=["+919845012345"])] = None
    email: Annotated[Email | None, Field(examples=[None])] = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "HandleBody":
        if (self.phone is None) == (self.email is None):
            message = "one of both: phone or email"
            raise ValueError(message)
        return self


class HandleCodeBody(Body):
    """The code that came to it."""

    challenge_id: ChallengeId
    code: Code


class HandlesShown(Shown):
    """By what you sign in from now on."""

    handles: Annotated[list[HandleKind], Field(examples=[["email", "phone"]])]


class PersonShown(Shown):
    """One account, without any name or number."""

    id: Annotated[str, Field(pattern="^usr_[0-9a-f]{32}$", examples=[f"usr_{EXAMPLE}"])]
    version: Version
    kind: AccountKind
    state: Annotated[str, Field(description="open, suspended or closed.", examples=["open"])]
    roles: Annotated[list[str], Field(description="With company and duty for its people.", examples=[["customer"]])]
    handles: Annotated[list[HandleKind], Field(examples=[["phone"]])]
    registered_at: Instant


class PeoplePage(Shown):
    """One page of accounts, newest first."""

    data: list[PersonShown]
    next_cursor: str | None
