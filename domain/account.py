"""Who is somebody to us: by which proven handles, in which roles, and may they sign in?"""

from dataclasses import field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.account_terms import (
    AccountKind,
    AccountOver,
    AccountSuspended,
    BadGrant,
    ClosedFor,
    Grant,
    HandleKind,
    SuspendedFor,
)
from domain.actor import Duty, Role
from domain.aggregate import Aggregate, Created, event

MOST_GRANTS = 32
"""A driver for several companies has a handful; more is somebody's program gone wrong."""


class Account(Aggregate):
    """One person as we know them: phones, e-mail addresses and passwords are kept elsewhere, and can be erased."""

    TOPIC = "account"

    kind: AccountKind
    handles: dict[HandleKind, UUID] = field(default_factory=dict, init=False)
    grants: dict[tuple[Role, UUID | None], Grant] = field(default_factory=dict, init=False)
    suspended_for: SuspendedFor | None = field(default=None, init=False)
    closed_for: ClosedFor | None = field(default=None, init=False)

    class Registered(Created):
        """Somebody is known to us from now on."""

        TOPIC: ClassVar[str] = "account.registered"
        kind: AccountKind

    class HandleVerified(Aggregate.Event):
        """They showed that this telephone or mailbox is theirs; what it is lies in the personal store."""

        TOPIC: ClassVar[str] = "account.handle_verified"
        kind: HandleKind
        record_id: UUID

    class RoleGranted(Aggregate.Event):
        """They may act in this role, for a provider's people in this company with this duty."""

        TOPIC: ClassVar[str] = "account.role_granted"
        role: Role
        scope_id: UUID | None
        duty: Duty | None

    class RoleWithdrawn(Aggregate.Event):
        """They may not any more."""

        TOPIC: ClassVar[str] = "account.role_withdrawn"
        role: Role
        scope_id: UUID | None

    class Suspended(Aggregate.Event):
        """Nobody signs in with this account for now."""

        TOPIC: ClassVar[str] = "account.suspended"
        reason: SuspendedFor

    class Reinstated(Aggregate.Event):
        """They may sign in again."""

        TOPIC: ClassVar[str] = "account.reinstated"

    class Closed(Aggregate.Event):
        """It is over for good."""

        TOPIC: ClassVar[str] = "account.closed"
        reason: ClosedFor

    @classmethod
    def register(cls, account_id: UUID, kind: AccountKind, at: datetime) -> "Account":
        """Begin; a customer has that role at once, all others are granted theirs."""
        account = cls._create(cls.Registered, id=account_id, timestamp=at, kind=kind)
        if kind is AccountKind.CUSTOMER:
            account.grant(Grant(Role.CUSTOMER), at)
        return account

    @property
    def roles(self) -> tuple[Grant, ...]:
        """What they may act as, the first granted first."""
        return tuple(self.grants.values())

    def check_open(self) -> None:
        """Raises AccountOver or AccountSuspended for an account with which nobody signs in."""
        if self.closed_for is not None:
            raise AccountOver
        if self.suspended_for is not None:
            raise AccountSuspended

    def may_act_as(self, role: Role, scope_id: UUID | None = None) -> Grant | None:
        """The grant by which they may; the first one of that role when no company is named."""
        if scope_id is not None:
            return self.grants.get((role, scope_id))
        return next((grant for grant in self.grants.values() if grant.role is role), None)

    def verify_handle(self, kind: HandleKind, record_id: UUID, at: datetime) -> None:
        """Note that a handle is theirs; the same record again is no news. Raises AccountOver."""
        self._check_not_over()
        if self.handles.get(kind) != record_id:
            self.trigger_event(self.HandleVerified, timestamp=at, kind=kind, record_id=record_id)

    def grant(self, grant: Grant, at: datetime) -> None:
        """Let them act in a role; what they have already is no news. Raises BadGrant or AccountOver."""
        self._check_not_over()
        if self.grants.get(grant.key) == grant.checked(self.kind):
            return
        if len(self.grants) >= MOST_GRANTS and grant.key not in self.grants:
            raise BadGrant("this account has too many roles")
        told = {"role": grant.role, "scope_id": grant.scope_id, "duty": grant.duty}
        self.trigger_event(self.RoleGranted, timestamp=at, **told)

    def withdraw(self, role: Role, scope_id: UUID | None, at: datetime) -> None:
        """Take a role back; one that they do not have is no news. Raises AccountOver."""
        self._check_not_over()
        if (role, scope_id) in self.grants:
            self.trigger_event(self.RoleWithdrawn, timestamp=at, role=role, scope_id=scope_id)

    def suspend(self, reason: SuspendedFor, at: datetime) -> None:
        """Let nobody sign in; suspended for the same already is no news. Raises AccountOver."""
        self._check_not_over()
        if self.suspended_for is not reason:
            self.trigger_event(self.Suspended, timestamp=at, reason=reason)

    def reinstate(self, at: datetime) -> None:
        """Let them sign in again; not suspended is no news. Raises AccountOver."""
        self._check_not_over()
        if self.suspended_for is not None:
            self.trigger_event(self.Reinstated, timestamp=at)

    def close(self, reason: ClosedFor, at: datetime) -> None:
        """End it for good; ended already is no news."""
        if self.closed_for is None:
            self.trigger_event(self.Closed, timestamp=at, reason=reason)

    def _check_not_over(self) -> None:
        if self.closed_for is not None:
            raise AccountOver

    @event(HandleVerified)
    def _on_handle_verified(self, kind: HandleKind, record_id: UUID) -> None:
        self.handles[kind] = record_id

    @event(RoleGranted)
    def _on_role_granted(self, role: Role, scope_id: UUID | None, duty: Duty | None) -> None:
        self.grants[role, scope_id] = Grant(role, scope_id, duty)

    @event(RoleWithdrawn)
    def _on_role_withdrawn(self, role: Role, scope_id: UUID | None) -> None:
        del self.grants[role, scope_id]

    @event(Suspended)
    def _on_suspended(self, reason: SuspendedFor) -> None:
        self.suspended_for = reason

    @event(Reinstated)
    def _on_reinstated(self) -> None:
        self.suspended_for = None

    @event(Closed)
    def _on_closed(self, reason: ClosedFor) -> None:
        self.closed_for = reason
