"""How does a customer agree to a price?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.agreeing import agree
from application.answers import request_told
from application.guards import check_role, check_sees_request, check_version, on_behalf_of
from application.partner_share import let_bear
from domain.actor import DESK, Role
from domain.partner_account import PartnerAccount
from domain.price_terms import PaymentMethod
from domain.refusal import NotAllowed
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.trade import Trade
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class ConfirmRequest:
    """Yes, at this price, paid this way."""

    actor: Actor
    request_id: UUID
    quote_version: int
    payment_method: PaymentMethod
    at: datetime
    expected_version: int | None = None


async def confirm_request(command: ConfirmRequest, work: Work, trade: Trade) -> Answer:
    """Confirm the quote, have it kept in the wallet when it is paid from there, and begin the search, in one save.

    A scheduled job waits for its hour; an SOS and a job under way are confirmed behind their back (I8). Twice changes
    nothing. Raises NotAllowed, NotFound, StaleVersion, NotQuoted, QuoteExpired, QuoteSuperseded, InsufficientFunds,
    WalletFrozen, RequestClosed or OutOfTurn.
    """
    check_role(work, command.actor, Role.CUSTOMER, Role.PARTNER, *DESK)
    request = await work.get(ServiceRequest, command.request_id)
    await check_sees_request(command.actor, request, work)
    check_version(request, command.expected_version)

    if request.confirmed_quote == command.quote_version and request.payment_method is command.payment_method:
        return request_told(request)
    if command.actor.partner_id is not None:
        # What it agrees to it bears as it is now; what is left its member pays.
        check_pays_for_member(command.payment_method)
        await let_bear(work, request, await work.get(PartnerAccount, command.actor.partner_id), command.at)
    by = on_behalf_of(command.actor)
    await agree(work, request, command.quote_version, command.payment_method, by, trade, command.at)
    return request_told(request)


def check_pays_for_member(method: PaymentMethod | None) -> None:
    """Refuse that a partner spends what lies in its member's wallet; raises NotAllowed."""
    if method is PaymentMethod.WALLET:
        raise NotAllowed("a member's wallet is the member's own: what the partner does not bear is paid otherwise")
