"""How does a frame become a picture that a page can show? An SVG that asks nobody for its letters."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.terminal_theme import MONOKAI

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDTH: Final = 120
FETCHED: Final = re.compile(r"\s*@font-face \{.*?\n    \}", re.DOTALL)
"""Letters from elsewhere: without them the reader's own fixed-width letters are taken."""


def picture_of(page: RenderableType, title: str, height: int) -> str:
    """The frame in a window with a title, as SVG."""
    console = Console(record=True, width=WIDTH, height=height, file=io.StringIO(), force_terminal=True)
    console.print(page, height=height)
    drawn = console.export_svg(title=title, theme=MONOKAI, unique_id="watch")
    return FETCHED.sub("", drawn).replace("Fira Code, monospace", "monospace")
