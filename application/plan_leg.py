"""How is a tow planned in two legs: to a yard now, and from there on tomorrow?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid5

from application.answers import request_told
from application.guards import check_role, check_sees_request, check_version
from application.request_service import check_hour
from application.trade import Job
from domain.actor import DESK, Role
from domain.request_legs import OnwardLeg
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.trade import Trade
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class PlanLeg:
    """From where this tow ends the vehicle goes on to a cell, at an hour if one is wanted.

    ``at_most_minor`` is the price up to which the customer agrees now; without it they are asked when the leg begins.
    """

    actor: Actor
    request_id: UUID
    to_cell: str
    scheduled_for: datetime | None
    at_most_minor: int | None
    at: datetime
    expected_version: int | None = None


async def plan_leg(command: PlanLeg, work: Work, trade: Trade) -> Answer:
    """Plan the second leg, which becomes a request of its own when the first is done.

    Raises NotAllowed, NotFound, StaleVersion, NothingToTow, LegUnderWay, OutsideServedArea, BadCell, BadSchedule,
    BadInput, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.CUSTOMER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)
    tenant, yard = work.context.tenant, request.drop_cell
    if yard is not None:
        # What would fail tomorrow night is said today.
        trade.served_zone(tenant, yard, command.at)
        priced = trade.price_of(tenant, Job(yard, command.to_cell, request.service, request.vehicle_class), command.at)
        check_hour(command.scheduled_for, command.at, is_priced=priced is not None)
    leg_id = request.onward.request_id if request.onward else uuid5(request.id, "leg/2")
    leg = OnwardLeg(leg_id, command.to_cell, command.scheduled_for, command.at_most_minor)
    request.plan_leg(leg, command.actor.role, command.at)
    return request_told(request)
