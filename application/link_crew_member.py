"""How does somebody with an account become one of the crew, and stop being it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.answers import provider_told
from application.guards import check_role, check_sees_provider, check_version
from domain.account import Account
from domain.actor import DESK, Role
from domain.provider import Provider
from domain.provider_terms import NoDutyThere

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class LinkCrewMember:
    """Say whose account is a crew member's."""

    actor: Actor
    provider_id: UUID
    crew_id: UUID
    account_id: UUID
    at: datetime
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class UnlinkCrewMember:
    """Take that back."""

    actor: Actor
    provider_id: UUID
    crew_id: UUID
    at: datetime
    expected_version: int | None = None


async def link_crew_member(command: LinkCrewMember, work: Work) -> Answer:
    """Note the link; the same twice changes nothing. Whoever runs this ends the account's sessions next.

    Raises NotAllowed, NotFound, StaleVersion, ProviderClosed, UnknownCrew, AlreadyLinked, or NoDutyThere, which is all
    that a company hears of an account that is not one of its people's.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    check_sees_provider(command.actor, command.provider_id)
    provider = await work.get(Provider, command.provider_id)
    check_version(provider, command.expected_version)
    account = await work.find(Account, command.account_id)
    if account is None or account.closed_for or not account.may_act_as(Role.PROVIDER, provider.id):
        raise NoDutyThere
    provider.link_account(command.crew_id, account.id, command.at)
    return _told(provider, command.crew_id, account.id)


async def unlink_crew_member(command: UnlinkCrewMember, work: Work) -> Answer:
    """Take the link back; not linked is no news. Whoever runs this ends the account's sessions next.

    Raises NotAllowed, NotFound or StaleVersion.
    """
    check_role(work, command.actor, Role.PROVIDER, *DESK)
    check_sees_provider(command.actor, command.provider_id)
    provider = await work.get(Provider, command.provider_id)
    check_version(provider, command.expected_version)
    account_id = provider.accounts.get(command.crew_id)
    provider.unlink_account(command.crew_id, command.at)
    return _told(provider, command.crew_id, account_id)


def _told(provider: Provider, crew_id: UUID, account_id: UUID | None) -> Answer:
    account = None if account_id is None else account_id.hex
    return {**provider_told(provider), "crew_id": crew_id.hex, "account_id": account}
