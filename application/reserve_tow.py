"""How is a tow kept ready for a vehicle that a patrol will probably not mend?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role
from domain.actor import DESK
from domain.catalogue import Service
from domain.service_request import ServiceRequest
from domain.shift import Shift, ShiftReserved

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class ReserveTow:
    """Keep that shift ready until an instant; the patrol mends it with that chance."""

    actor: Actor
    request_id: UUID
    shift_id: UUID
    until: datetime
    fix_percent: int
    at: datetime


async def reserve_tow(command: ReserveTow, work: Work) -> Answer:
    """Keep it ready, softly: the shift stays free, and dispatch leaves it to this request.

    Raises NotAllowed, NotFound, NotCapable, ShiftReserved, BadInput, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    shift = await work.get(Shift, command.shift_id)
    shift.check_capable(Service.TOW, request.vehicle_class, request.fuel)
    if shift.reservation is not None:
        raise ShiftReserved(offer_id=str(shift.reservation.offer_id), hard=shift.reservation.hard)
    request.reserve_tow(shift.id, command.until, command.fix_percent, command.at)
    return request_told(request)
