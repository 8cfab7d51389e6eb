"""How does somebody join a provider's crew?"""

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
    from domain.catalogue import Capability


@dataclass(frozen=True, slots=True)
class AddCrewMember:
    """Take somebody in, or note what they have learnt."""

    actor: Actor
    provider_id: UUID
    crew_id: UUID
    skills: tuple[Capability, ...]
    at: datetime
    expected_version: int | None = None


async def add_crew_member(command: AddCrewMember, work: Work) -> Answer:
    """Note a crew member and their skills; the same twice changes nothing.

    Raises NotAllowed, NotFound, StaleVersion, ProviderClosed, NoCapability or FleetFull.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    check_sees_provider(command.actor, command.provider_id)
    provider = await work.get(Provider, command.provider_id)
    check_version(provider, command.expected_version)
    provider.add_crew_member(command.crew_id, command.skills, command.at)
    return provider_told(provider)
