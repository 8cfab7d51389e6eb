"""How does a company join?"""

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
class RegisterProvider:
    """Take a company in; its name and address are in the personal store under ``profile_id``."""

    actor: Actor
    provider_id: UUID
    profile_id: UUID
    at: datetime


async def register_provider(command: RegisterProvider, work: Work) -> Answer:
    """Register a provider, active at once. Raises NotAllowed."""
    check_role(work, command.actor, *DESK)
    provider = Provider.register(command.provider_id, command.profile_id, command.at)
    work.add(provider)
    return provider_told(provider)
