"""How many others are asked for the same job? A number; who they are is nobody's business."""

from collections.abc import Sequence
from uuid import UUID

from domain.offer_terms import OUT
from infra.queries.view import MOST_ROWS
from interfaces.http.calls import QueryCall
from projections.provider_jobs import JobRow


async def competing(call: QueryCall, rows: Sequence[JobRow]) -> dict[UUID, int]:
    """How many others are asked now, by offer that is out."""
    out = {row.request_id for row in rows if row.state in OUT}
    if not out:
        return {}
    found = await call.stack.board.page(call.tenant, {"request_id": list(out)}, None, MOST_ROWS)
    asked = {row.request_id: row.offers_out for row in found}
    return {row.offer_id: max(0, asked.get(row.request_id, 1) - 1) for row in rows if row.state in OUT}
