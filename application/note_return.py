"""What happens when a silent shift is heard of again?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import shift_told
from application.guards import check_role
from domain.actor import DESK
from domain.shift import Shift

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class NoteReturn:
    """It has said where it is: noticed by the dispatcher."""

    actor: Actor
    shift_id: UUID
    cell: str
    at: datetime


async def note_return(command: NoteReturn, work: Work) -> Answer:
    """Note that it is back, at a cell, with whatever it was doing. No news unless it was stale.

    Raises NotAllowed, NotFound, ShiftEnded or BadCell.
    """
    check_role(work, command.actor, *DESK)
    shift = await work.get(Shift, command.shift_id)
    shift.recover(command.cell, command.at)
    return shift_told(shift)
