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

    Either an offer is out and its time is not long up, or the search itself was looked at in the last round
    (``looked_at``). What changed within ``patience`` is not judged: the read models need not agree to the instant.
    """
    return [
        request
        for request in requests
        if at - request.updated_at > patience and not _driven(request, looked_at, at, patience)
    ]


def _driven(request: Open, looked_at: Collection[UUID], at: datetime, patience: timedelta) -> bool:
    if request.live_offer_id is None:
        return request.request_id in looked_at
    return request.offer_is_out and request.lapses_at is not None and request.lapses_at > at - patience
