"""Where are uploaded files kept, who looks through them for harm, and why is one not taken?"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from domain.refusal import BadInput


class MediaType(StrEnum):
    """What a file may be: told by its bytes, never by its name or by whoever sends it."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    PDF = "application/pdf"


SUFFIXES = {MediaType.JPEG: "jpg", MediaType.PNG: "png", MediaType.WEBP: "webp", MediaType.PDF: "pdf"}


class FileFlaw(StrEnum):
    """What is wrong with a file that is not taken."""

    EMPTY = "empty"
    UNKNOWN_TYPE = "unknown_type"
    UNREADABLE = "unreadable"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_COMPLEX = "too_complex"
    ENCRYPTED = "encrypted"
    ACTIVE_CONTENT = "active_content"
    TWO_IN_ONE = "two_in_one"


class FileNotTaken(BadInput):
    """A file is a whole JPEG, PNG, WebP or PDF and nothing else besides, without anything in it that runs."""

    code = "file_not_taken"

    def __init__(self, flaw: FileFlaw, detail: str = "") -> None:
        super().__init__(detail or f"the file is not taken: {flaw.value}", flaw=flaw.value)


class FileInfected(BadInput):
    """The virus scanner knows this file."""

    code = "file_infected"


class UnknownFile(BadInput):
    """There is no such file of this company, or nobody named it in time."""

    code = "unknown_file"


class FileStoreAway(Exception):
    """Where files are kept did not answer; try again."""


class ScannerAway(Exception):
    """The virus scanner did not answer; without it no file is taken. Try again."""


class FileStore(Protocol):
    """Keeps sealed bytes under names of ours: two hexadecimal digits, a slash, 32 of them. Raises FileStoreAway."""

    async def put(self, name: str, content: bytes) -> None:
        """Keep it; durable when this returns. The same name again takes the place of what was there."""
        ...

    async def get(self, name: str) -> bytes | None:
        """What is kept under that name, or None."""
        ...

    async def remove(self, name: str) -> None:
        """Keep it no longer; what is not there is gone already."""
        ...


class Scanner(Protocol):
    """Looks through a file for what is known to do harm. Raises ScannerAway."""

    async def scan(self, content: bytes) -> str | None:
        """The name of what it found, or None."""
        ...
