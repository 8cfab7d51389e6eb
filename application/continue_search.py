"""What happens when a search has found nobody in its time? It goes farther out, then up to people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from application.agreeing import start_search
from application.answers import request_told
from application.ending import settle_end
from application.guards import check_role
from application.hazards import is_closed_off
from application.raising import raise_share
from domain.actor import DESK
from domain.request_search import HIGHEST_LEVEL, EscalationReason
from domain.service_request import ServiceRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.trade import Trade
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class Ladder:
    """What comes after everywhere: how long each level of escalation has, and whether a search ever ends by itself."""

    first_has: timedelta = timedelta(minutes=2)
    """Level 1, more is paid: whoever was too far off for the price thinks it over."""
    second_has: timedelta = timedelta(minutes=5)
    """Level 2, partners are asked: they take a call, look around, call back."""
    desk_looks_every: timedelta = timedelta(minutes=10)
    """Level 3, a person at the desk: reminded this often for as long as the search lasts."""
    gives_up_after: timedelta | None = None
    """How long level 3 lasts before the request ends unfulfilled; None: only the desk ends it. A person who is
    stranded is not given up by a clock unless somebody decides so."""

    raises_share_bp: int = 500
    """Each level gives the provider this much more of the net price, out of our commission: 5 points are a reason to
    drive farther, and three times that is the usual commission."""

    def until(self, level: int, at: datetime) -> datetime:
        """When a level that is reached at an instant is over."""
        last = self.gives_up_after or self.desk_looks_every
        return at + {1: self.first_has, 2: self.second_has}.get(level, last)


@dataclass(frozen=True, slots=True)
class ContinueSearch:
    """The next look of a search is due: noticed by the dispatcher."""

    actor: Actor
    request_id: UUID
    at: datetime


async def continue_search(command: ContinueSearch, work: Work, trade: Trade, ladder: Ladder) -> Answer:
    """Begin the search of a new attempt, widen it, escalate it or end it, and say when to look again.

    A search whose next look is still to come is left alone: somebody was faster. One from before searches had radii
    goes on everywhere. In a closed zone it waits at the desk, for as long as that lasts. Raises NotAllowed, NotFound,
    RequestClosed, OutOfTurn or OfferStillOut.
    """
    check_role(work, command.actor, *DESK)
    request, at = await work.get(ServiceRequest, command.request_id), command.at
    if request.searched_attempt != request.attempt:
        start_search(request, trade, at)
    elif request.widens_at is None:
        request.widen_search(None, at + trade.search.repeats_after, at)
    elif request.widens_at <= at and is_closed_off(work.context.tenant, request, trade, at):
        # Nobody is sent there by himself: a person decides, and the search goes on when the zone is open again.
        request.escalate(HIGHEST_LEVEL, EscalationReason.ZONE_CLOSED, at)
        request.widen_search(request.radius_m, at + trade.search.repeats_after, at)
    elif request.widens_at <= at:
        await _go_on(request, work, trade, ladder, at)
    return request_told(request)


async def _go_on(request: ServiceRequest, work: Work, trade: Trade, ladder: Ladder, at: datetime) -> None:
    if request.sos and request.escalation < HIGHEST_LEVEL:
        # Nobody in the first ring: a person looks at once, while the search goes on.
        request.escalate(HIGHEST_LEVEL, EscalationReason.SOS, at)
    if request.radius_m is not None:
        ring = trade.search.after(request.radius_m, at)
        request.widen_search(ring.radius_m, ring.widens_at, at)
        return
    if request.escalation == HIGHEST_LEVEL and ladder.gives_up_after is not None:
        request.give_up(at)
        await settle_end(work, request, 0, at)
        return
    level = min(request.escalation + 1, HIGHEST_LEVEL)
    reason = EscalationReason.NOBODY_ACCEPTS if request.declined_by else EscalationReason.NOBODY_NEAR
    request.escalate(level, reason, at)
    await raise_share(work, request, level * ladder.raises_share_bp, at)
    request.widen_search(None, ladder.until(level, at), at)
