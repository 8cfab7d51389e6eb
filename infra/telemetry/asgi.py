"""Which request is this, how long did it take, and how did it end? Answered around every route."""

from __future__ import annotations

import re
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING, Final
from uuid import UUID

import uuid_utils.compat

from infra.telemetry import metrics
from infra.telemetry.logging import bind, clear, is_debugging, log
from infra.telemetry.tracing import is_tracing, parent_of, span

if TYPE_CHECKING:
    from opentelemetry.trace import Span
    from prometheus_client import Histogram
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

QUERIES: Final = frozenset({"GET", "HEAD", "OPTIONS"})
TRACEPARENT: Final = b"traceparent"
# version, trace id (not all zeros), parent id, flags: https://www.w3.org/TR/trace-context
VALID_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*")
# Some fifty routes with five classes of status each; templates only, so nobody can make more.
MOST_TIMERS: Final = 512
# Whoever asks for these every few seconds would fill the log with nothing.
QUIET: Final = frozenset({"/livez", "/readyz", "/metrics"})

_log = log("http")


class ObserveRequests:
    """Gives each request a correlation id (the caller's trace id when it sent one), measures, traces and logs it.

    Routes find the id as ``scope["state"]["correlation_id"]``; the caller finds it in ``x-correlation-id``.
    Only route templates are recorded: a path or a query string could hold anything.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Observe one HTTP request; anything else passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = next((value for name, value in scope["headers"] if name == TRACEPARENT), b"").decode("latin-1")
        parent = parent_of({"traceparent": sent}) if is_tracing() else None
        with span("http.request", parent) as current:
            correlation_id = _correlation_id(sent, current)
            told = str(correlation_id)
            clear()
            bind(correlation_id=told)
            scope.setdefault("state", {})["correlation_id"] = correlation_id
            await self._measured(scope, receive, send, (b"x-correlation-id", told.encode()), current)

    async def _measured(
        self, scope: Scope, receive: Receive, send: Send, header: tuple[bytes, bytes], current: Span | None
    ) -> None:
        status, started = 500, perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append(header)
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            took_s = perf_counter() - started
            route = _template(scope)
            _timer(scope["method"] in QUERIES, route, status // 100).observe(took_s)
            if current is not None:
                current.update_name(f"{scope['method']} {route}")
                current.set_attribute("http.response.status_code", status)
            if is_debugging("http") and route not in QUIET:
                took_ms = round(took_s * 1000, 2)
                _log.debug("request", method=scope["method"], route=route, status=status, took_ms=took_ms)


@lru_cache(maxsize=MOST_TIMERS)
def _timer(is_query: bool, route: str, status_class: int) -> Histogram:  # noqa: FBT001  a part of the cache's key
    kind = metrics.query_seconds if is_query else metrics.command_seconds
    return kind.labels(route, f"{status_class}xx")


def _template(scope: Scope) -> str:
    """The route as it was declared; one word for whatever matched none."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "unmatched"


def _correlation_id(sent: str, current: Span | None) -> UUID:
    if current is not None:
        return UUID(int=current.get_span_context().trace_id)
    named = VALID_TRACEPARENT.fullmatch(sent)
    return UUID(hex=named[1]) if named else uuid_utils.compat.uuid7()
