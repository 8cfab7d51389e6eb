"""What if a crew was asked and rung up, and still does not come? Somebody else is sent, or the desk decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.agreeing import start_search
from application.answers import request_told
from application.guards import check_role
from application.hazards import is_closed_off
from domain.actor import DESK
from domain.drive_watch import Doubt
from domain.request_search import HIGHEST_LEVEL, EscalationReason
from domain.service_request import ServiceRequest
from domain.shift import Shift

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from uuid import UUID

    from application.engine import Answer, Work
    from application.trade import Trade
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class TakeFromDrive:
    """Take the job from the crew that holds it by that offer; ``cell`` is where it was last, when that is known."""

    actor: Actor
    request_id: UUID
    offer_id: UUID
    cell: str | None
    revokes_after: timedelta
    at: datetime


async def take_from_drive(command: TakeFromDrive, work: Work, trade: Trade) -> Answer:
    """Revoke the assignment, begin the next search, free the shift, in one save; a dark one gets no offer until heard.

    In a closed zone nobody else would be sent, and what holds the crew up may be why it is closed: it keeps the job,
    and a person decides; the next try after the closure goes on. Raises NotAllowed, NotFound, NotNudged, RequestClosed
    or OutOfTurn.
    """
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    if is_closed_off(work.context.tenant, request, trade, command.at):
        request.escalate(HIGHEST_LEVEL, EscalationReason.ZONE_CLOSED, command.at)
        return request_told(request)
    held, doubt = request.assignment, request.standing_doubt()
    request.take_from_drive(command.offer_id, command.revokes_after, command.at)
    start_search(request, trade, command.at)
    if held is None:
        return request_told(request)
    shift = await work.get(Shift, held.shift_id)
    if shift.is_kept_for(held.offer_id):
        shift.release(held.offer_id, command.cell or shift.cell, command.at)
    if doubt is not None and doubt.kind is Doubt.DARK:
        shift.go_stale(command.at)
    return request_told(request)
