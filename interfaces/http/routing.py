"""How is a route declared? By its body, its answer and its problems; who may use it says the table (`policy.py`)."""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Final, Protocol, TypeVar, cast

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from domain.actor import Actor, Duty, Role
from infra.identity.access_tokens import Caller
from interfaces.http.calls import CommandCall, canonical, command_call_of, read_key, version_in
from interfaces.http.described import responses_of
from interfaces.http.policy import DONE_IN_ANOTHERS_NAME, POLICY, SEEN_IN_ANOTHERS_NAME
from interfaces.http.problems import Problem
from interfaces.http.reach import ALL_DUTIES, BadPolicy, Row, admits
from interfaces.http.scopes import holds

B = TypeVar("B", bound=BaseModel)

Handler = Callable[..., Awaitable[Response]]
Handle = Callable[[Request], Coroutine[object, object, Response]]

OPTIONAL: Final = "optional"
REQUIRED: Final = "required"

ALWAYS: Final = (
    *("unauthenticated", "forbidden", "body_too_large", "validation_failed"),
    *("internal_error", "overloaded", "too_many_requests"),
)
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
    operation_id: str
    endpoint: Handler


def row_of(operation: str) -> Row:
    """Who may do that; raises BadPolicy when the table does not say."""
    row = POLICY.get(operation)
    if row is None:
        raise BadPolicy(f"no row for {operation}: say in interfaces/http/policy.py who may do it")
    return row


class QueryRoute(APIRoute):
    """Checks who calls before anything is parsed, then lets FastAPI do the rest."""

    def get_route_handler(self) -> Handle:
        """See APIRoute."""
        inner = super().get_route_handler()
        operation = cast("_Declared", self).operation_id
        row = row_of(operation)

        async def handle(request: Request) -> Response:
            check_admitted(request, row, operation)
            return await inner(request)

        return handle


class CommandRoute(APIRoute):
    """Policy, key, body, handler: the same order for every command, without FastAPI's own machinery at run time.

    It reads the declaration only once, which makes a command five times cheaper than solving it per request.
    """

    def get_route_handler(self) -> Handle:
        """See APIRoute."""
        declared = cast("_Declared", self)
        endpoint, operation = declared.endpoint, declared.operation_id
        row = row_of(operation)
        if_match_required = (declared.openapi_extra or {}).get("x-if-match") == REQUIRED
        body_name, body_type = _body_of(endpoint)

        async def handle(request: Request) -> Response:
            check_admitted(request, row, operation)
            request.scope["state"]["key"] = read_key(request)
            check_version_named(request, required=if_match_required)
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


def check_version_named(request: Request, *, required: bool) -> None:
    """Whether If-Match can be read, also where nobody asks for it; `version_required` or `malformed_request`."""
    if required and "if-match" not in request.headers:
        raise Problem("version_required")
    version_in(request)


def check_admitted(request: Request, row: Row, operation: str = "") -> None:
    """Refuse whoever the row does not admit; raises the problem ``forbidden``."""
    actor: Actor = request.scope["state"]["actor"]
    if not admits(row, actor.role, actor.duty):
        raise Problem("forbidden")
    caller: Caller = request.scope["state"]["caller"]
    if not holds(caller.scopes, operation):
        raise Problem("forbidden", "no scope of this API key holds that")
    if actor.impersonator is not None and not _in_anothers_name(operation, may_act=actor.impersonator.may_act):
        raise Problem("forbidden", "nobody does this in somebody else's name")


def _in_anothers_name(operation: str, *, may_act: bool) -> bool:
    return operation in SEEN_IN_ANOTHERS_NAME or (may_act and operation in DONE_IN_ANOTHERS_NAME)


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


def _told(row: Row) -> dict[str, object]:
    """What the document says about who may."""
    told: dict[str, object] = {"x-roles": [role.value for role in Role if role in row]}
    provider = row.get(Role.PROVIDER)
    if provider is not None and provider.duties != ALL_DUTIES:
        told["x-duties"] = [duty.value for duty in Duty if duty in provider.duties]
    return told


class Routes:
    """The routes of one noun. Their order is the order of the document."""

    def __init__(self, tag: str) -> None:
        self.router = APIRouter(tags=[tag])

    def command(
        self,
        path: str,
        answer: type[BaseModel],
        *,
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
        extra: dict[str, object] = {"x-if-match": if_match}
        return self._declare("POST", path, answer, codes, status, extra, CommandRoute)

    def report(
        self, path: str, answer: type[BaseModel], *, problems: Sequence[str] = ()
    ) -> Callable[[Handler], Handler]:
        """Declare a POST that orders nothing: it can be repeated by its nature, and needs a key like any other."""
        codes = [*ALWAYS, *OF_REPORTS, *problems]
        extra: dict[str, object] = {"x-if-match": OPTIONAL}
        return self._declare("POST", path, answer, codes, 200, extra, CommandRoute)

    def query(
        self, path: str, answer: type[BaseModel], *, problems: Sequence[str] = ()
    ) -> Callable[[Handler], Handler]:
        """Declare a GET; the handler's docstring is its documentation."""
        codes = [*ALWAYS, *OF_QUERIES, *problems]
        if "{" in path:
            codes.append("not_found")
        extra: dict[str, object] = {}
        return self._declare("GET", path, answer, codes, 200, extra, QueryRoute)

    def file(self, path: str, media: Sequence[str], *, problems: Sequence[str] = ()) -> Callable[[Handler], Handler]:
        """Declare a GET that answers with a file, of one of these media types."""
        codes = [*ALWAYS, *OF_QUERIES, *problems]
        if "{" in path:
            codes.append("not_found")
        extra: dict[str, object] = {}
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
            operation: str = getattr(handler, "__name__")  # noqa: B009  a Callable has none, for mypy
            described = responses_of(status, codes, is_command="contended" in codes)
            if media:
                binary = {"schema": {"type": "string", "format": "binary"}}
                described[status]["content"] = dict.fromkeys(media, binary)
            summary, _, description = inspect.cleandoc(handler.__doc__ or "").partition("\n")
            self.router.add_api_route(
                path,
                handler,
                methods=[method],
                operation_id=operation,
                summary=summary.rstrip("."),
                description=description.strip() or summary,
                status_code=status,
                response_model=answer,
                response_class=Response if media else JSONResponse,
                responses=described,
                openapi_extra=_told(row_of(operation)) | extra,
                route_class_override=route_class,
            )
            return handler

        return declare


__all__ = ["OPTIONAL", "REQUIRED", "CommandCall", "Routes"]
