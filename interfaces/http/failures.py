"""Which problem is which exception? The one table from what was raised to what the caller is told."""

from collections.abc import Sequence
from typing import TypedDict

import psycopg
from fastapi.exceptions import RequestValidationError
from psycopg.errors import UndefinedTable
from psycopg_pool import PoolTimeout, TooManyRequests
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException

from application.engine import Contended, RefusedBefore
from application.files import FileStoreAway, ScannerAway
from application.log import KeyReused, LogUnavailable
from application.personal import PersonalUnavailable, RecordDiffers
from application.prices import PricesUnknown
from application.zones import ZonesUnknown
from domain.refusal import Refusal
from infra.identity.passwords import PasswordsBusy
from infra.projections.waiting import ProjectionBehind
from interfaces.http.problems import FieldError, Problem, of_refusal

BY_STATUS = {404: "unknown_route", 405: "method_not_allowed", 400: "malformed_request", 413: "body_too_large"}
BY_KIND: tuple[tuple[type[Exception], str], ...] = (
    (KeyReused, "key_reused"),
    (RecordDiffers, "key_reused"),
    (Contended, "contended"),
    (LogUnavailable, "log_unavailable"),
    (PasswordsBusy, "overloaded"),
    (PersonalUnavailable, "store_unavailable"),
    (FileStoreAway, "store_unavailable"),
    (ScannerAway, "scanner_away"),
    # A process that has just begun and has not read its zones or tariffs yet.
    (ZonesUnknown, "store_unavailable"),
    (PricesUnknown, "store_unavailable"),
    (PoolTimeout, "store_unavailable"),
    (TooManyRequests, "overloaded"),
    (ProjectionBehind, "projection_behind"),
    # A read model that was never built yet: its view comes with the projector's first run.
    (UndefinedTable, "projection_behind"),
    (psycopg.OperationalError, "store_unavailable"),
    (psycopg.InterfaceError, "store_unavailable"),
)
# 20 wrong fields are enough to mend a form by; a body can be made to have thousands.
MAX_FIELD_ERRORS = 20


class _Wrong(TypedDict):
    type: str
    loc: tuple[int | str, ...]
    msg: str


def problem_of(error: Exception) -> Problem:
    """The problem that tells of this exception; ``internal_error`` for one that nobody expected."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Refusal):
        return of_refusal(error, replayed=isinstance(error, RefusedBefore))
    if isinstance(error, HTTPException):
        return Problem(BY_STATUS.get(error.status_code, "internal_error"), headers=dict(error.headers or {}))
    if isinstance(error, RequestValidationError):
        return _of_parameters(error.errors())
    if isinstance(error, ValidationError):
        return _of_body(error.errors(include_url=False, include_input=False, include_context=False))
    code = next((code for kind, code in BY_KIND if isinstance(error, kind)), "internal_error")
    return Problem(code)


def _of_body(wrong: Sequence[ErrorDetails]) -> Problem:
    if any(one["type"] == "json_invalid" for one in wrong):
        return Problem("malformed_request", "the body is not valid JSON")
    errors = [FieldError("".join(f"/{_escaped(part)}" for part in one["loc"]), one["msg"]) for one in wrong]
    return Problem("validation_failed", errors=errors[:MAX_FIELD_ERRORS])


def _of_parameters(wrong: Sequence[_Wrong]) -> Problem:
    errors = [FieldError("?" + ".".join(str(part) for part in one["loc"][1:]), one["msg"]) for one in wrong]
    return Problem("validation_failed", errors=errors[:MAX_FIELD_ERRORS])


def _escaped(part: int | str) -> str:
    """RFC 6901: tilde and slash are written otherwise inside a pointer."""
    return str(part).replace("~", "~0").replace("/", "~1")
