"""How does a tax document become a file that people keep? The port; behind it is a renderer, or a fake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from domain.gst.paper import Paper
    from domain.gst.words import DocumentLanguage


class PressMissing(Exception):
    """This machine lacks what makes PDF; the message says what, and how to get it."""


class Press(Protocol):
    """Makes the same bytes of the same document, on any day."""

    def pdf(self, paper: Paper, language: DocumentLanguage) -> bytes:
        """PDF/A-3b with the e-invoice form embedded as ``inv01.json``; raises PressMissing."""
        ...

    def page(self, paper: Paper, language: DocumentLanguage) -> str:
        """The same as a page for a browser, which needs nothing."""
        ...
