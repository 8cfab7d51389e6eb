"""How does one side of a finished job rate the other?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.city_told import rating_told
from application.guards import check_role, check_sees_request
from domain.actor import Role
from domain.rating import RatedJob, Rating, Side, rating_id_of
from domain.refusal import NotFound, OutOfTurn
from domain.request_terms import RequestState
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.rating import Tag

SIDES = {Role.CUSTOMER: Side.CUSTOMER, Role.PROVIDER: Side.PROVIDER}


@dataclass(frozen=True, slots=True)
class RateJob:
    """Say what the other side was like; said again within a day, it takes the place of what was said before."""

    actor: Actor
    request_id: UUID
    stars: int
    tags: tuple[Tag, ...]
    at: datetime


async def rate_job(command: RateJob, work: Work) -> Answer:
    """Rate a completed job, or revise what was said; only its customer and its provider may.

    Raises NotAllowed, NotFound, OutOfTurn, BadRating, RatingFinal or TooLateToRate.
    """
    check_role(work, command.actor, *SIDES)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    held = request.assignment
    if request.state is not RequestState.COMPLETED or held is None:
        raise OutOfTurn("only a completed job can be rated", state=request.state.value)
    by = SIDES[command.actor.role]
    rating_id = rating_id_of(request.id, by)
    try:
        rating = await work.get(Rating, rating_id)
        rating.revise(command.stars, command.tags, command.at)
    except NotFound:
        # A request that is completed changes no more: its last change was its end.
        job = RatedJob(request.id, request.customer_id, held.provider_id, request.modified_on)
        rating = Rating.give(rating_id, job, by, command.stars, command.tags, command.at)
        work.add(rating)
    return rating_told(rating)
