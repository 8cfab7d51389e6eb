"""Is any request searching although nobody is asked and nobody looks? Nothing may be forgotten (I3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime, timedelta
    from uuid import UUID

    from application.dispatch.board import Open


def orphans(requests: Iterable[Open], looked_at: Collection[UUID], at: datetime, patience: timedelta) -> list[Open]:
    """Those searching requests that nothing drives on.

    Each needs a pending timer that is not long overdue: that of the offer that is out, or that of the search; and a
    search without an offer must have been looked at in the last round (``looked_at``). What changed within
    ``patience`` is not judged: the read models need not agree to the instant.
    """
    return [
        request
        for request in requests
        if at - request.updated_at > patience and not _driven(request, looked_at, at, patience)
    ]


def _driven(request: Open, looked_at: Collection[UUID], at: datetime, patience: timedelta) -> bool:
    if request.live_offer_id is not None:
        return _is_pending(request.lapses_at, at, patience)
    return request.request_id in looked_at and _is_pending(request.search_due_at, at, patience)


def _is_pending(due_at: datetime | None, at: datetime, patience: timedelta) -> bool:
    return due_at is not None and due_at > at - patience


def without_timer(requests: Iterable[Open]) -> list[Open]:
    """Those that no timer would ever wake: worse than one that is late."""
    return [each for each in requests if (each.lapses_at if each.live_offer_id else each.search_due_at) is None]
