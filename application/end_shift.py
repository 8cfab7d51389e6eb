"""How does a crew member stop working?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import shift_told
from application.guards import check_role, check_sees_shift, check_version
from domain.actor import DESK, Role
from domain.offer import Offer, WhyClosed
from domain.provider import Provider
from domain.service_request import ServiceRequest
from domain.shift import Shift, ShiftState

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.shift import Reservation


@dataclass(frozen=True, slots=True)
class EndShift:
    """Go off duty."""

    actor: Actor
    shift_id: UUID
    at: datetime
    expected_version: int | None = None


async def end_shift(command: EndShift, work: Work) -> Answer:
    """End the shift and note that crew member and truck are free, in one save; twice changes nothing.

    An offer that is out is taken back first; a job under way is finished before.
    Raises NotAllowed, NotFound, StaleVersion or ShiftReserved.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    shift = await work.get(Shift, command.shift_id)
    check_sees_shift(command.actor, shift)
    check_version(shift, command.expected_version)
    if shift.state is not ShiftState.ENDED:
        if shift.reservation is not None and not shift.reservation.hard:
            await _take_back(shift.reservation, shift, work, command.at)
        shift.end(command.at)
        provider = await work.get(Provider, shift.provider_id)
        provider.go_off_duty(shift.id, command.at)
    return shift_told(shift)


async def _take_back(reservation: Reservation, shift: Shift, work: Work, at: datetime) -> None:
    offer = await work.get(Offer, reservation.offer_id)
    request = await work.get(ServiceRequest, reservation.request_id)
    offer.withdraw(at)
    request.close_offer(offer.id, WhyClosed.WITHDRAWN, at)
    shift.release(offer.id, shift.cell, at)
