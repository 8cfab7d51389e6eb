"""Which words does an account know: of what kind it is, how its person is reached, what they do for a company?"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.actor import Duty, Role
from domain.refusal import BadInput, Refusal


class AccountKind(StrEnum):
    """As what somebody came: to be helped, to work for us, or to work for a company that helps."""

    CUSTOMER = "customer"
    STAFF = "staff"
    CREW = "crew"


class HandleKind(StrEnum):
    """By what a person is found when they sign in; the value itself is never in an event."""

    PHONE = "phone"
    EMAIL = "email"


class SuspendedFor(StrEnum):
    """Why somebody may not sign in for now."""

    ABUSE = "abuse"
    FRAUD = "fraud"
    TAKEN_OVER = "taken_over"
    LEFT_WORK = "left_work"
    ASKED = "asked"


class ClosedFor(StrEnum):
    """Why an account is over."""

    ASKED = "asked"
    ERASED = "erased"
    NEVER_USED = "never_used"


class AccountSuspended(Refusal):
    """This account is suspended: nobody signs in with it until it is reinstated."""

    code = "account_suspended"


class AccountOver(Refusal):
    """This account was closed; that is for good."""

    code = "account_closed"


class BadGrant(BadInput):
    """This role is not one that this account can have, or it lacks its company or its duty."""

    code = "bad_grant"


OF_STAFF = frozenset({Role.DISPATCHER, Role.FINANCE, Role.ADMIN, Role.AUDITOR, Role.ANALYST})
"""Roles of those who work for us: had only by accounts that sign in with a password and a second factor."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role, and for a provider's people the company and what they do there."""

    role: Role
    scope_id: UUID | None = None
    duty: Duty | None = None

    @property
    def key(self) -> tuple[Role, UUID | None]:
        """What it is told apart by: in one company a person has one duty."""
        return self.role, self.scope_id

    def checked(self, kind: AccountKind) -> "Grant":
        """This grant, when an account of that kind can have it; raises BadGrant."""
        if self.role in OF_STAFF:
            if kind is not AccountKind.STAFF:
                raise BadGrant("roles of staff are for accounts of staff", role=self.role.value)
            if self.scope_id is not None or self.duty is not None:
                raise BadGrant("a role of staff has neither company nor duty", role=self.role.value)
            return self
        if self.role is Role.SYSTEM or (self.role is Role.CUSTOMER and kind is AccountKind.STAFF):
            raise BadGrant("no account of this kind has that role", role=self.role.value)
        if self.role is Role.CUSTOMER:
            if self.scope_id is not None or self.duty is not None:
                raise BadGrant("a customer has neither company nor duty", role=self.role.value)
            return self
        if kind is AccountKind.STAFF or self.scope_id is None:
            raise BadGrant("this role is for people of a company that is named", role=self.role.value)
        if (self.role is Role.PROVIDER) != (self.duty is not None):
            raise BadGrant("whoever works for a provider has a duty there, nobody else has one", role=self.role.value)
        return self
