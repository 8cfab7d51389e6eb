"""How is it known that somebody looked at an offer?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import offer_told
from application.guards import check_role, check_sees_offer, check_version
from domain.actor import DESK, Role
from domain.offer import Offer
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class ReportSeen:
    """Somebody of the provider looked at it."""

    actor: Actor
    offer_id: UUID
    at: datetime
    expected_version: int | None = None


async def report_seen(command: ReportSeen, work: Work) -> Answer:
    """Note it; late, twice or after an answer it changes nothing. Raises NotAllowed, NotFound or StaleVersion."""
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    offer = await work.get(Offer, command.offer_id)
    await check_sees_offer(command.actor, offer, work)
    check_version(offer, command.expected_version)
    offer.see(command.at)
    return offer_told(offer, await work.get(ServiceRequest, offer.request_id))
