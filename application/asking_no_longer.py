"""What happens to those who are asked for a job no longer? Their offers close, their shifts are free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.offer import Offer, WhyClosed
from domain.shift import Shift

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from application.engine import Work
    from domain.request_terms import Assignment


async def ask_no_longer(work: Work, asked: Iterable[Assignment], why: WhyClosed, at: datetime) -> None:
    """Close the offers of those who were asked, superseded or else withdrawn, and release their shifts, in this save.

    Whoever answers afterwards finds a closed offer. The request closes its own side itself.
    """
    for each in asked:
        offer = await work.get(Offer, each.offer_id)
        if why is WhyClosed.SUPERSEDED:
            offer.supersede(at)
        else:
            offer.withdraw(at)
        shift = await work.get(Shift, each.shift_id)
        shift.release(each.offer_id, shift.cell, at)
