"""How does the document describe answers and problems? The same way for every operation."""

from collections.abc import Sequence
from typing import Final

from interfaces.http.problem_catalogue import CATALOGUE
from interfaces.http.problems import MEDIA_TYPE

Json = dict[str, object]

PROBLEM_SCHEMA: Final[Json] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem document. Further members are facts of that code.",
    "required": ["type", "title", "status", "detail", "code", "trace_id"],
    "properties": {
        "type": {"type": "string", "description": "Where the code is explained.", "examples": ["/problems/not_found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Stable: switch on this."},
        "trace_id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body, or ?parameter."},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}

_TEXT: Final[Json] = {"type": "string"}
_HEADERS_OF_COMMANDS: Final[Json] = {
    "VehicAid-Position": {"description": "Position of the command's last event.", "schema": {"type": "string"}},
    "ETag": {"description": "The version, for If-Match.", "schema": _TEXT},
    "Idempotency-Replayed": {"description": "`true` when the command had been done before.", "schema": _TEXT},
}


def responses_of(status: int, codes: Sequence[str], *, is_command: bool) -> dict[int | str, Json]:
    """The answer and every problem of an operation, problems of one status together."""
    described: dict[int | str, Json] = {status: {"description": "Done." if is_command else "As it stands."}}
    if is_command:
        headers = dict(_HEADERS_OF_COMMANDS)
        if status == 201:
            headers["Location"] = {"description": "Where the new thing is found.", "schema": _TEXT}
        described[status]["headers"] = headers
    by_status: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        by_status.setdefault(CATALOGUE[code].status, []).append(code)
    for problem_status, same in sorted(by_status.items()):
        described[problem_status] = _problems(same)
    return described


def _problems(codes: Sequence[str]) -> Json:
    described: Json = {
        "description": "; ".join(f"`{code}`: {CATALOGUE[code].title}" for code in codes),
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in codes},
            }
        },
    }
    if any(CATALOGUE[code].retry_after_s is not None for code in codes):
        described["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": _TEXT}}
    return described


def example_of_problem(code: str) -> Json:
    """A problem document of that code."""
    kind = CATALOGUE[code]
    return {
        "type": f"/problems/{code}",
        "title": kind.title,
        "status": kind.status,
        "detail": kind.explanation,
        "code": code,
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
    }
