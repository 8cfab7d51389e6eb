"""What goes over the wire for one operation, and is it sent again when it fails?"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

import httpx

from .problems import Problem, retry_after_s

FIRST_WAIT_S: Final = 0.2
IN_BACKOFF: Final = frozenset({429, 503})


@dataclass(frozen=True)
class Retries:
    """How often a call is sent at most, and the longest that is waited between; a longer Retry-After is raised."""

    attempts: int = 5
    longest_wait_s: float = 30.0


@dataclass
class Call:
    """One operation with its arguments; the key stays the same however often it is sent."""

    method: str
    path: str
    parts: Mapping[str, object] = field(default_factory=dict)
    query: Mapping[str, object] = field(default_factory=dict)
    body: object = None
    command: bool = False
    follows: bool = False
    """Whether the operation takes ``min_position``."""
    key: str | None = None
    if_match: int | str | None = None
    accept: str | None = None
    raw: bool = False
    """Whether the answer is a file."""

    def __post_init__(self) -> None:
        if self.command and self.key is None:
            self.key = str(uuid.uuid4())

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does no more than once."""
        return self.method == "GET" or self.command

    def url(self) -> str:
        """The path with its parts filled in, each as one segment."""
        return self.path.format_map({name: quote(str(part), safe="") for name, part in self.parts.items()})

    def headers(self, token: str | None) -> dict[str, str]:
        """What is said beside the body."""
        given = {
            "Authorization": None if token is None else f"Bearer {token}",
            "Idempotency-Key": self.key,
            "If-Match": f'"{self.if_match}"' if isinstance(self.if_match, int) else self.if_match,
            "Accept": self.accept or ("*/*" if self.raw else "application/json"),
            "Content-Type": "application/octet-stream" if isinstance(self.body, bytes) else None,
        }
        return {name: value for name, value in given.items() if value is not None}

    def request(self, client: httpx.Client | httpx.AsyncClient, token: str | None, reached: int) -> httpx.Request:
        """What is sent; a question asks for what this client has written to be seen."""
        wanted = {name: _shown(value) for name, value in self.query.items() if value is not None}
        if self.follows and reached and "min_position" not in wanted:
            wanted["min_position"] = str(reached)
        content = self.body if isinstance(self.body, bytes) else None
        json = self.body if content is None else None
        return client.build_request(
            self.method, self.url(), params=wanted, headers=self.headers(token), content=content, json=json
        )

    def wait_s(self, retries: Retries, attempt: int, failed: httpx.Response | httpx.TransportError) -> float | None:
        """How long to wait before it is sent again; None when it is not."""
        if attempt >= retries.attempts or not self._may_repeat(failed):
            return None
        asked = retry_after_s(failed) if isinstance(failed, httpx.Response) else None
        if asked is not None:
            return asked if asked <= retries.longest_wait_s else None
        # Between half and all of it, so that clients which failed together do not come back together.
        jitter = 0.5 + secrets.randbelow(1001) / 2000
        return min(retries.longest_wait_s, FIRST_WAIT_S * 2.0 ** (attempt - 1)) * jitter

    def _may_repeat(self, failed: httpx.Response | httpx.TransportError) -> bool:
        if isinstance(failed, httpx.TransportError):
            return self.repeatable or isinstance(failed, httpx.ConnectError)
        if failed.status_code == httpx.codes.CONFLICT:  # the first attempt is still being worked on
            return self.repeatable and retry_after_s(failed) is not None
        # 429 is said before anything is done; after a 503 it may have been done.
        return failed.status_code in IN_BACKOFF and (self.repeatable or failed.status_code != 503)


def position_in(answer: httpx.Response) -> int:
    """Where in the log a command was written; 0 where none was."""
    said = answer.headers.get("VehicAid-Position", "")
    return int(said) if said.isascii() and said.isdigit() else 0


def value_in(call: Call, answer: httpx.Response) -> object:
    """What an operation returns: the bytes of a file, or what the JSON says."""
    if call.raw:
        return answer.content
    if not answer.content:
        return None
    try:
        return answer.json()
    except ValueError as error:
        raise Problem(answer.status_code, {"code": "not_json", "detail": answer.text[:500]}) from error


def _shown(value: object) -> str | list[str]:
    if isinstance(value, list | tuple):
        return [str(_shown(one)) for one in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
