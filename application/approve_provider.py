"""How is a company that applied taken?"""

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


@dataclass(frozen=True, slots=True)
class ApproveProvider:
    """It may work from now on."""

    actor: Actor
    provider_id: UUID
    at: datetime
    expected_version: int | None = None


async def approve_provider(command: ApproveProvider, work: Work) -> Answer:
    """Approve a provider whose papers were all verified; twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, ProviderClosed, OutOfTurn or DocumentsMissing.
    """
    check_role(work, command.actor, *DESK)
    provider = await work.get(Provider, command.provider_id)
    check_version(provider, command.expected_version)
    provider.approve(command.at)
    return provider_told(provider)
