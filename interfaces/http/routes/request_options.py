"""Whom could the desk send to a request that waits for a person?"""

from typing import Final

from starlette.responses import Response

from domain.decision_terms import Grounds
from domain.ids import Prefix, show
from domain.refusal import NotFound, OutOfTurn
from domain.request_terms import RequestState
from interfaces.http import answers
from interfaces.http.calls import Asked, MinPosition
from interfaces.http.decision_views import candidate_shown
from interfaces.http.request_views import visible
from interfaces.http.routes.service_requests import ONE
from interfaces.http.routing import Routes
from interfaces.http.shapes.decisions import OptionsShown
from projections.request_row import RequestRow

OPTIONS: Final = ONE + "/options"

routes = Routes("Decisions")


@routes.query(OPTIONS, OptionsShown, problems=("out_of_turn",))
async def list_options(call: Asked, request_id: str, min_position: MinPosition = None) -> Response:
    """List whom the desk could send, the best first.

    For who decides what dispatch could not: a request that waits at level 3 above all. Offer one of them the job with
    `POST /v1/offers` and its `shift_id`. Who refused before or cannot help is counted under `ruled_out`, by reason.
    """
    row = await visible(call, request_id, min_position)
    if row.state != RequestState.SEARCHING:
        raise OutOfTurn("nobody is looked for", state=row.state)
    grounds = await call.stack.decisions.options(call.tenant, row.request_id, call.at)
    if grounds is None or grounds.inputs is None:
        raise NotFound
    return answers.plain(_shown(row, grounds))


def _shown(row: RequestRow, grounds: Grounds) -> dict[str, object]:
    return {
        "request_id": show(Prefix.REQUEST, row.request_id),
        "version": row.version,
        "escalation": row.escalation,
        "offers_out": row.offers_out,
        "looked_at": None if grounds.inputs is None else grounds.inputs.looked_at,
        "travel": grounds.travel,
        "considered": grounds.considered,
        "options": [{"rank": rank, **candidate_shown(each)} for rank, each in enumerate(grounds.candidates, start=1)],
        "ruled_out": grounds.ruled_out,
    }
