"""How does a call get to the server and its answer back: now, or awaited?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import httpx

from .calls import Call, Retries, position_in, value_in
from .problems import problem_in

TIMEOUT_S = 30.0
Token = str | Callable[[], str] | None
"""An access token or an API key, or what gives one that still holds."""


class _Common:
    def __init__(self, token: Token, retries: Retries | None) -> None:
        self.retries = retries or Retries()
        self.reached = 0
        """How far the log has come by commands of this client: questions ask for no less."""
        self._token = token

    def _token_now(self) -> str | None:
        return self._token() if callable(self._token) else self._token

    def _take(self, call: Call, answer: httpx.Response) -> object:
        if not answer.is_success:
            raise problem_in(answer)
        self.reached = max(self.reached, position_in(answer))
        return value_in(call, answer)


class Sender(_Common):
    """Sends and waits for the answer."""

    def __init__(
        self, base_url: str, token: Token = None, *, retries: Retries | None = None, timeout_s: float = TIMEOUT_S
    ) -> None:
        super().__init__(token, retries)
        self._http = httpx.Client(base_url=base_url, timeout=timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def _send(self, call: Call) -> object:
        attempt = 0
        while True:
            attempt += 1
            try:
                answer = self._http.send(call.request(self._http, self._token_now(), self.reached))
            except httpx.TransportError as error:
                wait_s = call.wait_s(self.retries, attempt, error)
                if wait_s is None:
                    raise
            else:
                wait_s = None if answer.is_success else call.wait_s(self.retries, attempt, answer)
                if wait_s is None:
                    return self._take(call, answer)
            time.sleep(wait_s)


class AsyncSender(_Common):
    """Sends and lets others work until the answer is there."""

    def __init__(
        self, base_url: str, token: Token = None, *, retries: Retries | None = None, timeout_s: float = TIMEOUT_S
    ) -> None:
        super().__init__(token, retries)
        self._http = httpx.AsyncClient(base_url=base_url, timeout=timeout_s)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def _send(self, call: Call) -> object:
        attempt = 0
        while True:
            attempt += 1
            try:
                answer = await self._http.send(call.request(self._http, self._token_now(), self.reached))
            except httpx.TransportError as error:
                wait_s = call.wait_s(self.retries, attempt, error)
                if wait_s is None:
                    raise
            else:
                wait_s = None if answer.is_success else call.wait_s(self.retries, attempt, answer)
                if wait_s is None:
                    return self._take(call, answer)
            await asyncio.sleep(wait_s)
