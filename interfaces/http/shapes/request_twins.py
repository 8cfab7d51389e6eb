"""How are calls shown that are probably about the same breakdown?"""

from typing import Literal

from interfaces.http.shapes.values import Instant, Metres, RequestId, Shown, Version


class SuggestionShown(Shown):
    """One call, and the earlier one that it is probably the same as."""

    request_id: RequestId
    into: RequestId
    version: Version
    state: Literal["suggested", "dismissed", "merged"]
    apart_m: Metres | None = None
    suggested_at: Instant
    undo_until: Instant | None = None


class SuggestionPage(Shown):
    """Some of them, and where the next begin."""

    data: list[SuggestionShown]
    next_cursor: str | None = None
