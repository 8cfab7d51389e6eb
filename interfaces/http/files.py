"""How is a file answered? With a fingerprint of its bytes, so that whoever has it already is told so in a line."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from hashlib import sha256
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from domain.gst.words import DocumentLanguage
from infra.papers.sheets import Sheet, as_csv, as_xlsx

KEPT: Final = "private, no-cache"
"""Whoever keeps it asks each time whether it is still so: a bill is registered, cancelled or credited later."""
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SheetForm(StrEnum):
    """As what a list is taken along."""

    CSV = "csv"
    XLSX = "xlsx"


SHEETS: Final = {SheetForm.CSV: "text/csv", SheetForm.XLSX: XLSX}


async def file(
    request: Request, of: bytes, make: Callable[[], Awaitable[bytes]], media: str, name: str, **headers: str
) -> Response:
    """The file that ``make`` makes, always the same of the same ``of``; 304 for who has it."""
    tag = f'"{sha256(of).hexdigest()[:32]}"'
    told = {"ETag": tag, "Cache-Control": KEPT, **headers}
    if _has(request, tag):
        return Response(status_code=304, headers=told)
    told["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(await make(), 200, headers=told, media_type=media)


async def sheet(request: Request, told: Sheet, form: SheetForm, name: str) -> Response:
    """A list as a file."""
    made = as_xlsx(told) if form is SheetForm.XLSX else as_csv(told)

    async def as_made() -> bytes:
        return made

    return await file(request, made, as_made, SHEETS[form], f"{name}.{form.value}")


def language_of(request: Request, asked: DocumentLanguage | None) -> DocumentLanguage:
    """What was asked for, or the first language of ours that Accept-Language names with the most weight."""
    if asked is not None:
        return asked
    wanted: list[tuple[float, int, DocumentLanguage]] = []
    for place, part in enumerate(request.headers.get("accept-language", "").split(",")):
        name, _, weight = part.strip().partition(";q=")
        known = name.partition("-")[0].lower()
        if known in set(DocumentLanguage):
            wanted.append((-_weight(weight), place, DocumentLanguage(known)))
    return min(wanted)[2] if wanted else DocumentLanguage.ENGLISH


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def _has(request: Request, tag: str) -> bool:
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    return tag in known or "*" in known
