"""How is a company that applied turned away?"""

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
    from domain.provider_terms import RejectReason


@dataclass(frozen=True, slots=True)
class RejectProvider:
    """It is not taken."""

    actor: Actor
    provider_id: UUID
    reason: RejectReason
    at: datetime
    expected_version: int | None = None


async def reject_provider(command: RejectProvider, work: Work) -> Answer:
    """Reject a provider that applied; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, ProviderClosed or OutOfTurn.
    """
    check_role(work, command.actor, *DESK)
    provider = await work.get(Provider, command.provider_id)
    check_version(provider, command.expected_version)
    provider.reject(command.reason, command.at)
    return provider_told(provider)
