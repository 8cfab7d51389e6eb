"""Who signed in, was refused, or looked at a person? Told beside the log of events, and never at its cost."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


class SecurityKind(StrEnum):
    """What an entry of the security log is about. Words are added, never changed."""

    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    SECOND_FACTOR_FAILED = "second_factor_failed"
    CREDENTIALS_SET = "credentials_set"
    REFRESH_REUSED = "refresh_reused"
    SESSION_ENDED = "session_ended"
    DENIED = "denied"
    LIMITED = "limited"
    STAFF_VIEW = "staff_view"
    IMPERSONATION_BEGUN = "impersonation_begun"
    IMPERSONATION_ENDED = "impersonation_ended"
    KEY_ROTATED = "key_rotated"
    KEY_RETIRED = "key_retired"
    ACCOUNT_CREATED = "account_created"
    ACCOUNT_SUSPENDED = "account_suspended"
    ACCOUNT_REINSTATED = "account_reinstated"
    ROLE_GRANTED = "role_granted"
    ROLE_WITHDRAWN = "role_withdrawn"
    PRIVACY_EXPORT = "privacy_export"
    PRIVACY_ERASED = "privacy_erased"
    AUDIT_EXPORT = "audit_export"
    HOOK_CHANGED = "hook_changed"
    HOOK_FAILED = "hook_failed"
    API_KEY_CHANGED = "api_key_changed"
    OTHERS = "others"
    """So many different things of one kind in one minute that only their number was kept."""


class SecurityLog(Protocol):
    """Takes notes of what no command tells: who came in, who was kept out, who looked."""

    def note(
        self,
        kind: SecurityKind,
        *,
        tenant: str,
        at: datetime,
        actor: str = "",
        operation: str = "",
        object_id: str = "",
        detail: str = "",
    ) -> None:
        """Take a note and return at once; it is written later, and neither waits nor raises whatever happens.

        ``tenant`` is empty where nobody showed one: then only whoever runs the cell can read it. ``actor`` is
        ``Actor.text``, ``operation`` the operation's name, ``object_id`` an id in its public form, ``detail`` a code in
        lower case: nothing here may be personal. From where and under which correlation id it came is known to the
        adapter, by the request that runs.
        """
        ...


class NothingNoted:
    """For those who have nobody to tell: a bench, a terminal without a database, a test of something else."""

    def note(
        self,
        kind: SecurityKind,
        *,
        tenant: str,
        at: datetime,
        actor: str = "",
        operation: str = "",
        object_id: str = "",
        detail: str = "",
    ) -> None:
        """Forget it."""
