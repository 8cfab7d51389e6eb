"""Which parts of the document are told once and pointed at from everywhere else? Parameters, headers and problems."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from interfaces.http.openapi import Json

SHARED_FROM: Final = 2
"""What stands in two places is told once."""


class _Shelf:
    """The parts of one kind that the document has in its ``components``."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._times: Counter[str] = Counter()
        self._names: dict[str, str] = {}
        self.parts: dict[str, Json] = {}

    def count(self, part: Json) -> None:
        """One more place has it."""
        self._times[_written(part)] += 1

    def pointed_at(self, part: Json, name: str) -> Json:
        """A reference to it where others have it too, else the part itself."""
        written = _written(part)
        if self._times[written] < SHARED_FROM:
            return part
        if written not in self._names:
            taken = sum(each == name or each.startswith(f"{name}.") for each in self.parts)
            self._names[written] = name if not taken else f"{name}.{taken + 1}"
            self.parts[self._names[written]] = part
        return {"$ref": f"#/components/{self._kind}/{self._names[written]}"}


def with_shared_parts(document: Json) -> Json:
    """The same document, smaller: what it says of an operation is what it said before, by reference."""
    told = cast("Json", json.loads(_written(document)))
    parameters, headers, responses = _Shelf("parameters"), _Shelf("headers"), _Shelf("responses")
    for response in _responses(told):
        for header in response.get("headers", {}).values():
            headers.count(header)
    for response in _responses(told):
        if "headers" in response:
            found = response["headers"].items()
            response["headers"] = {name: headers.pointed_at(header, name) for name, header in found}
    for operation in _operations(told):
        for parameter in operation.get("parameters", []):
            parameters.count(parameter)
        for response in operation["responses"].values():
            responses.count(response)
    for operation in _operations(told):
        if "parameters" in operation:
            operation["parameters"] = [parameters.pointed_at(each, each["name"]) for each in operation["parameters"]]
        operation["responses"] = {
            status: responses.pointed_at(response, _name_of(status, response))
            for status, response in operation["responses"].items()
        }
    told["components"] |= {"parameters": parameters.parts, "headers": headers.parts, "responses": responses.parts}
    return told


def _operations(document: Json) -> Iterator[Json]:
    for operations in document["paths"].values():
        yield from operations.values()


def _responses(document: Json) -> Iterator[Json]:
    for operation in _operations(document):
        yield from operation["responses"].values()


def _name_of(status: str, response: Json) -> str:
    """By its status and the codes of its problems, so that a route more renames nothing."""
    codes = response.get("content", {}).get("application/problem+json", {}).get("examples", {})
    return "-".join([status, *codes])


def _written(part: Json) -> str:
    return json.dumps(part, sort_keys=True, ensure_ascii=False)
