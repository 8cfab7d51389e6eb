"""How does the API say no? As RFC 9457 problem documents with a stable code, whatever went wrong."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from starlette.responses import Response

from domain.ids import show
from domain.refusal import Refusal
from interfaces.http.answers import PREFIXES
from interfaces.http.problem_catalogue import CATALOGUE

MEDIA_TYPE = "application/problem+json"

Fact = str | int | bool | None


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: a JSON pointer into the body, or the name of a header or parameter."""

    pointer: str
    detail: str


class Problem(Exception):
    """The request cannot be answered as asked; ``code`` is a key of the catalogue, which knows the status."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **facts: Fact,
    ) -> None:
        super().__init__(detail or code)
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.facts: dict[str, Fact] = facts


def of_refusal(refusal: Refusal, *, replayed: bool = False) -> Problem:
    """A refusal of the rules, as the API tells it."""
    code = refusal.code if refusal.code in CATALOGUE else "refused"
    if code == "not_found":
        # Word for word the same for what does not exist, is another's, or is another tenant's.
        return Problem(code, headers={"Idempotency-Replayed": "true"} if replayed else None)
    headers = {"Idempotency-Replayed": "true"} if replayed else None
    problem = Problem(code, refusal.detail, headers=headers)
    problem.facts.update(_harmless(refusal.facts))
    return problem


def _harmless(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    taken = {"code", "detail", "errors", "headers", "type", "title", "status", "trace_id", "id"}
    return {name: _shown(name, value) for name, value in facts.items() if name not in taken}


def _shown(name: str, value: Fact) -> Fact:
    """Ids leave with their prefix, whoever wrote the fact."""
    prefix = PREFIXES.get(name)
    if prefix is None or not isinstance(value, str):
        return value
    with contextlib.suppress(ValueError):
        return show(prefix, UUID(value))
    return value


def document(problem: Problem, trace_id: str) -> dict[str, object]:
    """The problem as plain JSON."""
    kind = CATALOGUE[problem.code]
    told: dict[str, object] = {
        "type": f"/problems/{problem.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail or kind.explanation,
        "code": problem.code,
        "trace_id": trace_id,
    }
    if problem.errors:
        told["errors"] = [{"pointer": e.pointer, "detail": e.detail} for e in problem.errors]
    told.update(problem.facts)
    return told


def document_bytes(problem: Problem, trace_id: str) -> tuple[int, bytes]:
    """Status and body, for whoever writes an answer by hand."""
    return CATALOGUE[problem.code].status, msgspec.json.encode(document(problem, trace_id))


def response(problem: Problem, trace_id: str) -> Response:
    """The problem as an answer."""
    kind = CATALOGUE[problem.code]
    headers = dict(problem.headers)
    if kind.retry_after_s is not None:
        headers.setdefault("Retry-After", str(problem.facts.get("retry_after_s", kind.retry_after_s)))
    status, body = document_bytes(problem, trace_id)
    return Response(body, status, headers=headers, media_type=MEDIA_TYPE)
