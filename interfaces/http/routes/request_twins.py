"""What can be done about calls that are probably about the same breakdown?"""

from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from application.dismiss_merge import DismissMerge, dismiss_merge
from application.undo_merge import UndoMerge, undo_merge
from domain.ids import Prefix
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Command, Paged, id_in_path
from interfaces.http.routes.service_requests import ONE
from interfaces.http.routing import Routes
from interfaces.http.shapes.request_twins import SuggestionPage
from interfaces.http.shapes.service_requests import ServiceRequestDone
from projections.merge_suggestions import SuggestionRow

PATH = "/v1/merge-suggestions"

routes = Routes("Service requests: twins")


@routes.query(PATH, SuggestionPage, problems=("invalid_cursor",))
async def list_merge_suggestions(
    call: Asked,
    state: Annotated[Literal["suggested", "dismissed", "merged"] | None, Query()] = None,
    *,
    page: Paged,
) -> Response:
    """List calls that are probably about the same breakdown as an earlier one, newest first.

    Within 250 m, for the same kind of help, within half an hour. `state=suggested` is what the desk has to look at:
    order `merge`, or `merge-dismissal`. `state=merged` can be undone until `undo_until`.
    """
    asked = {"state": state}
    return await paging.answer(
        call,
        call.stack.twins,
        PATH,
        asked,
        asked,
        page,
        key_of=lambda row: (row.suggested_at, row.request_id),
        show=_shown,
    )


@routes.command(ONE + "/merge-dismissal", ServiceRequestDone, problems=("no_merge_suggested",))
async def dismiss_merge_suggestion(call: Command, request_id: str) -> Response:
    """Say that these are two breakdowns: it is not suggested again."""
    command = DismissMerge(call.actor, _id(request_id), call.at, call.expected_version)
    return answers.done(await call.run(dismiss_merge, command), Prefix.REQUEST)


@routes.command(
    ONE + "/merge-undo",
    ServiceRequestDone,
    problems=("out_of_turn", "too_late_to_undo", "insufficient_funds", "wallet_frozen", "too_many_holds"),
)
async def undo_request_merge(call: Command, request_id: str) -> Response:
    """Take a merge back, for half an hour: the request goes on by itself, and is searched for again.

    Its customer sees the step. What was kept in the wallet for it is kept again.
    """
    command = UndoMerge(call.actor, _id(request_id), call.at, call.expected_version)
    return answers.done(await call.run(partial(undo_merge, trade=call.stack.trade), command), Prefix.REQUEST)


def _shown(row: SuggestionRow) -> dict[str, object]:
    return {
        "request_id": answers.shown_id("request_id", row.request_id),
        "into": answers.shown_id("request_id", row.into),
        "version": row.version,
        "state": row.state,
        "apart_m": row.apart_m,
        "suggested_at": row.suggested_at,
        "undo_until": row.undo_until,
    }


def _id(text: str) -> UUID:
    return id_in_path(Prefix.REQUEST, text)
