"""Was the same breakdown called for twice? Looks at the calls of the last hour and points the desk at pairs."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from application.dispatch import orders
from application.dispatch.ordering import Ordering
from application.suggest_merge import SuggestMerge, suggest_merge
from domain.twins import WITHIN, Heard, Twins, twins_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.ordering import HearsRefusals, RunsCommands

MOST_CALLS: Final = 10_000
"""Calls of an hour: the record of the largest motor club in the world is a tenth of it."""

MOST_ORDERS: Final = 100
"""Suggested at once; the rest follows at the next look."""

FROM_THE_PAST: Final = 2 * WITHIN
"""A call of half an hour ago may be the later of two."""


class CallBoard(Protocol):
    """Reads open calls from read models. They may be behind the log: the aggregates guard against that."""

    async def open_calls(self, since: datetime, limit: int) -> Sequence[Heard]:
        """Requests that have not ended and were made after that instant, the newest of them."""
        ...

    async def pointed_out(self, since: datetime) -> frozenset[tuple[UUID, UUID]]:
        """Pairs that were suggested, or dismissed, after that instant."""
        ...


class TwinWatch:
    """Looks now and then, and remembers nothing."""

    def __init__(self, board: CallBoard, engine: RunsCommands, watch: HearsRefusals) -> None:
        self._board = board
        self._ordering = Ordering(engine, watch)

    async def look(self, at: datetime) -> int:
        """Suggest what is new; how much of it there was. Raises what the board raises."""
        since = at - FROM_THE_PAST
        calls = await self._board.open_calls(since, MOST_CALLS)
        known = await self._board.pointed_out(since - timedelta(hours=1)) if len(calls) > 1 else frozenset()
        news = [found for found in twins_of(calls) if (found.later.request_id, found.earlier.request_id) not in known]
        del news[MOST_ORDERS:]
        await asyncio.gather(*(self._suggest(found, at) for found in news))
        return len(news)

    async def _suggest(self, found: Twins, at: datetime) -> None:
        actor = orders.dispatcher_of(found.later.tenant)
        command = SuggestMerge(actor, found.later.request_id, found.earlier.request_id, found.apart_m, at)
        context = orders.to_suggest(found, at)
        await self._ordering.order(
            "suggest_merge", found.later.request_id, context, lambda work: suggest_merge(command, work)
        )
