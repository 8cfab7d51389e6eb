"""How is a shift ended that nobody hears of any more, or whose duty is over?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import shift_told
from application.guards import check_role, check_version
from domain.actor import DESK
from domain.provider import Provider
from domain.shift import Shift, ShiftState

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class ForceOffShift:
    """It is time to go home: ordered by the desk, or by its dispatcher."""

    actor: Actor
    shift_id: UUID
    at: datetime
    expected_version: int | None = None


async def force_off_shift(command: ForceOffShift, work: Work) -> Answer:
    """End the shift and note that crew member and truck are free, in one save; on one that ended it changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, ShiftReserved, or OutOfTurn when it is neither stale nor over time.
    """
    check_role(work, command.actor, *DESK)
    shift = await work.get(Shift, command.shift_id)
    check_version(shift, command.expected_version)
    if shift.state is not ShiftState.ENDED:
        shift.force_off(command.at)
        provider = await work.get(Provider, shift.provider_id)
        provider.go_off_duty(shift.id, command.at)
    return shift_told(shift)
