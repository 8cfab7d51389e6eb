"""How is a route declared? By its roles, its body, its answer and its problems; the document follows from that."""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Final, Protocol, TypeVar, cast

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from domain.actor import Role
from interfaces.http.calls import CommandCall, canonical, command_call_of, read_key
from interfaces.http.described import responses_of
from interfaces.http.problems import Problem

B = TypeVar("B", bound=BaseModel)

Handler = Callable[..., Awaitable[Response]]
Handle = Callable[[Request], Coroutine[object, object, Response]]

EVERYBODY: Final = tuple(Role)
DESK: Final = (Role.DISPATCHER, Role.ADMIN, Role.SYSTEM)

OPTIONAL: Final = "optional"
REQUIRED: Final = "required"

ALWAYS: Final = ("unauthenticated", "forbidden", "body_too_large", "validation_failed", "internal_error", "overloaded")
OF_COMMANDS: Final = (
    "malformed_request",
    "missing_idempotency_key",
    "contended",
    "key_reused",
    "unsupported_media_type",
    "log_unavailable",
    "timed_out",
)
OF_REPORTS: Final = (
    "malformed_request",
    "missing_idempotency_key",
    "unsupported_media_type",
    "store_unavailable",
    "timed_out",
)
"""Of what is sent to us and is no command: nothing enters the log, so there is no receipt and no position."""
OF_QUERIES: Final = ("store_unavailable", "projection_behind", "timed_out")


class _Declared(Protocol):
    """What both kinds of routes read from their declaration."""

    openapi_extra: dict[str, object] | None
    endpoint: Handler


def _roles(route: _Declared) -> frozenset[str]:
    extra = route.openapi_extra or {}
    return frozenset(cast("list[str]", extra["x-roles"]))


class QueryRoute(APIRoute):
    """Checks the role before anything is parsed, then lets FastAPI do the rest."""

    def get_route_handler(self) -> Handle:
        """See APIRoute."""
        inner = super().get_route_handler()
        roles = _roles(cast("_Declared", self))

        async def handle(request: Request) -> Response:
            _check_role(request, roles)
            return await inner(request)

        return handle


class CommandRoute(APIRoute):
    """Role, key, body, handler: the same order for every command, without FastAPI's own machinery at run time.

    It reads the declaration only once, which makes a command five times cheaper than solving it per request.
    """

    def get_route_handler(self) -> Handle:
        """See APIRoute."""
        declared = cast("_Declared", self)
        endpoint, roles = declared.endpoint, _roles(declared)
        if_match_required = (declared.openapi_extra or {}).get("x-if-match") == REQUIRED
        body_name, body_type = _body_of(endpoint)

        async def handle(request: Request) -> Response:
            _check_role(request, roles)
            request.scope["state"]["key"] = read_key(request)
            if if_match_required and "if-match" not in request.headers:
                raise Problem("version_required")
            raw = await request.body()
            arguments: dict[str, object] = dict(request.path_params)
            body: BaseModel | None = None
            if body_type is not None:
                body = parse_body(request, raw, body_type)
                arguments[body_name] = body
            elif raw.strip() not in (b"", b"{}"):
                raise Problem("malformed_request", "this command takes no body")
            call = command_call_of(request, canonical(body))
            return await endpoint(call, **arguments)

        return handle


class OpenRoute(APIRoute):
    """For the few operations that need neither token nor key: reads the body, calls the handler."""

    def get_route_handler(self) -> Handle:
        """See APIRoute."""
        endpoint = cast("_Declared", self).endpoint
        body_name, body_type = _body_of(endpoint)

        async def handle(request: Request) -> Response:
            raw = await request.body()
            return await endpoint(request, **({body_name: parse_body(request, raw, body_type)} if body_type else {}))

        return handle


def _check_role(request: Request, roles: frozenset[str]) -> None:
    if request.scope["state"]["actor"].role not in roles:
        raise Problem("forbidden")


