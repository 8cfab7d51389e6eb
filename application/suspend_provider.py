"""How is a provider kept from working?"""

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
    from domain.provider import SuspendReason


@dataclass(frozen=True, slots=True)
class SuspendProvider:
    """Let it start no shift and take no job: until an instant, or until it is reinstated."""

    actor: Actor
    provider_id: UUID
    reason: SuspendReason
    at: datetime
    expected_version: int | None = None
    until: datetime | None = None


async def suspend_provider(command: SuspendProvider, work: Work) -> Answer:
    """Suspend a provider; a job under way is finished; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, ProviderClosed, OutOfTurn or BadSuspension.
    """
    check_role(work, command.actor, *DESK)
    provider = await work.get(Provider, command.provider_id)
    check_version(provider, command.expected_version)
    provider.suspend(command.reason, command.at, command.until)
    return provider_told(provider)
