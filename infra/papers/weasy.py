"""How is the PDF made? By WeasyPrint, with our own fonts, the form embedded, and the text kept beside the glyphs."""

import os
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import msgspec

from application.press import PressMissing
from domain.gst.inv01 import form_of
from domain.gst.paper import Paper
from domain.gst.words import DocumentLanguage
from infra.papers.page import page

EMBEDDED = "inv01.json"
WANTED = (
    "PDF needs the library Pango, which is missing here: apt-get install libpango-1.0-0 libpangoft2-1.0-0 "
    "(or your system's equivalent); until then documents are served as pages"
)
STILL = "0"
"""An instant for what has none: fonts that are cut down would otherwise carry the clock's."""

alone = threading.Lock()
"""Pango's font map is not made for several threads at once."""

_form = msgspec.json.Encoder(decimal_format="number")


class WeasyPress:
    """The renderer; loaded when it is first needed."""

    def pdf(self, paper: Paper, language: DocumentLanguage) -> bytes:
        """See ``Press``."""
        with alone:
            return _pdf(paper, language)

    def page(self, paper: Paper, language: DocumentLanguage) -> str:
        """See ``Press``."""
        return page(paper, language)


@cache
def edition() -> str:
    """Which renderer this is: another one makes other bytes of the same document."""
    try:
        return f"weasyprint {version('weasyprint')}, fonttools {version('fonttools')}"
    except PackageNotFoundError:
        return "none"


def form_bytes(paper: Paper) -> bytes:
    """The e-invoice form as it is embedded: JSON, amounts as exact numbers."""
    return _form.encode(form_of(paper))


def _pdf(paper: Paper, language: DocumentLanguage) -> bytes:
    form = form_bytes(paper)
    name = f"{paper.number}/{language.value}"
    return pdf_of(page(paper, language, at_home=True), form, EMBEDDED, "INV-01", paper.issued_on, name)


def pdf_of(html: str, told: bytes, name: str, description: str, day: date, identifier: str) -> bytes:
    """A page as PDF/A-3b with ``told`` embedded as a file: the same bytes for the same. Raises PressMissing.

    One at a time: who calls it from threads holds ``alone``.
    """
    library = _library()
    os.environ["SOURCE_DATE_EPOCH"] = STILL
    at = datetime.combine(day, time(), UTC)
    attached = library.Attachment(string=told.decode(), name=name, description=description, created=at, modified=at)
    document = library.HTML(string=html, url_fetcher=library.URLFetcher(allowed_protocols=("file",)))
    made: bytes = document.write_pdf(
        pdf_variant="pdf/a-3b", full_fonts=True, attachments=[attached], pdf_identifier=identifier.encode()
    )
    return made


@cache
def _library() -> Any:
    """WeasyPrint, taught to keep the text of a line beside its glyphs; raises PressMissing."""
    try:
        import weasyprint
        from weasyprint.draw import text
    except (ImportError, OSError) as error:
        raise PressMissing(WANTED) from error
    text.draw_first_line = _with_its_text(text.draw_first_line)
    return weasyprint


def _with_its_text(draw: Callable[..., object]) -> Callable[..., object]:
    """Mark every line that is drawn with what it says.

    One glyph may stand for different letters in different syllables of Devanagari, which the table from glyphs to
    letters cannot say; the format's own answer is this mark. It is the one place where we reach into the library.
    """
    import pydyf

    def drawn(stream: Any, textbox: Any, *rest: Any) -> object:
        told = pydyf.Dictionary({"ActualText": pydyf.String(textbox.text)})
        pydyf.Stream.begin_marked_content(stream, "Span", told)
        try:
            return draw(stream, textbox, *rest)
        finally:
            pydyf.Stream.end_marked_content(stream)

    return drawn
