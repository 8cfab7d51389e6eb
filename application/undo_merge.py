"""What if a request was merged into another one, and it was another breakdown after all?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.agreeing import begin_search, keep_the_price
from application.answers import request_told
from application.guards import check_role, check_version
from domain.actor import DESK
from domain.request_terms import RequestState
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.trade import Trade
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class UndoMerge:
    """Let the request go on by itself."""

    actor: Actor
    request_id: UUID
    at: datetime
    expected_version: int | None = None


async def undo_merge(command: UndoMerge, work: Work, trade: Trade) -> Answer:
    """Bring the request back where it was: searched for, waiting for its hour, or for its customer's word.

    What was kept for a confirmed price is kept again. The danger that the other request took over stays there. Raises
    NotAllowed, NotFound, StaleVersion, OutOfTurn, TooLateToUndo, InsufficientFunds or WalletFrozen.
    """
    check_role(work, command.actor, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    check_version(request, command.expected_version)
    request.unmerge(command.actor.role, command.at)
    if request.state is RequestState.CONFIRMED:
        if request.confirmed_quote is not None:
            await keep_the_price(work, request, request.payment_method, command.at)
        begin_search(request, trade, command.at)
    return request_told(request)
