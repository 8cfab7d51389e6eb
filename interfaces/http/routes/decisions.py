"""Why was this one asked, why not that one, and why not me?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from uuid import UUID

from starlette.responses import Response

from application.dispatch.why_not import Told, why_not
from domain.decision import Decision
from domain.ids import Prefix
from domain.refusal import NotFound
from infra.queries.view import MOST_ROWS, Filters
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, MinPosition, Paged, QueryCall, id_in_path
from interfaces.http.crew_reach import own_crew, works_on
from interfaces.http.decision_views import against_shown, decision_shown
from interfaces.http.routing import Routes
from interfaces.http.shapes.decisions import DecisionPage, PairShown, WhyNotShown
from projections.decisions import DecisionRow

if TYPE_CHECKING:
    from application.dispatch.reconsidered import Against  # compiled loops: a second of each start

OF_REQUEST: Final = "/v1/service-requests/{request_id}/decisions"
NEWEST: Final = 5
"""A provider hears of the newest decision in which it was in reach; beyond five the answer would be about the past."""

routes = Routes("Decisions")


@routes.query(OF_REQUEST, DecisionPage, problems=("invalid_cursor",))
async def list_decisions(call: Asked, request_id: str, *, page: Paged) -> Response:
    """List why each shift was asked, newest first.

    Every offer of the request has one decision: its candidates with their costs, how many were ruled out and why, and
    what it was decided from.
    """
    wanted = id_in_path(Prefix.REQUEST, request_id)
    await call.at_or_after(call.stack.board.name, page.min_position)
    if await call.stack.board.one(call.tenant, wanted) is None:
        raise NotFound
    told: dict[UUID, Decision] = {}

    async def look_up(rows: Sequence[DecisionRow]) -> None:
        told.update((decision.id, decision) for decision in await call.stack.decisions.told(call.tenant, rows))

    return await paging.answer(
        call,
        call.stack.decisions.rows,
        OF_REQUEST.replace("{request_id}", request_id),
        {},
        {"request_id": wanted},
        page,
        key_of=lambda row: (row.decided_at, row.decision_id),
        show=lambda row: decision_shown(row, told[row.decision_id]),
        before=look_up,
    )


@routes.query(OF_REQUEST + "/{decision_id}/providers/{provider_id}", PairShown)
async def compare_provider(
    call: Asked, request_id: str, decision_id: str, provider_id: str, min_position: MinPosition = None
) -> Response:
    """Show how a provider stood in a decision.

    What the decision does not tell is worked out again from the log as of the position it was decided at.
    """
    wanted, of = id_in_path(Prefix.DECISION, decision_id), id_in_path(Prefix.PROVIDER, provider_id)
    await call.at_or_after(call.stack.decisions.name, min_position)
    row = await call.stack.decisions.rows.one(call.tenant, wanted)
    if row is None or row.request_id != id_in_path(Prefix.REQUEST, request_id):
        raise NotFound
    if await call.stack.directory.one(call.tenant, of) is None:
        raise NotFound
    (decision,) = await call.stack.decisions.told(call.tenant, [row])
    await call.at_or_after(call.stack.audit.name, row.position)
    found = await call.stack.decisions.of_provider(call.tenant, decision, of)
    told = {
        "decision_id": decision_id,
        "request_id": request_id,
        "provider_id": provider_id,
        "shifts": [against_shown(each) for each in found],
    }
    return answers.plain(told)


@routes.query("/v1/providers/{provider_id}/why-not/{request_id}", WhyNotShown)
async def read_why_not(call: Asked, provider_id: str, request_id: str, min_position: MinPosition = None) -> Response:
    """Show a provider why it was not asked.

    A reason about itself, to a driver about their own shifts, or in a band how much sooner somebody else could be
    there. A request that it was never in reach of does not exist for it.
    """
    of, wanted = id_in_path(Prefix.PROVIDER, provider_id), id_in_path(Prefix.REQUEST, request_id)
    if not (call.actor.is_desk or call.actor.works_for(of)):
        raise NotFound
    await call.at_or_after(call.stack.decisions.name, min_position)
    told = await _newest(call, of, wanted)
    if told is None:
        raise NotFound
    shown = {"request_id": request_id, "provider_id": provider_id, "why": told.why, "nearer_by": told.nearer_by}
    return answers.plain(shown)


async def _newest(call: QueryCall, provider_id: UUID, request_id: UUID) -> Told | None:
    """What the newest decision says in which the provider was in reach."""
    rows = await call.stack.decisions.rows.page(call.tenant, {"request_id": request_id}, None, NEWEST)
    if rows:
        await call.at_or_after(call.stack.audit.name, rows[0].position)
    for decision in await call.stack.decisions.told(call.tenant, rows):
        own = await _theirs(call, await call.stack.decisions.of_provider(call.tenant, decision, provider_id))
        told = why_not(decision, provider_id, own, is_theirs=await _was_asked(call, decision))
        if told is not None:
            return told
    return None


async def _was_asked(call: QueryCall, decision: Decision) -> bool:
    """Whether it was about the caller that it was decided: of a driver, about one of their shifts."""
    is_driver = call.actor.is_driver
    return not is_driver or await works_on(call, decision.provider_id, decision.shift_id)


async def _theirs(call: QueryCall, own: "Sequence[Against]") -> "Sequence[Against]":
    """Of a company's shifts those that the caller may hear of."""
    crew_id = own_crew(call.actor)
    if crew_id is None or not own:
        return own
    wanted: Filters = {"shift_id": [one.shift_id for one in own], "crew_id": crew_id}
    rows = await call.stack.crew_shifts.page(call.tenant, wanted, None, MOST_ROWS)
    theirs = {row.shift_id for row in rows}
    return tuple(one for one in own if one.shift_id in theirs)
