"""How do crews say where they are, and who may ask?"""

from datetime import timedelta
from uuid import UUID

from starlette.responses import Response

from application.positions import Report, may_speak_for, take_positions
from domain.actor import Actor, Role
from domain.ids import Prefix, parse, show
from domain.positions import Ping, PingLimits
from domain.refusal import NotFound
from domain.request_terms import UNDER_WAY
from infra.bootstrap import Stack
from infra.settings import Settings
from infra.telemetry import metrics
from interfaces.http import answers
from interfaces.http.calls import Asked, Creation, id_in_path
from interfaces.http.routing import Routes
from interfaces.http.shapes.positions import PositionBody, PositionsBody, PositionShown, PositionsTaken

PATH = "/v1/positions"
OF_SHIFT = "/v1/shifts/{shift_id}/position"

routes = Routes("Positions")


@routes.report(PATH, PositionsTaken)
async def report_positions(call: Creation, body: PositionsBody) -> Response:
    """Report where crews are, up to 500 positions at once.

    A provider reports its own shifts on duty, a driver their own, the desk any. Send them again, in any order, as
    often as you like: one position per shift and instant is kept. Each that is not believed is named with its place in
    the batch and a code; the others are kept. It orders nothing, so it leaves no receipt.
    """
    reports = [_report(each) for each in body.positions]
    stack = call.stack
    limits = limits_of(stack.settings)
    taken = await take_positions(call.actor, reports, stack.positions, stack.shift_owners, limits, call.at)
    metrics.positions_accepted.inc(taken.accepted)
    metrics.positions_late.inc(taken.late)
    metrics.positions_repeated.inc(taken.duplicates)
    for _, code in taken.refused:
        metrics.positions_refused.labels(code).inc()
    return answers.plain(
        {
            "accepted": taken.accepted,
            "duplicates": taken.duplicates,
            "refused": [{"index": index, "code": code} for index, code in taken.refused],
        }
    )


@routes.query(OF_SHIFT, PositionShown)
async def read_position(call: Asked, shift_id: str) -> Response:
    """Read where a shift was last.

    For its provider's office, its own driver, the desk, and the customer whose job it has, as long as the job is under
    way. Not found when it has not said where it is within the last day.
    """
    wanted = id_in_path(Prefix.SHIFT, shift_id)
    if not await _may_see(call.actor, wanted, call.stack):
        raise NotFound
    seen = (await call.stack.positions.last(call.tenant, [wanted], call.at)).get(wanted)
    if seen is None:
        raise NotFound
    ping = seen.ping
    return answers.plain(
        {
            "shift_id": show(Prefix.SHIFT, wanted),
            "location": {"lat": ping.lat, "lng": ping.lng},
            "accuracy_m": ping.accuracy_m,
            "speed_mps": ping.speed_mps,
            "heading_deg": ping.heading_deg,
            "taken_at": ping.taken_at,
            "received_at": seen.received_at,
        }
    )


def limits_of(settings: Settings) -> PingLimits:
    """What a deployment still believes."""
    return PingLimits(
        clock_ahead=timedelta(seconds=settings.position_clock_ahead_s),
        oldest=timedelta(seconds=settings.position_oldest_s),
        fastest_mps=settings.position_fastest_mps,
        worst_accuracy_m=settings.position_worst_accuracy_m,
    )


async def _may_see(actor: Actor, shift_id: UUID, stack: Stack) -> bool:
    if actor.role is Role.CUSTOMER:
        wanted = {"customer_id": actor.subject_id, "shift_id": shift_id, "state": sorted(UNDER_WAY)}
        return bool(await stack.board.page(actor.tenant, wanted, None, 1))
    owner = (await stack.shift_owners.owners(actor.tenant, [shift_id])).get(shift_id)
    return owner is not None and may_speak_for(actor, owner)


def _report(told: PositionBody) -> Report:
    ping = Ping(
        taken_at=told.taken_at,
        lat=told.location.lat,
        lng=told.location.lng,
        accuracy_m=told.accuracy_m,
        speed_mps=told.speed_mps,
        heading_deg=told.heading_deg,
    )
    return Report(parse(Prefix.SHIFT, told.shift_id), ping)
