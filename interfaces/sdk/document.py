"""How does the generator read the OpenAPI document: what do its references stand for, and what are things called?"""

import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

Json = Mapping[str, Any]
METHODS = ("get", "put", "post", "delete", "patch")


class NotGenerable(Exception):
    """The document says something that the generator cannot write down."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the document."""

    method: str
    path: str
    told: Json
    parameters: tuple[Json, ...]

    @property
    def name(self) -> str:
        """What its function is called."""
        return cast("str", self.told["operationId"])

    def parameters_in(self, place: str) -> list[Json]:
        """Those of the path, the query or the headers."""
        return [one for one in self.parameters if one["in"] == place]

    def takes_header(self, name: str) -> bool:
        """Whether it takes this header."""
        return any(one["name"] == name for one in self.parameters_in("header"))


def resolved(document: Json, told: Json) -> Json:
    """What a reference stands for; what is none stands for itself."""
    while "$ref" in told:
        found: Any = document
        for step in told["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        told = found
    return told


def operations_of(document: Json) -> Iterator[Operation]:
    """All operations, in the order of the document."""
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            if method in METHODS:
                parameters = tuple(resolved(document, one) for one in told.get("parameters", ()))
                yield Operation(method.upper(), path, told, parameters)


def class_names(document: Json) -> dict[str, str]:
    """What the class of each schema is called; raises NotGenerable where two would be called the same."""
    names = {name: _class_name(name) for name in document["components"]["schemas"]}
    if len(set(names.values())) != len(names):
        raise NotGenerable("two schemas would have classes of one name")
    return names


def argument_name(name: str) -> str:
    """A name that Python takes: ``as`` becomes ``as_``."""
    plain = re.sub(r"\W", "_", name).lower()
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def docstring(text: str, indent: str) -> str:
    """A text as a docstring."""
    safe = text.replace("\\", "\\\\").replace('"""', "'''").strip()
    if safe.endswith('"'):
        safe += " "
    return f'{indent}"""' + safe.replace("\n", f"\n{indent}") + '"""'


def _class_name(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name) if part)
