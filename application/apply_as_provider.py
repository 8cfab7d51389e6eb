"""How does a company ask to join?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import provider_told
from application.guards import check_role, check_sees_provider
from domain.actor import DESK, Role
from domain.provider import Provider
from domain.provider_terms import AlreadyApplied
from domain.refusal import NotFound

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class ApplyAsProvider:
    """Would like to join; its name and address are in the personal store under ``profile_id``."""

    actor: Actor
    provider_id: UUID
    profile_id: UUID
    at: datetime


async def apply_as_provider(command: ApplyAsProvider, work: Work) -> Answer:
    """Note the application of a company that is not known yet. Raises NotAllowed, NotFound or AlreadyApplied."""
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    check_sees_provider(command.actor, command.provider_id)
    try:
        known = await work.get(Provider, command.provider_id)
    except NotFound:
        provider = Provider.apply(command.provider_id, command.profile_id, command.actor.role, command.at)
        work.add(provider)
        return provider_told(provider)
    raise AlreadyApplied(state=known.state.value)
