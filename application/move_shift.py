"""What happens when a free shift has driven on to another part of the city?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import shift_told
from application.guards import check_role, check_version
from domain.actor import DESK
from domain.shift import Shift

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class MoveShift:
    """Its positions say that it is elsewhere now: noticed by the dispatcher."""

    actor: Actor
    shift_id: UUID
    cell: str
    at: datetime
    expected_version: int | None = None


async def move_shift(command: MoveShift, work: Work) -> Answer:
    """Note where it is; the same cell is no news.

    Raises NotAllowed, NotFound, StaleVersion, ShiftReserved, ShiftOnBreak, ShiftStale, ShiftEnded or BadCell.
    """
    check_role(work, command.actor, *DESK)
    shift = await work.get(Shift, command.shift_id)
    check_version(shift, command.expected_version)
    shift.move(command.cell, command.at)
    return shift_told(shift)
