"""How is it known what a truck has on board to give away?"""

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
    from domain.shift import Stock


@dataclass(frozen=True, slots=True)
class UpdateStock:
    """Counted: fuel, batteries, charge."""

    actor: Actor
    shift_id: UUID
    stock: Stock
    at: datetime
    expected_version: int | None = None


async def update_stock(command: UpdateStock, work: Work) -> Answer:
    """Note what is on board; the same twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, ShiftEnded or BadStock.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    shift = await work.get(Shift, command.shift_id)
    check_sees_shift(command.actor, shift)
    check_version(shift, command.expected_version)
    shift.update_stock(command.stock, command.at)
    return shift_told(shift)
