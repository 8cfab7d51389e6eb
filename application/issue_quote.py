"""How does a customer get a price, or a fresh one when the old one expired?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.guards import check_role, check_sees_request, check_version
from application.partner_share import bearer_of
from application.trade import Job, quote_from
from domain.actor import DESK, Role
from domain.service_request import ServiceRequest
from domain.trade_terms import NotPriced

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.trade import Trade
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class IssueQuote:
    """Say what it costs now."""

    actor: Actor
    request_id: UUID
    at: datetime
    expected_version: int | None = None


async def issue_quote(command: IssueQuote, work: Work, trade: Trade) -> Answer:
    """Issue a quote at the tariff in effect; one that can still be confirmed stays as it is.

    The desk may have a new one made any time. Raises NotAllowed, NotFound, StaleVersion, NotPriced, RequestClosed or
    OutOfTurn.
    """
    check_role(work, command.actor, Role.CUSTOMER, Role.PARTNER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)

    quote = request.quote
    if quote is not None and command.at < quote.valid_until and not command.actor.is_desk:
        return request_told(request)
    job = Job(request.cell, request.drop_cell, request.service, request.vehicle_class, request.sos)
    priced = trade.price_of(work.context.tenant, job, command.at, await bearer_of(work, request.id))
    if priced is None:
        raise NotPriced
    request.issue_quote(quote_from(priced, quote.quote_version + 1 if quote else 1), command.at)
    return request_told(request)
