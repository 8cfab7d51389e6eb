"""How does a partner ask for help for one of its members?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import request_told
from application.confirm_request import check_pays_for_member
from application.guards import check_role, hidden
from application.partner_share import let_bear
from application.request_service import agree_at_once, begin_request
from application.trade import FREE_EVERYWHERE
from domain.actor import DESK, Role
from domain.partner_account import PartnerAccount

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.trade import Trade
    from domain.actor import Actor
    from domain.price_terms import PaymentMethod
    from domain.request_terms import Call


@dataclass(frozen=True, slots=True)
class HelpMember:
    """Send somebody to a member of this partner: ordered by the partner, or by the desk when it telephones.

    ``pays_by`` agrees to whatever it costs, and says how the member pays what the partner does not bear.
    """

    actor: Actor
    partner_id: UUID
    request_id: UUID
    call: Call
    at: datetime
    pays_by: PaymentMethod | None = None


async def help_member(command: HelpMember, work: Work, trade: Trade = FREE_EVERYWHERE) -> Answer:
    """Begin the request, tell its price and keep the partner's part of it, in one save.

    Raises NotAllowed, NotFound, OutsideServedArea, BadCell, ServiceDoesNotFit, BadSchedule, CurrencyMismatch, or
    PartnerLimitReached, which keeps no SOS waiting.
    """
    check_role(work, command.actor, Role.PARTNER, *DESK)
    if not (command.actor.is_desk or command.actor.is_partner(command.partner_id)):
        raise hidden("PartnerAccount", command.partner_id)
    check_pays_for_member(command.pays_by)
    partner = await work.get(PartnerAccount, command.partner_id)
    request = begin_request(command.request_id, command.call, command.at, work, trade, partner.id)
    await let_bear(work, request, partner, command.at)
    await agree_at_once(work, request, command.pays_by, Role.CUSTOMER, trade, command.at)
    return request_told(request)
