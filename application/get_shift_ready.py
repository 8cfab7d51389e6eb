"""How does a crew member say that the papers are done?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import shift_told
from application.guards import check_role, check_sees_shift, check_version
from domain.actor import DESK, Role
from domain.shift import Shift

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class GetShiftReady:
    """Ready for the next job, at a cell, or where the last one ended."""

    actor: Actor
    shift_id: UUID
    cell: str | None
    at: datetime
    expected_version: int | None = None


async def get_shift_ready(command: GetShiftReady, work: Work) -> Answer:
    """Free a shift that wraps up, though its job may not be settled yet; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, OutOfTurn, ShiftEnded or BadCell.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    shift = await work.get(Shift, command.shift_id)
    check_sees_shift(command.actor, shift)
    check_version(shift, command.expected_version)
    shift.get_ready(command.cell or shift.cell, command.at)
    return shift_told(shift)
