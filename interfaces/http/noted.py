"""Which requests are told to the security log: who was refused what, and which of our people looked at whom?"""

import re
from datetime import datetime
from typing import Final, cast

from starlette.types import Scope

from application.security_log import SecurityKind, SecurityLog
from domain.actor import Actor, Role
from interfaces.http.problems import Problem

REFUSALS: Final = frozenset({"unauthenticated", "forbidden", "not_allowed", "not_found", "forged_webhook"})
"""What somebody hears who may not; a proof or a session that is refused is noted where it is looked at."""
AN_ID: Final = re.compile(r"[a-z]{3}_[0-9a-f]{32}")
THEMSELVES: Final = frozenset({Role.CUSTOMER, Role.PROVIDER})
"""Whoever else reads a name or a number is one of ours."""


def note_refusal(problem: Problem, scope: Scope) -> None:
    """Tell of it where somebody was refused; every other problem is nobody's fault."""
    if problem.code in REFUSALS:
        _note(scope, SecurityKind.DENIED, problem.code)
    elif problem.code == "too_many_requests":
        _note(scope, SecurityKind.LIMITED, str(problem.facts.get("limit", "")))


def note_view(scope: Scope) -> None:
    """Tell that one of ours has read what is personal."""
    actor: Actor = scope["state"]["actor"]
    if actor.role not in THEMSELVES or actor.impersonator is not None:
        _note(scope, SecurityKind.STAFF_VIEW, "")


def note_done(scope: Scope, kind: SecurityKind, detail: str = "", about: str = "") -> None:
    """Tell of something that happened by an operation: the thing in the address is what it is about, or is named."""
    _note(scope, kind, detail, about)


def _note(scope: Scope, kind: SecurityKind, detail: str, about: str = "") -> None:
    state = scope.get("state", {})
    actor: Actor | None = state.get("actor")
    stack = getattr(scope["app"].state, "stack", None)
    if stack is None:
        # Nothing is behind the routes: the document is being looked at, or a test asks about the wall alone.
        return
    security: SecurityLog = stack.security
    security.note(
        kind,
        tenant="" if actor is None else actor.tenant,
        at=cast("datetime", state["at"]),
        actor="" if actor is None else actor.text,
        operation=operation_of(scope),
        object_id=about or _about(scope),
        detail=detail,
    )


def operation_of(scope: Scope) -> str:
    """The operation's name; empty where no route was reached."""
    return str(getattr(scope.get("route"), "operation_id", None) or "")


def _about(scope: Scope) -> str:
    """The innermost thing in the address: of a provider's document the document."""
    named = [value for value in scope.get("path_params", {}).values() if AN_ID.fullmatch(str(value))]
    return str(named[-1]) if named else ""
