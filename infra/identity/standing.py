"""May an account still act as its session says? Asked in the log at each refresh, whoever forgot to end the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.account import Account
from domain.refusal import Refusal
from infra.identity.people import Wanted, actor_as, as_crew

if TYPE_CHECKING:
    from application.engine import Aggregates
    from infra.identity.session import Session


class AccountStanding:
    """Reads the account; a session of nobody's account (made for a local run) stands by itself."""

    def __init__(self, aggregates: Aggregates) -> None:
        self._aggregates = aggregates

    async def holds(self, session: Session) -> bool:
        """Whether it is neither suspended nor closed, with this very role, company, duty and crew member."""
        actor = session.actor
        account = await self._aggregates.load(Account, actor.tenant, session.account_id)
        if account is None:
            return True
        scope_id = None if actor.person_id is None else actor.subject_id
        try:
            acting = actor_as(account, actor.tenant, Wanted(actor.role, scope_id))
            return await as_crew(self._aggregates, acting) == actor
        except Refusal:
            return False
