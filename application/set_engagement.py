"""How is it agreed on whether a provider is asked, or its crews are told?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import provider_told
from application.guards import check_role, check_version
from domain.actor import DESK
from domain.provider import Provider

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.provider_terms import AnswersBy, Engagement


@dataclass(frozen=True, slots=True)
class SetEngagement:
    """From ``effective_at`` on (None: from now on) it works so."""

    actor: Actor
    provider_id: UUID
    engagement: Engagement
    answers_by: AnswersBy
    effective_at: datetime | None
    at: datetime
    expected_version: int | None = None


async def set_engagement(command: SetEngagement, work: Work) -> Answer:
    """Agree on it, in place of what was agreed for later; the same again changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, ProviderClosed or BadEngagement.
    """
    check_role(work, command.actor, *DESK)
    provider = await work.get(Provider, command.provider_id)
    check_version(provider, command.expected_version)
    effective_at = command.effective_at or command.at
    provider.set_engagement(command.engagement, command.answers_by, effective_at, command.at)
    return provider_told(provider)
