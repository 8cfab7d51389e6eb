"""What is a file really, and what of it do we keep? Told by its bytes alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from application.files import FileFlaw, FileNotTaken, MediaType
from infra.files.pdfs import plain_pdf
from infra.files.pictures import redrawn

if TYPE_CHECKING:
    from infra.settings import Settings

RIFF_HEAD: Final = 12
# Browsers guess from words like these; pixels hold none of them by chance (the shortest: once in thousands of files).
MARKUP: Final = re.compile(rb"<!doctype|<html[\s>]|<script[\s>]|<iframe[\s>]|<object[\s>]|<\?php", re.IGNORECASE)
# The end of a ZIP archive is looked for from the back of a file: 22 bytes and a comment of 64 KiB at most.
ZIP_END: Final = b"PK\x05\x06"
ZIP_TAIL: Final = 65_557
# Readers of PDF take a header anywhere in here.
PDF_HEAD: Final = 1_024


@dataclass(frozen=True, slots=True)
class LookLimits:
    """How large may be what a file unfolds to?"""

    most_pixels: int
    longest_side_px: int
    most_pages: int

    @classmethod
    def of(cls, settings: Settings) -> LookLimits:
        """What this deployment set."""
        return cls(settings.file_most_pixels, settings.file_longest_side_px, settings.file_most_pages)


@dataclass(frozen=True, slots=True)
class Clean:
    """What is kept of a file: pictures are drawn anew, the pages of a PDF are put into a new one."""

    media: MediaType
    content: bytes


def type_of(content: bytes) -> MediaType:
    """What the first bytes say; raises FileNotTaken for anything that we do not take."""
    if content.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    if content.startswith(b"RIFF") and content[8:RIFF_HEAD] == b"WEBP":
        return MediaType.WEBP
    if re.match(rb"%PDF-[12]\.\d", content):
        return MediaType.PDF
    raise FileNotTaken(FileFlaw.UNKNOWN_TYPE if content else FileFlaw.EMPTY)


def looked_at(content: bytes, limits: LookLimits) -> Clean:
    """What is kept of it: takes tens of milliseconds, so call it beside the event loop. Raises FileNotTaken."""
    media = type_of(content)
    _is_one_thing(content, media)
    if media is MediaType.PDF:
        return Clean(media, plain_pdf(content, limits.most_pages))
    return Clean(media, redrawn(content, media, limits.most_pixels, limits.longest_side_px))


def _is_one_thing(content: bytes, media: MediaType) -> None:
    """Refuse what is a page, an archive or a PDF as well: to whom it is which would be somebody else's choice."""
    hidden_pdf = media is not MediaType.PDF and b"%PDF-" in content[:PDF_HEAD]
    if hidden_pdf or ZIP_END in content[-ZIP_TAIL:] or MARKUP.search(content):
        raise FileNotTaken(FileFlaw.TWO_IN_ONE)
