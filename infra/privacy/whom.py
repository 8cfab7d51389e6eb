"""About whom does somebody ask: a person with an account, a crew member, or a company?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.actor import Role
from domain.ids import Prefix, parse, show

if TYPE_CHECKING:
    from uuid import UUID

    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever has a key of their own in the personal store."""

    tenant: str
    prefix: Prefix
    person_id: UUID

    @property
    def shown(self) -> str:
        """As the API shows it."""
        return show(self.prefix, self.person_id)


def person_of(tenant: str, text: str) -> Person:
    """Somebody by their public id; raises BadId."""
    prefix = next((each for each in (Prefix.PROVIDER, Prefix.CREW) if text.startswith(each)), Prefix.USER)
    return Person(tenant, prefix, parse(prefix, text))


def person_behind(actor: Actor) -> Person | None:
    """Who asks: the human, where the token tells of one; else the company. None for a process of ours."""
    if actor.person_id is not None:
        return Person(actor.tenant, Prefix.USER, actor.person_id)
    if actor.subject_id is None or actor.role is Role.PARTNER:
        return None
    prefix = Prefix.PROVIDER if actor.role is Role.PROVIDER else Prefix.USER
    return Person(actor.tenant, prefix, actor.subject_id)