def parse_body(request: Request, raw: bytes, body_type: type[B]) -> B:
    """The body, strictly; raises the problem ``unsupported_media_type``, or pydantic's ValidationError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem("unsupported_media_type")
    return body_type.model_validate_json(raw or b"null")


def _body_of(endpoint: Handler) -> tuple[str, type[BaseModel] | None]:
    for name, parameter in inspect.signature(endpoint).parameters.items():
        if isinstance(parameter.annotation, type) and issubclass(parameter.annotation, BaseModel):
            return name, parameter.annotation
    return "", None


class Routes:
    """The routes of one noun. Their order is the order of the document."""

    def __init__(self, tag: str) -> None:
        self.router = APIRouter(tags=[tag])

    def command(
        self,
        path: str,
        answer: type[BaseModel],
        *,
        roles: Sequence[Role],
        problems: Sequence[str] = (),
        status: int = 200,
        if_match: str = OPTIONAL,
    ) -> Callable[[Handler], Handler]:
        """Declare a POST that orders something; the handler's docstring is its documentation."""
        codes = [*ALWAYS, *OF_COMMANDS, *problems]
        if if_match == REQUIRED:
            codes.append("version_required")
        if "{" in path:
            codes += ["not_found", "stale_version"]
        extra: dict[str, object] = {"x-roles": [role.value for role in roles], "x-if-match": if_match}
        return self._declare("POST", path, answer, codes, status, extra, CommandRoute)

    def report(
        self, path: str, answer: type[BaseModel], *, roles: Sequence[Role], problems: Sequence[str] = ()
    ) -> Callable[[Handler], Handler]:
        """Declare a POST that orders nothing: it can be repeated by its nature, and needs a key like any other."""
        codes = [*ALWAYS, *OF_REPORTS, *problems]
        extra: dict[str, object] = {"x-roles": [role.value for role in roles], "x-if-match": OPTIONAL}
        return self._declare("POST", path, answer, codes, 200, extra, CommandRoute)

    def query(
        self, path: str, answer: type[BaseModel], *, roles: Sequence[Role], problems: Sequence[str] = ()
    ) -> Callable[[Handler], Handler]:
        """Declare a GET; the handler's docstring is its documentation."""
        codes = [*ALWAYS, *OF_QUERIES, *problems]
        if "{" in path:
            codes.append("not_found")
        extra: dict[str, object] = {"x-roles": [role.value for role in roles]}
        return self._declare("GET", path, answer, codes, 200, extra, QueryRoute)

    def file(
        self, path: str, media: Sequence[str], *, roles: Sequence[Role], problems: Sequence[str] = ()
    ) -> Callable[[Handler], Handler]:
        """Declare a GET that answers with a file, of one of these media types."""
        codes = [*ALWAYS, *OF_QUERIES, *problems]
        if "{" in path:
            codes.append("not_found")
        extra: dict[str, object] = {"x-roles": [role.value for role in roles]}
        return self._declare("GET", path, None, codes, 200, extra, QueryRoute, media)

    def _declare(
        self,
        method: str,
        path: str,
        answer: type[BaseModel] | None,
        codes: Sequence[str],
        status: int,
        extra: dict[str, object],
        route_class: type[APIRoute],
        media: Sequence[str] = (),
    ) -> Callable[[Handler], Handler]:
        def declare(handler: Handler) -> Handler:
            described = responses_of(status, codes, is_command="contended" in codes)
            if media:
                binary = {"schema": {"type": "string", "format": "binary"}}
                described[status]["content"] = dict.fromkeys(media, binary)
            summary, _, description = inspect.cleandoc(handler.__doc__ or "").partition("\n")
            self.router.add_api_route(
                path,
                handler,
                methods=[method],
                operation_id=getattr(handler, "__name__"),  # noqa: B009  a Callable has none, for mypy
                summary=summary.rstrip("."),
                description=description.strip() or summary,
                status_code=status,
                response_model=answer,
                response_class=Response if media else JSONResponse,
                responses=described,
                openapi_extra=extra,
                route_class_override=route_class,
            )
            return handler

        return declare


__all__ = ["DESK", "EVERYBODY", "OPTIONAL", "REQUIRED", "CommandCall", "Routes"]
