"""What stands around every route? Who calls, how much, how long, and one shape for whatever goes wrong."""

import asyncio
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from application.log import LogUnavailable
from infra.identity.access_tokens import BadToken, Caller, NotHeardYet, TokenAuthority, UnknownKey
from infra.identity.api_key import MARK
from infra.identity.place import Identity
from infra.security_log.scene import Scene, enter, here
from infra.telemetry.logging import bind, log
from interfaces.http.failures import problem_of
from interfaces.http.limits import Limits
from interfaces.http.noted import note_refusal
from interfaces.http.problems import Problem, response
from interfaces.http.rates import Rates, address_of, count, rate_headers

ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)
UNLESS_SAID: Final = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
# Two years, the usual term; only where the deployment says that it is reached over TLS.
HSTS: Final = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")

_log = log("http")


def utc_now() -> datetime:
    """The edge's clock; everything further in gets the instant as an argument."""
    return datetime.now(UTC)


class Edge:
    """Pure ASGI, so that it costs microseconds: authenticates /v1, limits, dates, and turns failures into problems."""

    def __init__(
        self,
        app: ASGIApp,
        authority: TokenAuthority,
        limits: Limits,
        open_paths: frozenset[str],
        rates: Rates | None = None,
        *,
        over_tls: bool = False,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._app = app
        self._authority = authority
        self._limits = limits
        self._open_paths = open_paths
        self._rates = rates
        self._headers = ALWAYS + ((HSTS,) if over_tls else ())
        self._clock = clock
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request; anything else passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._dress(message, scope)
            await send(message)

        self._in_flight += 1
        try:
            await self._served(scope, receive, guarded)
        except Exception as error:
            if started:
                raise
            await self._answer(error, scope, receive, guarded)
        finally:
            self._in_flight -= 1

    async def _served(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._in_flight > self._limits.in_flight:
            raise Problem("overloaded")
        state = scope.setdefault("state", {})
        state["at"] = self._clock()
        path: str = scope["path"]
        headers = Headers(scope=scope)
        needs_token = path.startswith("/v1/") and path not in self._open_paths
        enter(Scene(address_of(scope), state.get("correlation_id")))
        if self._rates is not None:
            await count(scope, self._rates.of_address(scope, is_open=not needs_token))
        if needs_token:
            caller = state["caller"] = await self._caller(scope, headers, state["at"])
            actor = state["actor"] = caller.actor
            bind(tenant=actor.tenant, actor=actor.text)
            here().actor = actor.text
            if self._rates is not None:
                await count(scope, self._rates.of_actor(scope, actor))
        length, at_most = headers.get("content-length"), self._limits.body_bytes_at(path)
        if length is None:
            receive = _counted(receive, at_most)
        elif not length.isdigit() or int(length) > at_most:
            raise Problem("body_too_large")
        try:
            async with asyncio.timeout(self._limits.request_s_at(path)):
                await self._app(scope, receive, send)
        except TimeoutError as error:
            raise Problem("timed_out") from error

    async def _caller(self, scope: Scope, headers: Headers, at: datetime) -> Caller:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        # Another scheme's credentials are no token of ours: an empty one fails like any other.
        token = token.strip() if scheme.lower() == "bearer" else ""
        try:
            if token.startswith(MARK):
                identity: Identity = scope["app"].state.stack.identity
                return await identity.by_key.caller(token, at)
            try:
                return self._authority.verify(token, at)
            except UnknownKey:
                if not await scope["app"].state.stack.identity.follower.look_again():
                    raise
                return self._authority.verify(token, at)
        except BadToken as error:
            raise Problem("unauthenticated", headers={"WWW-Authenticate": 'Bearer realm="vehicaid"'}) from error
        except (NotHeardYet, LogUnavailable) as error:
            raise Problem("store_unavailable") from error

    def _dress(self, message: Message, scope: Scope) -> None:
        headers = message.setdefault("headers", [])
        said = {name for name, _ in headers}
        headers.extend(self._headers)
        headers.extend(pair for pair in UNLESS_SAID if pair[0] not in said)
        rate = scope["state"].get("rate")
        if rate is not None:
            headers.extend(rate_headers(rate))

    async def _answer(self, error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        problem = problem_of(error)
        note_refusal(problem, scope)
        if problem.code == "internal_error":
            # The message of an exception may hold what a person typed; its kind and its place do not.
            frame = traceback.extract_tb(sys.exc_info()[2])[-1]
            _log.error("unexpected", kind=type(error).__name__, file=frame.filename, line=frame.lineno)
        await response(problem, trace_id_of(scope))(scope, receive, send)


def _counted(receive: Receive, at_most: int) -> Receive:
    taken = 0

    async def counting() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > at_most:
            raise Problem("body_too_large", headers={"Connection": "close"})
        return message

    return counting


def trace_id_of(scope: Scope) -> str:
    """The id under which this request is found in logs and traces: 32 hexadecimal digits."""
    correlation = scope.get("state", {}).get("correlation_id")
    return correlation.hex if correlation is not None else "0" * 32
