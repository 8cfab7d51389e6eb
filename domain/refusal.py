"""How does a rule say no? With a named refusal that has a stable code."""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """A command broke a rule; nothing was recorded but the refusal itself.

    ``code`` is stable and public: clients switch on it. ``detail`` is one sentence for a person and
    holds ids and states only, never personal data. ``facts`` are the machine-readable particulars.
    ``kept`` tells whether the refusal is remembered with the command's receipt: one that only says
    "look again" is not, so that the same command can succeed later.
    """

    code: ClassVar[str] = "refused"
    kept: ClassVar[bool] = True

    def __init__(self, detail: str = "", **facts: str | int | bool | None) -> None:
        super().__init__(detail or self.__class__.__doc__ or self.code)
        self.detail = str(self.args[0]).strip()
        self.facts = facts


class NotFound(Refusal):
    """There is no such thing, or it is not yours to see."""

    code = "not_found"


class NotAllowed(Refusal):
    """This actor may not do that to this object."""

    code = "not_allowed"


class OutOfTurn(Refusal):
    """This cannot be done in the state that the thing is in."""

    code = "out_of_turn"


class BadInput(Refusal):
    """What was asked makes no sense, whatever the state of things."""

    code = "bad_input"


class StaleVersion(Refusal):
    """You decided from an older version than the current one: look again, then decide again."""

    code = "stale_version"
    kept = False
