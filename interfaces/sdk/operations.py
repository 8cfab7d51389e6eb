"""Which function calls each operation? One method of the client, by the name of the operation."""

from collections.abc import Mapping

from interfaces.sdk.document import (
    Json,
    NotGenerable,
    Operation,
    argument_name,
    class_names,
    docstring,
    operations_of,
    resolved,
)
from interfaces.sdk.types import type_of

JSON = "application/json"
ROOM = "types."
HEAD = '''"""Which operations has the API? One method each. Generated from the OpenAPI document: do not edit."""

from __future__ import annotations

from collections.abc import {iterator}
from typing import Literal, cast

from . import types
from .calls import Call
from .sending import {base}


class {client}({base}):
    """All operations of the API{how}."""
'''


def client_text(document: Json, *, awaited: bool) -> str:
    """The module of the client, or of the one whose functions are awaited."""
    names = class_names(document)
    head = HEAD.format(
        iterator="AsyncIterator" if awaited else "Iterator",
        base="AsyncSender" if awaited else "Sender",
        client="AsyncClient" if awaited else "Client",
        how=", awaited" if awaited else "",
    )
    return "\n".join([head, *(_Written(document, names, one, awaited).text() for one in operations_of(document))])


class _Written:
    """One operation on its way to be a method."""

    def __init__(self, document: Json, names: Mapping[str, str], operation: Operation, awaited: bool) -> None:  # noqa: FBT001
        self.document = document
        self.names = names
        self.operation = operation
        self.awaited = awaited
        self.command = operation.takes_header("Idempotency-Key")
        self.versioned = operation.takes_header("If-Match")
        others = [one["name"] for one in operation.parameters_in("header")]
        if unknown := set(others) - {"Idempotency-Key", "If-Match"}:
            raise NotGenerable(f"{operation.name} takes headers that no client sends: {sorted(unknown)}")
        self.success = self._success()
        self.raw = bool(self.success) and set(self.success) != {JSON}

    def text(self) -> str:
        """The method, and another one for all pages where there are pages."""
        item = self._item()
        return "\n".join([self._method(), *([self._pages(item)] if item else [])])

    def _success(self) -> Json:
        answers = self.operation.told["responses"]
        code = min(code for code in answers if code.startswith("2"))
        content: Json = resolved(self.document, answers[code]).get("content", {})
        return content

    def _result(self) -> str:
        if self.raw:
            return "bytes"
        return type_of(self.success[JSON]["schema"], self.names, ROOM) if self.success else "None"

    def _item(self) -> str | None:
        queried = {one["name"] for one in self.operation.parameters_in("query")}
        if "cursor" not in queried or self.raw or not self.success:
            return None
        page = resolved(self.document, self.success[JSON]["schema"]).get("properties", {})
        rows = page.get("data", {})
        return type_of(rows["items"], self.names, ROOM) if "items" in rows and "next_cursor" in page else None

    def _arguments(self, without: str = "") -> str:
        told = self.operation.told.get("requestBody")
        first = ["self", *(f"{argument_name(one['name'])}: str" for one in self.operation.parameters_in("path"))]
        if told is not None:
            kind = type_of(next(iter(told["content"].values()))["schema"], self.names, ROOM)
            first.append(f"body: {kind}" if told.get("required") else f"body: {kind} | None = None")
        named = [self._asked(one) for one in self.operation.parameters_in("query") if one["name"] != without]
        # What has to be given comes first, as it reads best.
        named.sort(key=lambda one: "= None" in one)
        named += ["idempotency_key: str | None = None"] if self.command else []
        named += ["if_match: int | str | None = None"] if self.versioned else []
        named += ["accept: str | None = None"] if self.raw else []
        return ", ".join([*first, *(["*", *named] if named else [])])

    def _asked(self, parameter: Json) -> str:
        kind = type_of(parameter["schema"], self.names, ROOM)
        if parameter.get("required"):
            return f"{argument_name(parameter['name'])}: {kind}"
        kind = kind if "None" in kind.split(" | ") else f"{kind} | None"
        return f"{argument_name(parameter['name'])}: {kind} = None"

    def _call(self) -> str:
        given = [repr(self.operation.method), repr(self.operation.path)]
        for place, name in (("path", "parts"), ("query", "query")):
            if told := self.operation.parameters_in(place):
                pairs = ", ".join(f"{one['name']!r}: {argument_name(one['name'])}" for one in told)
                given.append(f"{name}={{{pairs}}}")
        given += ["body=body"] if "requestBody" in self.operation.told else []
        given += ["command=True, key=idempotency_key"] if self.command else []
        given += ["if_match=if_match"] if self.versioned else []
        given += ["raw=True, accept=accept"] if self.raw else []
        if any(one["name"] == "min_position" for one in self.operation.parameters_in("query")):
            given.append("follows=True")
        return f"Call({', '.join(given)})"

    def _method(self) -> str:
        told = self.operation.told
        said = "\n\n".join(text for text in (told.get("summary", ""), told.get("description", "")) if text)
        start, wait = ("async def", "await ") if self.awaited else ("def", "")
        sent = f"{wait}self._send({self._call()})"
        result = self._result()
        answer = sent if result == "None" else f"return cast({result!r}, {sent})"
        return "\n".join(
            [
                f"    {start} {self.operation.name}({self._arguments()}) -> {result}:",
                docstring(said or self.operation.name, "        "),
                f"        {answer}",
                "",
            ]
        )

    def _pages(self, item: str) -> str:
        asked = [argument_name(one["name"]) for one in self.operation.parameters_in("path")]
        named = [argument_name(one["name"]) for one in self.operation.parameters_in("query") if one["name"] != "cursor"]
        given = ", ".join([*asked, *(f"{name}={name}" for name in named), "cursor=cursor"])
        start, wait, kind = ("async def", "await ", "AsyncIterator") if self.awaited else ("def", "", "Iterator")
        return "\n".join(
            [
                f"    {start} each_of_{self.operation.name}({self._arguments('cursor')}) -> {kind}[{item}]:",
                f'        """Each row of `{self.operation.name}`, page after page."""',
                "        cursor: str | None = None",
                "        while True:",
                f"            page = {wait}self.{self.operation.name}({given})",
                '            for row in page["data"]:',
                "                yield row",
                '            cursor = page["next_cursor"]',
                "            if not cursor:",
                "                return",
                "",
            ]
        )
