"""How does a customer follow their own requests?"""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from domain.ids import Prefix
from domain.refusal import NotFound
from domain.request_terms import RequestState
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, MinPosition, Paged, id_in_path
from interfaces.http.request_views import promise_of
from interfaces.http.routing import Routes
from interfaces.http.shapes.service_requests import MyRequestPage, MyRequestShown
from projections.customer_requests import CustomerRequestRow

PATH = "/v1/my-requests"

AS_IT_IS = (
    "version", "state", "service", "vehicle_class", "sos", "scheduled_for", "attempt", "quote_version", "valid_until",
    "lines", "price_minor", "currency", "payment_method", "need_proposed", "gone_confirms_at", "outcome", "ended_why",
    "created_at", "updated_at", "ended_at", "steps",
)  # fmt: skip
IDS = ("provider_id", "payment_id", "merged_into")

routes = Routes("My requests")


@routes.query(PATH, MyRequestPage, problems=("invalid_cursor",))
async def list_my_requests(
    call: Asked, state: Annotated[RequestState | None, Query()] = None, *, page: Paged
) -> Response:
    """List your requests, newest first, with their steps so far."""
    asked = {"state": state}
    return await paging.answer(
        call,
        call.stack.mine,
        PATH,
        asked,
        {**asked, "customer_id": call.actor.subject_id},
        page,
        key_of=lambda row: (row.created_at, row.request_id),
        show=_shown,
    )


@routes.query(PATH + "/{request_id}", MyRequestShown)
async def read_my_request(call: Asked, request_id: str, min_position: MinPosition = None) -> Response:
    """Read one of your requests: price, who comes, and every step so far."""
    wanted = id_in_path(Prefix.REQUEST, request_id)
    await call.at_or_after(call.stack.mine.name, min_position)
    row = await call.stack.mine.one(call.tenant, wanted)
    if row is None or not call.actor.is_customer(row.customer_id):
        raise NotFound
    return answers.thing(_shown(row))


def _shown(row: CustomerRequestRow) -> dict[str, object]:
    told: dict[str, object] = {"id": answers.shown_id("request_id", row.request_id)}
    told.update((name, getattr(row, name)) for name in AS_IT_IS)
    told.update((name, answers.shown_id(name, getattr(row, name))) for name in IDS)
    told["promise"] = promise_of(row)
    return told
