"""Which type has what the API takes and gives? One TypedDict for each schema of the document."""

import keyword
from collections.abc import Mapping
from typing import Any

from interfaces.sdk.document import Json, class_names, docstring

PLAIN = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "object": "dict[str, object]",
}
HEAD = '''"""Which types has what the API takes and gives? Generated from the OpenAPI document: do not edit."""

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict
'''


def type_of(schema: Json, names: Mapping[str, str], room: str = "") -> str:
    """The type of one schema, as it is written in an annotation."""
    if "$ref" in schema:
        return room + names[schema["$ref"].rsplit("/", 1)[-1]]
    if "const" in schema:
        return f"Literal[{schema['const']!r}]"
    if "enum" in schema:
        return f"Literal[{', '.join(repr(one) for one in schema['enum'])}]"
    for either in ("anyOf", "oneOf"):
        if either in schema:
            # Each once, in the order of the document.
            return " | ".join(dict.fromkeys(type_of(one, names, room) for one in schema[either]))
    return _by_its_type(schema, names, room)


def _by_its_type(schema: Json, names: Mapping[str, str], room: str) -> str:
    kind: Any = schema.get("type")
    if kind == "array":
        return f"list[{type_of(schema.get('items', {}), names, room)}]"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"dict[str, {type_of(schema['additionalProperties'], names, room)}]"
    if kind == "string" and schema.get("format") == "binary":
        return "bytes"
    if isinstance(kind, list):
        return " | ".join(PLAIN.get(one, "object") for one in kind)
    return PLAIN.get(kind, "object")


def types_text(document: Json) -> str:
    """The module of all types."""
    names = class_names(document)
    schemas = document["components"]["schemas"]
    return "\n\n".join([HEAD, *(_declared(names[name], schema, names) for name, schema in schemas.items())]) + "\n"


def _declared(name: str, schema: Json, names: Mapping[str, str]) -> str:
    if schema.get("type") != "object" or not schema.get("properties"):
        # Quoted, since what it names may stand further down.
        return f"{name}: TypeAlias = {_quoted(type_of(schema, names))}"
    fields = {field: _field(field, told, schema, names) for field, told in schema["properties"].items()}
    if any(keyword.iskeyword(field) for field in fields):
        inside = ", ".join(f"{field!r}: {_quoted(kind)}" for field, kind in fields.items())
        return f"{name} = TypedDict({name!r}, {{{inside}}})"
    lines = [f"class {name}(TypedDict):", docstring(schema.get("description", name), "    "), ""]
    for field, told in schema["properties"].items():
        lines.append(f"    {field}: {fields[field]}")
        if "description" in told:
            lines.append(docstring(told["description"], "    "))
    return "\n".join(lines)


def _field(field: str, told: Json, schema: Json, names: Mapping[str, str]) -> str:
    kind = type_of(told, names)
    return kind if field in schema.get("required", ()) else f"NotRequired[{kind}]"


def _quoted(kind: str) -> str:
    return kind if kind.startswith("Literal[") else repr(kind)
