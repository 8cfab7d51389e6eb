"""What does the committed document say? Every operation, with an example, its roles and its problems."""

import json
from typing import Any, Final, cast

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from interfaces.http.declared import open_paths
from interfaces.http.described import PROBLEM_SCHEMA, example_of_problem
from interfaces.http.examples import example_of
from interfaces.http.problem_catalogue import CATALOGUE
from interfaces.http.scopes import scope_of
from interfaces.http.shared_parts import with_shared_parts

DESCRIPTION: Final = """Roadside assistance: help is requested, offered, accepted, en route, there, and done.

**Commands** are POSTs. Each needs an `Idempotency-Key`; sent again with the same key it gets the same answer, marked
`Idempotency-Replayed: true`; with other content it is refused (422 `key_reused`). Refusals are remembered too: after
one, look again and use a new key. Each answer holds `id`, `version` (also as `ETag`) and `position` (also as
`VehicAid-Position`). `If-Match` refuses to act on a stale view; where it is required, leaving it out gives 428.

**Queries** take `min_position`: the answer then holds at least everything up to that position (waits up to 2 s, then
503 with `Retry-After`). Lists give `{data, next_cursor}`; cursors are opaque and belong to one list and its filters.

**Errors** are RFC 9457 problem documents; switch on `code`, and look it up at `/problems/{code}`.

**Units**: time is RFC 3339 in UTC, distance in metres, duration in seconds, phone numbers E.164, ids prefixed.
`can` tells which acts are open to you.
"""
SECURITY: Final = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Claims: role, sub, tenant. For local use: POST /v1/tokens.",
    },
    "api_key": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "vak_",
        "description": "A key of a partner's system: it may do what its scopes say.",
    },
}

Json = dict[str, Any]  # an OpenAPI document is a tree of any shape


def document_of(app: FastAPI) -> Json:
    """The whole document, made once and kept by the app."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes, openapi_version="3.1.0"
        )
        app.openapi_schema = _completed(made, app)
    return app.openapi_schema


def as_text(app: FastAPI) -> str:
    """The document as it is committed: a line for each entry, none for what only closes, so that it stays small."""
    told = json.dumps(
        with_shared_parts(document_of(app)), indent=0, separators=(",", ":"), ensure_ascii=False, sort_keys=True
    )
    return told.replace("\n}", "}").replace("\n]", "]") + "\n"


def _completed(made: Json, app: FastAPI) -> Json:
    made["components"].setdefault("securitySchemes", {}).update(SECURITY)
    made["components"]["schemas"]["Problem"] = PROBLEM_SCHEMA
    made["components"]["examples"] = {
        code: {"summary": kind.title, "value": example_of_problem(code)} for code, kind in CATALOGUE.items()
    }
    for unused in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(unused, None)
    made["servers"] = [{"url": "/", "description": "This server."}]
    models = _models(app)
    public = open_paths(app.routes)
    for path, operations in made["paths"].items():
        for operation in operations.values():
            operation["security"] = [] if path in public else _proofs(operation["operationId"])
            _with_examples(operation, models)
    return made


def _proofs(operation: str) -> list[Json]:
    """What is shown: an access token, or an API key with this scope."""
    scope = scope_of(operation)
    return [{"token": []}] if scope is None else [{"token": []}, {"api_key": [scope]}]


def _models(app: FastAPI) -> dict[str, type[BaseModel]]:
    """Body and answer types by the operation they belong to."""
    found = {}
    for route in app.routes:
        operation = getattr(route, "operation_id", None)
        if operation is not None:
            body = getattr(route, "body_field", None)
            found[f"{operation} answer"] = cast("type[BaseModel]", getattr(route, "response_model", None))
            if body is not None:
                found[f"{operation} body"] = body.field_info.annotation
    return found


def _with_examples(operation: Json, models: dict[str, type[BaseModel]]) -> None:
    name = operation["operationId"]
    body, answer = models.get(f"{name} body"), models.get(f"{name} answer")
    if body is not None:
        operation["requestBody"]["content"]["application/json"]["example"] = example_of(body)
    if answer is not None:
        for status, response in operation["responses"].items():
            if status.startswith("2"):
                response["content"]["application/json"]["example"] = example_of(answer)
