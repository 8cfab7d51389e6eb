"""Which refunds are there, and how far is each on its way back?"""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from domain.actor import Role
from domain.ids import Prefix, show
from domain.refund_terms import RefundState
from domain.refusal import NotFound
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, MinPosition, Paged, id_in_path
from interfaces.http.routing import Routes
from interfaces.http.shapes.disputes import RefundPage, RefundShown
from projections.refunds import RefundRow

REFUNDS: Final = "/v1/refunds"
AS_FOLDED: Final = (
    *("version", "state", "why", "gateway_payment", "gateway_refund", "amount_minor", "currency"),
    *("created_at", "updated_at"),
)
"""Columns that are shown as they are."""

StateAsked = Annotated[RefundState | None, Query(description="Only those that are so.")]

routes = Routes("Payment orders")


@routes.query(REFUNDS, RefundPage, problems=("invalid_cursor",))
async def list_refunds(call: Asked, state: StateAsked = None, *, page: Paged) -> Response:
    """List refunds, newest first. Customers see their own, the desk and auditors all."""
    own = {"customer_id": call.actor.subject_id} if call.actor.role is Role.CUSTOMER else {}
    asked = {} if state is None else {"state": state.value}
    view = call.stack.money.refunds
    return await paging.answer(call, view, REFUNDS, asked, {**asked, **own}, page, key_of=_created, show=_refund)


@routes.query(REFUNDS + "/{refund_id}", RefundShown)
async def read_refund(call: Asked, refund_id: str, min_position: MinPosition = None) -> Response:
    """Read how far one refund is."""
    wanted = id_in_path(Prefix.REFUND, refund_id)
    await call.at_or_after(call.stack.money.refunds.name, min_position)
    row = await call.stack.money.refunds.one(call.tenant, wanted)
    sees_all = call.actor.sees_books
    if row is None or not (sees_all or call.actor.is_customer(row.customer_id)):
        raise NotFound
    return answers.thing(_refund(row))


def _created(row: RefundRow) -> tuple[datetime, UUID]:
    return row.created_at, row.refund_id


def _refund(row: RefundRow) -> dict[str, object]:
    return {
        "id": show(Prefix.REFUND, row.refund_id),
        "order_id": show(Prefix.ORDER, row.order_id),
        "customer_id": answers.shown_id("customer_id", row.customer_id),
        **{name: getattr(row, name) for name in AS_FOLDED},
    }
