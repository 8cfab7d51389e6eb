"""How does a company that applied ask to be looked at?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import provider_told
from application.guards import check_role, check_sees_provider, check_version
from domain.actor import DESK, Role
from domain.provider import Provider

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class SubmitForReview:
    """All its papers are there."""

    actor: Actor
    provider_id: UUID
    at: datetime
    expected_version: int | None = None


async def submit_for_review(command: SubmitForReview, work: Work) -> Answer:
    """Submit the application; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, ProviderClosed, OutOfTurn or DocumentsMissing.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    check_sees_provider(command.actor, command.provider_id)
    provider = await work.get(Provider, command.provider_id)
    check_version(provider, command.expected_version)
    provider.submit_for_review(command.at)
    return provider_told(provider)
