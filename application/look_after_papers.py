"""What is due of a company's documents today: to be told that one ends soon, or that it has ended?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import provider_told
from application.guards import check_role
from domain.actor import DESK
from domain.provider import Provider

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class LookAfterPapers:
    """The time of some of its documents may have come."""

    actor: Actor
    provider_id: UUID
    at: datetime


async def look_after_papers(command: LookAfterPapers, work: Work) -> Answer:
    """Note which of its documents have run out and which end soon, each once. Raises NotAllowed or NotFound."""
    check_role(work, command.actor, *DESK)
    provider = await work.get(Provider, command.provider_id)
    provider.look_after_papers(command.at)
    return provider_told(provider)
