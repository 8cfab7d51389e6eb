"""How does a vehicle on a truck get another destination?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role, check_sees_request, check_version
from domain.actor import DESK, Role
from domain.refusal import NotAllowed
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class ChangeDrop:
    """Take it there instead: by the customer, the desk, or the provider whose destination said no."""

    actor: Actor
    request_id: UUID
    drop_cell: str
    at: datetime
    expected_version: int | None = None


async def change_drop(command: ChangeDrop, work: Work) -> Answer:
    """Note the new destination; the fare follows the way that was driven; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, NothingToTow, AlreadyDelivered, BadCell, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.CUSTOMER, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)

    if command.actor.role is Role.PROVIDER and not request.drop_refused:
        raise NotAllowed("a provider chooses another destination only when the customer's says no")
    request.change_drop(command.drop_cell, command.at)
    return request_told(request)
