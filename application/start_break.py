"""How does a crew member take a rest?"""

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
class StartBreak:
    """Get no offers for a while."""

    actor: Actor
    shift_id: UUID
    at: datetime
    expected_version: int | None = None


async def start_break(command: StartBreak, work: Work) -> Answer:
    """Begin a break; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, ShiftReserved or ShiftEnded.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    shift = await work.get(Shift, command.shift_id)
    check_sees_shift(command.actor, shift)
    check_version(shift, command.expected_version)
    shift.start_break(command.at)
    return shift_told(shift)
