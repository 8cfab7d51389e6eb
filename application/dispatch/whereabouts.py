"""Where are shifts now, and what of it is worth an event? No ping is; driving on, falling silent, coming back are."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from application.dispatch import orders
from application.dispatch.ordering import Ordering
from application.move_shift import MoveShift, move_shift
from application.note_return import NoteReturn, note_return
from application.note_silence import NoteSilence, note_silence
from domain.geography import cell_of, parent_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.board import DispatchBoard, FreeShift, OnDuty
    from application.dispatch.due import Decide
    from application.dispatch.ordering import HearsRefusals, RunsCommands
    from application.positions import Seen

DISTRICT: Final = 8
"""H3 resolution at which moving is news: some 0.9 km from centre to centre, a few minutes of driving."""


class Whereabouts(Protocol):
    """Knows where shifts were last, as well as it can: without an answer dispatch goes by what events know."""

    async def seen(self, tenant: str, shift_ids: Sequence[UUID], at: datetime) -> Mapping[UUID, Seen]:
        """The newest position of each shift of which there is one; never raises."""
        ...


class Nowhere:
    """Nobody says where they are. Implements ``Whereabouts``."""

    async def seen(self, _tenant: str, _shift_ids: Sequence[UUID], _at: datetime) -> Mapping[UUID, Seen]:
        """There is none."""
        return {}


async def placed(
    shifts: Iterable[FreeShift], whereabouts: Whereabouts, at: datetime, fresh_for: timedelta
) -> list[FreeShift]:
    """The same shifts, each at the cell of its last position when that is fresh."""
    by_tenant: dict[str, list[FreeShift]] = {}
    for shift in shifts:
        by_tenant.setdefault(shift.tenant, []).append(shift)
    seen = await _all_seen(
        {tenant: [each.shift_id for each in same] for tenant, same in by_tenant.items()}, whereabouts, at
    )
    found: list[FreeShift] = []
    for shift in (shift for same in by_tenant.values() for shift in same):
        last = seen.get((shift.tenant, shift.shift_id))
        is_fresh = last is not None and at - last.ping.taken_at <= fresh_for
        found.append(replace(shift, cell=_cell(last)) if is_fresh and last is not None else shift)
    return found


async def _all_seen(
    wanted: Mapping[str, Sequence[UUID]], whereabouts: Whereabouts, at: datetime
) -> dict[tuple[str, UUID], Seen]:
    """The last position of every shift, all tenants asked at once."""
    asking = [whereabouts.seen(tenant, shift_ids, at) for tenant, shift_ids in wanted.items()]
    answers = [await asking[0]] if len(asking) == 1 else await asyncio.gather(*asking)
    return {
        (tenant, shift_id): seen
        for tenant, answer in zip(wanted, answers, strict=True)
        for shift_id, seen in answer.items()
    }


@dataclass(frozen=True, slots=True)
class Attention:
    """What is news of a shift."""

    silent_after: timedelta = timedelta(seconds=120)
    """Phones say where they are every few seconds; after two minutes it is no gap in the network any more."""
    moves_every: timedelta = timedelta(seconds=60)
    """Between two moves of a shift: fresh positions serve the matching, the event is for when they are gone."""
    most_shifts: int = 50_000
    """Shifts looked at: the largest fleets of a country."""
    most_orders: int = 200
    """Noted at once: one group commit; the rest follows at the next look."""


class Attendance:
    """Looks at every shift on duty now and then; all it remembers may be forgotten at any time."""

    def __init__(
        self,
        board: DispatchBoard,
        whereabouts: Whereabouts,
        engine: RunsCommands,
        attention: Attention,
        watch: HearsRefusals,
    ) -> None:
        self._board = board
        self._whereabouts = whereabouts
        self._ordering = Ordering(engine, watch)
        self._attention = attention
        self._moved_at: dict[UUID, datetime] = {}

    async def look(self, at: datetime) -> int:
        """Note what is news; how much of it there was. Raises what the board raises."""
        self._moved_at = {
            shift_id: moved_at
            for shift_id, moved_at in self._moved_at.items()
            if at - moved_at < self._attention.moves_every
        }
        shifts = await self._board.on_duty(self._attention.most_shifts)
        by_tenant: dict[str, list[UUID]] = {}
        for shift in shifts:
            by_tenant.setdefault(shift.tenant, []).append(shift.shift_id)
        seen = await _all_seen(by_tenant, self._whereabouts, at)
        news: list[tuple[OnDuty, str, str, Decide]] = []
        for shift in shifts:
            last = seen.get((shift.tenant, shift.shift_id))
            found = None if last is None else self._news(shift, last, at)
            if found is not None:
                news.append((shift, *found))
        del news[self._attention.most_orders :]
        await asyncio.gather(*(self._note(shift, what, cell, decide, at) for shift, what, cell, decide in news))
        return len(news)

    def _news(self, shift: OnDuty, last: Seen, at: datetime) -> tuple[str, str, Decide] | None:
        """Which sentence is true now: it fell silent, it is back, it drove on. At most one; who never spoke is none."""
        actor = orders.dispatcher_of(shift.tenant)
        is_heard = at - last.received_at <= self._attention.silent_after
        if not is_heard:
            silence = NoteSilence(actor, shift.shift_id, at)
            return None if shift.is_stale else ("went_stale", "", lambda work: note_silence(silence, work))
        cell = _cell(last)
        if shift.is_stale:
            back = NoteReturn(actor, shift.shift_id, cell, at)
            return "recovered", cell, lambda work: note_return(back, work)
        if shift.is_free and shift.shift_id not in self._moved_at and parent_of(cell, DISTRICT) != shift.district:
            move = MoveShift(actor, shift.shift_id, cell, at, shift.version)
            return "moved", cell, lambda work: move_shift(move, work)
        return None

    async def _note(self, shift: OnDuty, what: str, cell: str, decide: Decide, at: datetime) -> None:
        if what == "moved":
            self._moved_at[shift.shift_id] = at
        await self._ordering.order(what, shift.shift_id, orders.to_note(what, shift, cell, at), decide)


def _cell(seen: Seen) -> str:
    return cell_of(seen.ping.lat, seen.ping.lng)
