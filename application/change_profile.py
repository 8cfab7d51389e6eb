"""How does somebody tell what we should know of them, and agree or not to what we do with it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role, check_version
from domain.actor import Role
from domain.profile import Profile, profile_id
from domain.refusal import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class ChangeProfile:
    """Something in one's own profile; ``change`` is a method of it with what was said."""

    actor: Actor
    person_id: UUID
    change: Callable[[Profile], None]
    at: datetime
    expected_version: int | None = None


async def change_profile(command: ChangeProfile, work: Work) -> Answer:
    """For the person alone: nobody else agrees for them. Raises NotAllowed, StaleVersion and what the change raises."""
    check_role(work, command.actor, Role.CUSTOMER)
    if not command.actor.is_customer(command.person_id):
        raise NotAllowed("everybody tells of themselves only")
    profile = await work.find(Profile, profile_id(command.person_id))
    if profile is None:
        profile = Profile.begin(command.person_id, command.at)
        work.add(profile)
    else:
        check_version(profile, command.expected_version)
    command.change(profile)
    return {"customer_id": command.person_id.hex, "version": profile.version}
