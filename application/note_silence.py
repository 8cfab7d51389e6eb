"""What happens when nobody hears of a shift any more?"""

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
class NoteSilence:
    """It has not said where it is for too long: noticed by the dispatcher."""

    actor: Actor
    shift_id: UUID
    at: datetime


async def note_silence(command: NoteSilence, work: Work) -> Answer:
    """Note that it is stale: it gets no new offer, and keeps its job. Twice changes nothing.

    Raises NotAllowed, NotFound or ShiftEnded.
    """
    check_role(work, command.actor, *DESK)
    shift = await work.get(Shift, command.shift_id)
    shift.go_stale(command.at)
    return shift_told(shift)
