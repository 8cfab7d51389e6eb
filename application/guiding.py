"""What if a crew is told, not asked? It has the job at once, and some time to say that it knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from application.taking import give_job

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Work
    from domain.offer import Offer
    from domain.service_request import ServiceRequest
    from domain.shift import Shift


@dataclass(frozen=True, slots=True)
class Guidance:
    """How long a crew has to acknowledge a job, and what follows when it does not."""

    acknowledges_within: timedelta = timedelta(seconds=30)
    """A crew on duty looks at its phone; motor clubs ask for half a minute."""
    times: int = 2
    """Told once and reminded once, beside the desk; after that somebody else goes."""


AS_USUAL: Final = Guidance()


async def tell_crew(
    work: Work, offer: Offer, request: ServiceRequest, shift: Shift, guidance: Guidance, at: datetime
) -> None:
    """Accept the offer on behalf of a guided crew and ask it to acknowledge, in the save that makes the offer."""
    offer.accept(at)
    await give_job(work, offer, request, shift, at)
    request.ask_acknowledgement(at + guidance.acknowledges_within, at)
