"""How do the figures of a span of time get to a dashboard?"""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import Query
from starlette.responses import Response

from domain.ids import Prefix, show
from infra.queries.kpis import MOST_DAYS, By, Figures
from interfaces.http import answers
from interfaces.http.calls import Asked, MinPosition
from interfaces.http.problems import Problem
from interfaces.http.routing import Routes
from interfaces.http.shapes.kpis import KpisShown
from interfaces.http.shapes.values import InstantAsked

PATH: Final = "/v1/kpis"
LONGEST: Final = timedelta(days=MOST_DAYS)

routes = Routes("Figures")


@routes.query(PATH, KpisShown, problems=("bad_input",))
async def read_kpis(
    call: Asked,
    since: Annotated[InstantAsked, Query(alias="from", description="Requests made at this instant or later.")],
    until: Annotated[InstantAsked, Query(alias="to", description="Requests made before this instant.")],
    by: Annotated[By, Query(description="What the figures are grouped by.")] = By.HOUR,
    min_position: MinPosition = None,
) -> Response:
    """Count requests, times and money.

    Of at most 31 days, by the zone's hour, by zone or by service. A request counts where and when it was made, with
    whatever became of it since.
    """
    if not timedelta(0) < until - since <= LONGEST:
        raise Problem("bad_input", f"`to` comes after `from`, by {MOST_DAYS} days at most")
    await call.at_or_after(call.stack.kpis.name, min_position)
    groups, total = await call.stack.kpis.figures(call.tenant, since, until, by)
    told = {
        "since": since,
        "until": until,
        "by": by,
        "total": _shown(total),
        "data": [_shown(group) for group in groups],
    }
    return answers.plain(told)


def _shown(figures: Figures) -> dict[str, object]:
    group = figures.group
    return {
        "hour": group.hour,
        "time_zone": group.time_zone,
        "zone_id": None if group.zone_id is None else show(Prefix.ZONE, group.zone_id),
        "zone": group.zone,
        "service": group.service,
        "requests": figures.requests,
        "assigned": figures.assigned,
        "arrived": figures.arrived,
        "completed": figures.completed,
        "cancelled": figures.cancelled,
        "unfulfilled": figures.unfulfilled,
        "ended_otherwise": figures.ended_otherwise,
        "still_open": figures.still_open,
        "etas_scored": figures.etas_scored,
        "within_p50": figures.within_p50,
        "within_p80": figures.within_p80,
        "within_p95": figures.within_p95,
        "promises_broken": figures.promises_broken,
        "time_to_assign_p50_s": figures.time_to_assign_p50_s,
        "time_to_assign_p90_s": figures.time_to_assign_p90_s,
        "time_to_arrive_p50_s": figures.time_to_arrive_p50_s,
        "time_to_arrive_p90_s": figures.time_to_arrive_p90_s,
        "revenue": [
            {"amount_minor": amount, "currency": currency} for currency, amount in sorted(figures.revenue.items())
        ],
    }
