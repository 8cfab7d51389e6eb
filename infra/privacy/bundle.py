"""How is everything about a person handed over: for a program, and for the person?"""

from __future__ import annotations

import zipfile
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from datetime import datetime

    from infra.privacy.gathering import Everything, Gathering
    from infra.privacy.whom import Person

ENDINGS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
}
STYLE: Final = (
    "body{font:15px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;margin:0 0 1rem}td,th{border:1px solid #bbb;padding:.2rem .6rem;text-align:left;"
    "vertical-align:top}h2{margin-top:2rem}"
)


async def bundle_of(gathering: Gathering, person: Person, at: datetime) -> bytes:
    """A zip with ``about.json``, ``about.html`` and the files that the person uploaded."""
    found = await gathering.about(person)
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        told = {"person_id": person.shown, "tenant": person.tenant, "at": at, "about": found}
        bundle.writestr("about.json", msgspec.json.format(msgspec.json.encode(told), indent=1))
        bundle.writestr("about.html", page_of(person, found, at))
        for file in await gathering.files_of(person):
            content = await gathering.content_of(file)
            if content is not None:
                bundle.writestr(f"files/{file.file_id.hex}.{ENDINGS[file.media.value]}", content)
    return out.getvalue()


def page_of(person: Person, found: Everything, at: datetime) -> str:
    """The same for reading: a heading for each sort of thing, a table for each thing."""
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{person.shown}</title><style>{STYLE}</style>",
        f"<h1>What we keep of {person.shown}</h1><p>As of {at.isoformat()}.</p>",
    ]
    for name, rows in found.items():
        parts.append(f"<h2>{escape(name.replace('_', ' '))}</h2>")
        parts += [_table(row) for row in rows]
    return "".join(parts) + "</html>"


def _table(row: dict[str, object]) -> str:
    told = [(name, value) for name, value in row.items() if value is not None and name != "tenant"]
    lines = [f"<tr><th>{escape(name.replace('_', ' '))}<td>{escape(_text(value))}" for name, value in told]
    return f"<table>{''.join(lines)}</table>"


def _text(value: object) -> str:
    plain = msgspec.to_builtins(value)
    return plain if isinstance(plain, str) else msgspec.json.encode(plain).decode()
