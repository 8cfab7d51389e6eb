"""What does the API say when it refuses? One problem document (RFC 9457), as an exception."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import httpx


class Problem(Exception):
    """A refusal: switch on ``code``; ``facts`` has the further members of the document."""

    def __init__(self, status: int, told: Mapping[str, object], retry_after_s: float | None = None) -> None:
        self.status = status
        self.code = str(told.get("code", "unexplained"))
        self.title = str(told.get("title", ""))
        self.detail = str(told.get("detail", ""))
        self.trace_id = str(told.get("trace_id", ""))
        self.facts = dict(told)
        self.retry_after_s = retry_after_s
        super().__init__(f"{status} {self.code}: {self.detail or self.title}")


class Unauthenticated(Problem):
    """401: no token, or one that holds no longer."""


class Forbidden(Problem):
    """403: this role may not."""


class NotFound(Problem):
    """404: not there, or not for you to see."""


class Conflict(Problem):
    """409: the state does not allow it."""


class Outdated(Problem):
    """412: the object has changed since the version that If-Match named."""


class Invalid(Problem):
    """422: the body or a parameter does not fit; ``facts["errors"]`` says where."""


class TooManyRequests(Problem):
    """429: later, see ``retry_after_s``."""


class Unavailable(Problem):
    """503: nobody could answer now."""


BY_STATUS: Final[Mapping[int, type[Problem]]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: Outdated,
    422: Invalid,
    429: TooManyRequests,
    503: Unavailable,
}


def problem_in(answer: httpx.Response) -> Problem:
    """The exception for an answer that is no success; what is no problem document gives the code ``unexplained``."""
    try:
        told = answer.json()
    except ValueError:
        told = None
    facts = told if isinstance(told, dict) else {"detail": answer.text[:500]}
    kind = BY_STATUS.get(answer.status_code, Problem)
    return kind(answer.status_code, facts, retry_after_s(answer))


def retry_after_s(answer: httpx.Response) -> float | None:
    """How long the server asks to wait; None where it does not say so in seconds."""
    said = answer.headers.get("Retry-After", "")
    return float(said) if said.isascii() and said.isdigit() else None
