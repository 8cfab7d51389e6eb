"""How is a route declared that takes a file: raw bytes, in pieces, up to a limit, a few at a time?"""

import asyncio
import inspect
from collections.abc import Callable, Sequence
from typing import Final, cast

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel

from domain.actor import Role
from infra.bootstrap import Stack
from interfaces.http.calls import read_key
from interfaces.http.described import responses_of
from interfaces.http.problems import Problem
from interfaces.http.routing import ALWAYS, OF_REPORTS, Handle, Handler, check_admitted, row_of

BODY: Final[dict[str, object]] = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary", "minLength": 1}}},
}
"""Of any content type: what a file is, its bytes say."""


class UploadRoute(APIRoute):
    """Policy, key, then whatever FastAPI parses of the address: the body is the handler's to read."""

    def get_route_handler(self) -> Handle:
        """See APIRoute."""
        inner = super().get_route_handler()
        row = row_of(cast("str", self.operation_id))

        async def handle(request: Request) -> object:
            check_admitted(request, row)
            request.scope["state"]["key"] = read_key(request)
            return await inner(request)

        return cast("Handle", handle)


async def whole_body(request: Request, stack: Stack) -> bytes:
    """What is sent, once it is this one's turn and no more than may be; raises ``body_too_large``, ``overloaded``.

    Whoever sends without end is stopped at the limit: nobody holds more of it in memory.
    """
    most, parts, taken = stack.settings.file_limit_bytes, [], 0
    async for part in request.stream():
        taken += len(part)
        if taken > most:
            raise Problem("body_too_large", f"a file has at most {most} bytes", headers={"Connection": "close"})
        parts.append(part)
    return b"".join(parts)


class Turns:
    """So many uploads at a time in one process; whoever comes beyond that is told to come again."""

    def __init__(self, most: int) -> None:
        self._free = most

    async def __aenter__(self) -> None:
        """Take a turn; raises the problem ``overloaded``."""
        if self._free <= 0:
            raise Problem("overloaded")
        self._free -= 1
        await asyncio.sleep(0)

    async def __aexit__(self, *_: object) -> None:
        """Give it back."""
        self._free += 1


def upload(
    router: APIRouter, path: str, answer: type[BaseModel], problems: Sequence[str]
) -> Callable[[Handler], Handler]:
    """Declare a POST that takes a file; the handler's docstring is its documentation."""

    def declare(handler: Handler) -> Handler:
        operation: str = getattr(handler, "__name__")  # noqa: B009  a Callable has none, for mypy
        row = row_of(operation)
        summary, _, description = inspect.cleandoc(handler.__doc__ or "").partition("\n")
        router.add_api_route(
            path,
            handler,
            methods=["POST"],
            operation_id=operation,
            summary=summary.rstrip("."),
            description=description.strip() or summary,
            status_code=201,
            response_model=answer,
            responses=responses_of(201, [*ALWAYS, *OF_REPORTS, *problems], is_command=False),
            openapi_extra={"x-roles": [role.value for role in Role if role in row], "requestBody": BODY},
            route_class_override=UploadRoute,
        )
        return handler

    return declare
