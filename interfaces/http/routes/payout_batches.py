"""What can be asked about the payouts of a day, all together?"""

from datetime import datetime
from uuid import UUID

import msgspec
from starlette.responses import Response

from domain.ids import Prefix, show
from domain.refusal import NotFound
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, MinPosition, Paged, id_in_path
from interfaces.http.routes.payouts import payout_shown
from interfaces.http.routing import Routes
from interfaces.http.shapes.payouts import PayoutBatchPage, PayoutBatchShown, PayoutPage
from projections.payout_batches import PayoutBatchRow
from projections.payouts import PayoutRow

BATCHES = "/v1/payout-batches"
BATCH = BATCHES + "/{batch_id}"

routes = Routes("Payouts")


@routes.query(BATCHES, PayoutBatchPage, problems=("invalid_cursor",))
async def list_batches(call: Asked, *, page: Paged) -> Response:
    """List the days on which providers were paid, newest first."""
    return await paging.answer(
        call, call.stack.money.payout_batches, BATCHES, {}, {}, page, key_of=_opened, show=_batch
    )


@routes.query(BATCH, PayoutBatchShown)
async def read_batch(call: Asked, batch_id: str, min_position: MinPosition = None) -> Response:
    """Read how far a day's payouts are.

    It is closed when the day is over, and finished when each of its payouts has come to something. What the bank sends
    back after that is told by the payout.
    """
    return answers.thing(_batch(await _the(call, batch_id, min_position)))


@routes.query(BATCH + "/payouts", PayoutPage, problems=("invalid_cursor",))
async def list_payouts_of_batch(call: Asked, batch_id: str, *, page: Paged) -> Response:
    """Read the statement of a day: each of its payouts, and how far that is now."""
    row = await _the(call, batch_id, page.min_position)
    path = f"{BATCHES}/{show(Prefix.PAYOUT_BATCH, row.batch_id)}/payouts"
    view = call.stack.money.payouts
    return await paging.answer(
        call, view, path, {}, {"batch_id": row.batch_id}, page, key_of=_created, show=payout_shown
    )


async def _the(call: Asked, batch_id: str, min_position: int | None) -> PayoutBatchRow:
    wanted = id_in_path(Prefix.PAYOUT_BATCH, batch_id)
    await call.at_or_after(call.stack.money.payout_batches.name, min_position)
    row = await call.stack.money.payout_batches.one(call.tenant, wanted)
    if row is None:
        raise NotFound
    return row


def _opened(row: PayoutBatchRow) -> tuple[datetime, UUID]:
    return row.opened_at, row.batch_id


def _created(row: PayoutRow) -> tuple[datetime, UUID]:
    return row.created_at, row.payout_id


def _batch(row: PayoutBatchRow) -> dict[str, object]:
    told = msgspec.structs.asdict(row)
    for name in ("tenant", "batch_id", "position"):
        told.pop(name)
    return {"id": show(Prefix.PAYOUT_BATCH, row.batch_id), **told}
