"""How is an earning kept from being paid, and let go again?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role, check_version
from application.payout_answers import earning_told
from domain.actor import BOOKKEEPERS
from domain.earning import Earning

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.earnings_terms import WhyHeld


@dataclass(frozen=True, slots=True)
class HoldEarning:
    """Pay nothing for it; without a reason: let it be paid again."""

    actor: Actor
    earning_id: UUID
    why: WhyHeld | None
    at: datetime
    expected_version: int | None = None


async def hold_earning(command: HoldEarning, work: Work) -> Answer:
    """Hold or let go; twice changes nothing. Raises NotAllowed, NotFound, StaleVersion or NotPayable."""
    check_role(work, command.actor, *BOOKKEEPERS)
    earning = await work.get(Earning, command.earning_id)
    check_version(earning, command.expected_version)
    if command.why is None:
        earning.end_hold(command.at)
    else:
        earning.hold(command.why, command.at)
    return earning_told(earning)
