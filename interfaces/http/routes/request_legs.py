"""What can be ordered of, and asked about, a tow in two legs?"""

from functools import partial
from uuid import UUID

from starlette.responses import Response

from application.plan_leg import PlanLeg, plan_leg
from domain.geography import cell_of
from domain.ids import Prefix
from domain.refusal import NotFound
from interfaces.http import answers
from interfaces.http.calls import Asked, Command, MinPosition, id_in_path
from interfaces.http.request_views import visible
from interfaces.http.routes.service_requests import ONE
from interfaces.http.routing import Routes
from interfaces.http.shapes.request_legs import LegBody, LegShown
from interfaces.http.shapes.service_requests import ServiceRequestDone

routes = Routes("Service requests: two legs")


@routes.command(
    ONE + "/onward-leg",
    ServiceRequestDone,
    problems=(
        "nothing_to_tow",
        "leg_under_way",
        "outside_served_area",
        "bad_place",
        "bad_schedule",
        "bad_input",
        "store_unavailable",
        "request_closed",
        "out_of_turn",
    ),
)
async def plan_onward_leg(call: Command, request_id: str, body: LegBody) -> Response:
    """Plan where a vehicle goes on to, from where this tow ends: a yard, or a night's storage.

    When the first leg is done, the second becomes a request of its own, with its own price and provider; an hour is
    kept as with any request. Up to `at_most_minor` its price is agreed to now.
    """
    to_cell = cell_of(body.drop_location.lat, body.drop_location.lng)
    command = PlanLeg(
        call.actor,
        id_in_path(Prefix.REQUEST, request_id),
        to_cell,
        body.scheduled_for,
        body.at_most_minor,
        call.at,
        call.expected_version,
    )
    return answers.done(await call.run(partial(plan_leg, trade=call.stack.trade), command), Prefix.REQUEST)


@routes.query(ONE + "/onward-leg", LegShown)
async def read_onward_leg(call: Asked, request_id: str, min_position: MinPosition = None) -> Response:
    """Read the second leg of a tow, and which request it has become."""
    wanted: UUID = (await visible(call, request_id, min_position)).request_id
    await call.at_or_after(call.stack.legs.name, min_position)
    row = await call.stack.legs.one(call.tenant, wanted)
    if row is None:
        raise NotFound
    return answers.thing(
        {
            "request_id": answers.shown_id("request_id", row.request_id),
            "leg_request_id": answers.shown_id("request_id", row.leg_request_id),
            "version": row.version,
            "state": row.state,
            "from_cell": row.from_cell,
            "to_cell": row.to_cell,
            "scheduled_for": row.scheduled_for,
            "at_most_minor": row.at_most_minor,
            "planned_at": row.planned_at,
        }
    )
