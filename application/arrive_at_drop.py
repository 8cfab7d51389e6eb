"""How is it known that the vehicle is where it shall go?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role, check_sees_request, check_version
from domain.actor import DESK, Role
from domain.geography import distance_m
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class ArriveAtDrop:
    """At the destination; ``cell`` is where the truck says it is."""

    actor: Actor
    request_id: UUID
    cell: str | None
    at: datetime
    expected_version: int | None = None


async def arrive_at_drop(command: ArriveAtDrop, work: Work) -> Answer:
    """Note the arrival and how far off the truck is; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, BadCell, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)

    off_m = None
    if command.cell is not None and request.drop_cell is not None:
        off_m = distance_m(command.cell, request.drop_cell)
    request.arrive_at_drop(off_m, command.at)
    return request_told(request)
