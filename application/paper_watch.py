"""Whose documents end soon, have ended, and who still drives with one? Looks now and then."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from application.end_shift import EndShift, end_shift
from application.log import CommandContext, fingerprint_of
from application.look_after_papers import LookAfterPapers, look_after_papers
from domain.actor import Actor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.ordering import Ordering
    from application.engine import Answer, Work

NAME: Final = "papers"
MOST_AT_ONCE: Final = 500
"""Companies, and shifts, that one look takes up: seconds of work; the next look takes the others."""
AGAIN_AFTER_S: Final = 60
"""A refusal is kept with its key: a shift that has a job is asked again a minute later, when it may be over."""


@dataclass(frozen=True, slots=True)
class Concerned:
    """A company whose documents are to be looked after, or a shift that is to end."""

    tenant: str
    subject_id: UUID


class PaperBoard(Protocol):
    """Reads from read models what is due; they may be behind the log, whose aggregates decide."""

    async def due(self, at: datetime, limit: int) -> Sequence[Concerned]:
        """Companies with a document that has run out or ends soon, of which that was not noted, the first due first."""
        ...

    async def unpapered(self, at: datetime, limit: int) -> Sequence[Concerned]:
        """Shifts of crews and trucks whose documents do not hold."""
        ...


class PaperWatch:
    """Remembers nothing: what ended is a fact once, and a shift ends once, whoever looks how often."""

    def __init__(self, board: PaperBoard, ordering: Ordering) -> None:
        self._board = board
        self._ordering = ordering

    async def look(self, at: datetime) -> int:
        """Tell companies, note what has ended, and send home who may not drive; how much there was to do.

        A job under way is finished first. Raises what the board raises.
        """
        due = await self._board.due(at, MOST_AT_ONCE)
        for company in due:
            look = LookAfterPapers(_actor(company.tenant), company.subject_id, at)
            await self._order("look_after_papers", company, partial(look_after_papers, look), at)
        out = await self._board.unpapered(at, MOST_AT_ONCE)
        for shift in out:
            end = EndShift(_actor(shift.tenant), shift.subject_id, at)
            await self._order("end_shift", shift, partial(end_shift, end), at)
        return len(due) + len(out)

    async def _order(
        self, name: str, whom: Concerned, decide: Callable[[Work], Awaitable[Answer]], at: datetime
    ) -> None:
        key = f"{name}/{whom.subject_id}/{int(at.timestamp() // AGAIN_AFTER_S)}"
        actor = _actor(whom.tenant).text
        context = CommandContext(whom.tenant, actor, key, fingerprint_of(key), whom.subject_id, at)
        await self._ordering.order(name, whom.subject_id, context, decide)


def _actor(tenant: str) -> Actor:
    return Actor.system(NAME, tenant)
