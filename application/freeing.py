"""How does a shift become free when its job ends, or is taken from it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.request_terms import AT_VEHICLE, TO_BE_PAID, RequestState
from domain.shift import Shift

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Work
    from domain.request_terms import Assignment
    from domain.service_request import ServiceRequest


def truck_stands_at(request: ServiceRequest) -> str | None:
    """The cell where the truck must be, going by how far the job is; None when it is somewhere on its way."""
    if request.state in AT_VEHICLE:
        return request.cell
    if request.state is RequestState.AT_DROP or request.state in TO_BE_PAID:
        return request.drop_cell if request.tows else request.cell
    return None


async def free_shift(work: Work, held: Assignment | None, cell: str | None, at: datetime) -> None:
    """Release the shift that is kept for an offer, at a cell or where it was last; one that got free is left alone."""
    if held is None:
        return
    shift = await work.get(Shift, held.shift_id)
    if shift.is_kept_for(held.offer_id):
        shift.release(held.offer_id, cell or shift.cell, at)


async def wrap_up(work: Work, held: Assignment | None, at: datetime) -> None:
    """Let the shift do its papers: the work is done, the money is not."""
    if held is None:
        return
    shift = await work.get(Shift, held.shift_id)
    if shift.is_kept_for(held.offer_id):
        shift.wrap_up(at)
