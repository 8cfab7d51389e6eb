"""How do simulated people speak to the API? As any client should: with a key per command, and again when it is away."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

import httpx

FIRST_PAUSE_S: Final = 0.05
# A process of the stack that was killed is back within a second or two; asking more often only adds load to its start.
LONGEST_PAUSE_S: Final = 1.0
# Longer than the API's own limit of 10 s for one request, so that its own answer arrives first.
TIMEOUT_S: Final = 15.0
# A new token this long before the old one ends, so that none ends on the way.
RENEW_BEFORE_S: Final = 30.0
# Of people who spoke lately; those whose token has ended are forgotten when there are more.
MOST_TOKENS: Final = 2_000
# As many as a small city's app would hold open; the api answers each within milliseconds.
CONNECTIONS: Final = 64

AGAIN: Final = frozenset({429, 502, 503, 504})
"""Answers that say: the same again, later."""

Answer = dict[str, Any]


class Refused(Exception):
    """The API answered with a problem that sending again does not change."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code


class GaveUp(Exception):
    """The API was away for longer than anyone should wait."""


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody with a token: a role and a subject, within a tenant."""

    role: str
    subject: str


@dataclass(slots=True)
class Tally:
    """What the API was asked, and how often it had to be asked again."""

    requests: int = 0
    retries: Counter[str] = field(default_factory=Counter)
    longest_away_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _Asking:
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    parameters: Mapping[str, str | int] = field(default_factory=dict)


class Api:
    """A client for many people of one tenant. Commands are repeated under the same key until they are answered."""

    def __init__(
        self, url: str, tenant: str, give_up_after_s: float, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.url = url.rstrip("/")
        self.tenant = tenant
        self.tally = Tally()
        self._give_up_after_s = give_up_after_s
        self._tokens: dict[Who, tuple[str, float]] = {}
        self._client = httpx.AsyncClient(
            base_url=self.url,
            timeout=TIMEOUT_S,
            transport=transport,
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        )

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()

    async def check(self) -> None:
        """Raise httpx.TransportError when nobody is there, before anything is begun."""
        await self._client.get("/livez")

    async def order(
        self, who: Who, path: str, key: str, body: Mapping[str, object] | None = None, version: int | None = None
    ) -> Answer:
        """A command, decided on what that version showed where one is given; raises Refused or GaveUp."""
        headers = {"Idempotency-Key": key}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self._asked(who, _Asking("POST", path, headers=headers, body=body))

    async def ask(self, who: Who, path: str, **parameters: str | int) -> Answer:
        """A query; raises Refused or GaveUp."""
        return await self._asked(who, _Asking("GET", path, parameters=parameters))

    async def ask_all(self, who: Who, path: str, **parameters: str | int) -> list[Answer]:
        """Every row of a list, page by page."""
        rows: list[Answer] = []
        cursor: str | None = None
        while True:
            asked = parameters if cursor is None else {**parameters, "cursor": cursor}
            page = await self.ask(who, path, limit=200, **asked)
            rows += page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return rows

    async def _asked(self, who: Who, asking: _Asking) -> Answer:
        began = time.monotonic()
        pause_s = FIRST_PAUSE_S
        while True:
            response, why = await self._sent(who, asking)
            if response is not None and response.status_code < 400:
                return cast("Answer", response.json())
            if response is not None and not self._helps(response, who):
                raise _refusal(response)
            away_s = time.monotonic() - began
            self.tally.retries[why] += 1
            self.tally.longest_away_s = max(self.tally.longest_away_s, away_s)
            if away_s > self._give_up_after_s:
                raise GaveUp(f"{asking.method} {asking.path}: {why} for {away_s:.0f} s")
            await asyncio.sleep(pause_s)
            pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)

    async def _sent(self, who: Who, asking: _Asking) -> tuple[httpx.Response | None, str]:
        self.tally.requests += 1
        try:
            response = await self._client.request(
                asking.method,
                asking.path,
                headers={**asking.headers, "Authorization": f"Bearer {await self._token(who)}"},
                json=asking.body,
                params=dict(asking.parameters),
            )
        except httpx.TransportError as error:
            return None, type(error).__name__
        return response, str(response.status_code)

    def _helps(self, response: httpx.Response, who: Who) -> bool:
        """Whether the same request may be answered otherwise a little later."""
        if response.status_code == httpx.codes.UNAUTHORIZED:
            return self._tokens.pop(who, None) is not None
        return response.status_code in AGAIN or _problem(response).get("code") == "contended"

    async def _token(self, who: Who) -> str:
        known = self._tokens.get(who)
        if known is None or time.monotonic() > known[1]:
            body = {"role": who.role, "subject": who.subject, "tenant": self.tenant}
            response = await self._client.post("/v1/tokens", json=body)
            if response.status_code in AGAIN:
                raise httpx.ReadError("no token yet")
            if response.status_code >= 400:
                raise _refusal(response)
            made = response.json()
            known = made["access_token"], time.monotonic() + made["expires_in"] - RENEW_BEFORE_S
            if len(self._tokens) >= MOST_TOKENS:
                now = time.monotonic()
                self._tokens = {each: token for each, token in self._tokens.items() if now <= token[1]}
            self._tokens[who] = known
        return known[0]


def _problem(response: httpx.Response) -> Answer:
    try:
        told = response.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _refusal(response: httpx.Response) -> Refused:
    problem = _problem(response)
    return Refused(response.status_code, str(problem.get("code", "unknown")), str(problem.get("detail", "")))
