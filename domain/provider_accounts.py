"""Which account is a crew member's, so that its person sees that one's work and no other's?"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, event
from domain.provider_standing import ProviderStanding
from domain.provider_terms import AlreadyLinked, UnknownCrew


class ProviderAccounts(ProviderStanding):
    """A crew member has one account at most, and an account is one crew member of a company at most."""

    class CrewMemberLinked(Aggregate.Event):
        """From now on whoever has this account is that crew member."""

        TOPIC: ClassVar[str] = "provider.crew_member_linked"
        crew_id: UUID
        account_id: UUID

    class CrewMemberUnlinked(Aggregate.Event):
        """The account is that crew member's no more."""

        TOPIC: ClassVar[str] = "provider.crew_member_unlinked"
        crew_id: UUID
        account_id: UUID

    def link_account(self, crew_id: UUID, account_id: UUID, at: datetime) -> None:
        """Say whose account is a crew member's; the same twice changes nothing.

        Raises ProviderClosed, UnknownCrew, or AlreadyLinked when either of them has another.
        """
        self._not_closed()
        if crew_id not in self.crew:
            raise UnknownCrew(crew_id=str(crew_id))
        if self.accounts.get(crew_id) == account_id:
            return
        if crew_id in self.accounts or account_id in self.accounts.values():
            raise AlreadyLinked
        self.trigger_event(self.CrewMemberLinked, timestamp=at, crew_id=crew_id, account_id=account_id)

    def unlink_account(self, crew_id: UUID, at: datetime) -> None:
        """Take the link back; a crew member without an account is no news."""
        account_id = self.accounts.get(crew_id)
        if account_id is not None:
            self.trigger_event(self.CrewMemberUnlinked, timestamp=at, crew_id=crew_id, account_id=account_id)

    def crew_of(self, account_id: UUID) -> UUID | None:
        """Which crew member whoever has that account is; None for everybody else."""
        return next((crew_id for crew_id, linked in self.accounts.items() if linked == account_id), None)

    @event(CrewMemberLinked)
    def _on_crew_member_linked(self, crew_id: UUID, account_id: UUID) -> None:
        self.accounts[crew_id] = account_id

    @event(CrewMemberUnlinked)
    def _on_crew_member_unlinked(self, crew_id: UUID) -> None:
        del self.accounts[crew_id]
