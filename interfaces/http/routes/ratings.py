"""What can both sides of a job say of each other, and who may see it when?"""

from datetime import datetime
from typing import Final
from uuid import UUID

from starlette.responses import Response

from application.rate_job import RateJob, rate_job
from domain.actor import Actor, Role
from domain.ids import Prefix, show
from domain.provider import Provider
from domain.rating import is_visible
from domain.refusal import NotFound
from domain.service_request import ServiceRequest
from interfaces.http import answers
from interfaces.http.calls import Asked, Command, MinPosition, QueryCall, id_in_path
from interfaces.http.crew_reach import works_on
from interfaces.http.routes.providers import seen_by
from interfaces.http.routing import Routes
from interfaces.http.shapes.ratings import OpinionShown, RatingBody, RatingDone, RatingsShown
from projections.ratings import RatingRow

OF_JOB: Final = "/v1/service-requests/{request_id}/ratings"
OF_PROVIDER: Final = "/v1/providers/{provider_id}/rating"

routes = Routes("Ratings")


@routes.command(
    OF_JOB,
    RatingDone,
    problems=("out_of_turn", "bad_rating", "rating_final", "too_late_to_rate"),
)
async def rate_other_side(call: Command, request_id: str, body: RatingBody) -> Response:
    """Rate the other side of a completed job.

    Within 7 days of its end; said again within a day, it takes the place of what you said before. The other side
    does not see it before it has rated too, or 7 days are over.
    """
    command = RateJob(call.actor, _id(request_id), body.stars, tuple(body.tags), call.at)
    return answers.done(await call.run(rate_job, command), Prefix.RATING)


@routes.query(OF_JOB, RatingsShown, problems=("log_unavailable",))
async def read_ratings(call: Asked, request_id: str, min_position: MinPosition = None) -> Response:
    """Read what both sides of a job say of each other.

    For its customer, its provider, and the desk, which sees what is still hidden as well.
    """
    wanted = _id(request_id)
    await call.at_or_after("ratings", min_position)
    request = await call.stack.aggregates.load(ServiceRequest, call.tenant, wanted)
    actor = call.actor
    if request is None:
        raise NotFound
    if not (actor.is_desk or actor.is_customer(request.customer_id) or await _did_it(call, request, min_position)):
        raise NotFound
    row = await call.stack.city.ratings.of_job(call.tenant, wanted)
    return answers.plain(
        {
            "request_id": show(Prefix.REQUEST, wanted),
            "by_customer": _said(row, Role.CUSTOMER, actor, call.at),
            "by_provider": _said(row, Role.PROVIDER, actor, call.at),
        }
    )


@routes.query(OF_PROVIDER, OpinionShown, problems=("log_unavailable",))
async def read_opinion(call: Asked, provider_id: str, min_position: MinPosition = None) -> Response:
    """Read what customers think of a provider on the whole.

    For the provider itself, and the desk. What is still hidden does not count yet, so nobody can guess it.
    """
    wanted = seen_by(call.actor, provider_id)
    if await call.stack.aggregates.load(Provider, call.tenant, wanted) is None:
        raise NotFound
    await call.at_or_after("ratings", min_position)
    await call.at_or_after("provider_ratings", min_position)
    opinion = await call.stack.city.ratings.of_provider(call.tenant, wanted, call.at)
    ones, twos, threes, fours, fives = opinion.stars
    return answers.plain(
        {
            "provider_id": show(Prefix.PROVIDER, wanted),
            "ratings": opinion.ratings,
            "average_percent": opinion.average_percent,
            "ones": ones,
            "twos": twos,
            "threes": threes,
            "fours": fours,
            "fives": fives,
        }
    )


async def _did_it(call: QueryCall, request: ServiceRequest, min_position: int | None) -> bool:
    held = request.assignment
    return held is not None and await works_on(call, held.provider_id, held.shift_id, min_position)


def _said(row: RatingRow | None, by: Role, actor: Actor, at: datetime) -> dict[str, object] | None:
    """What a side said, for whoever may see it now: that side itself, the desk, and in time the other side."""
    if row is None:
        return None
    stars, tags, given_at = row.provider_stars, row.provider_tags, row.provider_gave_at
    if by is Role.CUSTOMER:
        stars, tags, given_at = row.customer_stars, row.customer_tags, row.customer_gave_at
    if stars is None or given_at is None:
        return None
    both_given = row.customer_gave_at is not None and row.provider_gave_at is not None
    if not (actor.is_desk or actor.role is by or is_visible(given_at, at, both_given=both_given)):
        return None
    return {"stars": stars, "tags": tags, "given_at": given_at}


def _id(text: str) -> UUID:
    return id_in_path(Prefix.REQUEST, text)
