"""How is a PDF taken: only its pages, and only when nothing in it runs, hides a file, or leads elsewhere?"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from application.files import FileFlaw, FileNotTaken

if TYPE_CHECKING:
    from collections.abc import Iterator

# A certificate is some hundred objects; a scanned policy of fifty pages some thousands.
MOST_OBJECTS: Final = 20_000
END: Final = b"%%EOF"
ACTIVE_KEYS: Final = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"})
ACTIVE_WORDS: Final = frozenset(
    {
        *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound"),
        *("/EmbeddedFile", "/FileAttachment", "/RichMedia", "/RichMediaExecute", "/Screen", "/3D"),
    }
)
"""Kinds of actions, annotations and streams that do something, or hold another file."""
WORDED: Final = ("/S", "/Type", "/Subtype")


def plain_pdf(content: bytes, most_pages: int) -> bytes:
    """Its pages in a new file, without what was written beside them. Raises FileNotTaken."""
    _, end, after = content.rpartition(END)
    if not end:
        raise FileNotTaken(FileFlaw.UNREADABLE)
    if after.strip(b"\r\n\t \x00"):
        raise FileNotTaken(FileFlaw.TWO_IN_ONE)
    try:
        reader = PdfReader(BytesIO(content))
        flaw = _flaw(reader, most_pages)
        pages = _only_pages(reader) if flaw is None else b""
    except Exception:  # noqa: BLE001  (a parser that meets rubbish raises whatever it likes)
        raise FileNotTaken(FileFlaw.UNREADABLE) from None
    if flaw is not None:
        raise FileNotTaken(flaw)
    return pages


def _flaw(reader: PdfReader, most_pages: int) -> FileFlaw | None:
    if reader.is_encrypted:
        return FileFlaw.ENCRYPTED
    if not reader.pages:
        return FileFlaw.UNREADABLE
    if len(reader.pages) > most_pages:
        return FileFlaw.TOO_MANY_PAGES
    for met, one in enumerate(_all_within(reader)):
        if met > MOST_OBJECTS:
            return FileFlaw.TOO_COMPLEX
        if isinstance(one, DictionaryObject) and _is_active(one):
            return FileFlaw.ACTIVE_CONTENT
    return None


def _only_pages(reader: PdfReader) -> bytes:
    writer = PdfWriter()
    for page in reader.pages:
        writer.add_page(page)
    writer.metadata = None
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _all_within(reader: PdfReader) -> Iterator[object]:
    """Everything that can be reached, once."""
    seen: set[tuple[int, int]] = set()
    ahead: list[object] = [reader.trailer]
    while ahead:
        one = ahead.pop()
        if isinstance(one, IndirectObject):
            if (one.idnum, one.generation) in seen:
                continue
            seen.add((one.idnum, one.generation))
            one = one.get_object()
        yield one
        if isinstance(one, DictionaryObject):
            ahead.extend(one.values())
        elif isinstance(one, ArrayObject):
            ahead.extend(part for part in one if isinstance(part, (IndirectObject, DictionaryObject, ArrayObject)))


def _is_active(one: DictionaryObject) -> bool:
    if not ACTIVE_KEYS.isdisjoint(one):
        return True
    return any(str(one[word]) in ACTIVE_WORDS for word in WORDED if word in one)
