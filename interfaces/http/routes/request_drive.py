"""What can be asked about, and said of, the crew on its way to a vehicle?"""

from uuid import UUID

from starlette.responses import Response

from application.tell_eta import TellEta, tell_eta
from domain.actor import Role
from domain.ids import Prefix
from domain.refusal import NotFound
from interfaces.http import answers
from interfaces.http.calls import Asked, Command, MinPosition, id_in_path
from interfaces.http.request_views import visible
from interfaces.http.routes.service_requests import ONE
from interfaces.http.routing import Routes
from interfaces.http.shapes.request_drive import DriveShown, EtaBody
from interfaces.http.shapes.service_requests import ServiceRequestDone
from projections.drives import DriveRow

routes = Routes("Service requests: the drive")

HELPED = frozenset({Role.CUSTOMER, Role.PARTNER})
"""Told when somebody comes, and not what we suspect."""
SHOWN = (
    "version", "attempt", "assigned_at", "en_route_at", "doubt", "away_m", "nudged_at", "called_at", "eta_told_at",
    "arrives_by", "nudges",
)  # fmt: skip
"""Columns that are shown as they are."""


@routes.command(
    ONE + "/eta",
    ServiceRequestDone,
    problems=("bad_eta", "request_closed", "out_of_turn"),
)
async def tell_time_of_arrival(call: Command, request_id: str, body: EtaBody) -> Response:
    """Say when the crew will be there.

    The answer to a nudge (`doubt` of the drive), and good manners in a jam: it is believed for ten minutes, and nobody
    is replaced meanwhile.
    """
    command = TellEta(call.actor, _id(request_id), body.eta_s, call.at, call.expected_version)
    return answers.done(await call.run(tell_eta, command), Prefix.REQUEST)


@routes.query(ONE + "/drive", DriveShown)
async def read_drive(call: Asked, request_id: str, min_position: MinPosition = None) -> Response:
    """Read how the crew on its way fares.

    `doubt` stands while it is asked whether it comes: a provider's app shows that, with a button for `eta`. There is no
    drive before somebody took the job, and none once they are there.
    """
    wanted = (await visible(call, request_id, min_position)).request_id
    await call.at_or_after(call.stack.drives.name, min_position)
    row = await call.stack.drives.one(call.tenant, wanted)
    if row is None:
        raise NotFound
    return answers.thing(_shown(row, tells_all=call.actor.role not in HELPED))


def _shown(row: DriveRow, *, tells_all: bool) -> dict[str, object]:
    """A customer, and the partner that called for them, is told when somebody comes, and not what we suspect."""
    told: dict[str, object] = {name: getattr(row, name) for name in SHOWN}
    if not tells_all:
        told |= dict.fromkeys(("doubt", "away_m", "nudged_at", "called_at"))
    told["request_id"] = answers.shown_id("request_id", row.request_id)
    told["provider_id"] = answers.shown_id("provider_id", row.provider_id)
    told["shift_id"] = answers.shown_id("shift_id", row.shift_id)
    return told


def _id(text: str) -> UUID:
    return id_in_path(Prefix.REQUEST, text)
