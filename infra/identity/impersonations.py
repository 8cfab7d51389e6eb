"""How does the desk look at the service as a customer or a company sees it, for some minutes and on the record?"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from domain.account import Account
from domain.actor import Impersonator, Role
from domain.ids import new_id
from domain.provider import Provider
from domain.refusal import NotAllowed, NotFound
from infra.identity.refresh_token import SECRET_BYTES
from infra.identity.session import End, Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from application.engine import Aggregates
    from domain.actor import Actor
    from infra.identity.access_tokens import Caller, TokenAuthority
    from infra.identity.session_table import SessionTable

# As long as a call with somebody who needs help; whoever needs longer says once more why.
LIFE: Final = timedelta(minutes=15)
SUPPORT: Final = "support"
"""How such a session was opened, where others say `pwd` or `sms`; also what its person knows it by."""
SUBJECTS: Final = (Role.CUSTOMER, Role.PROVIDER)
"""In whose name the desk may look: never in a colleague's or a partner's."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What the desk gets: one access token, and no way to get another."""

    session_id: UUID
    access_token: str
    until: datetime


class Impersonations:
    """Begins and ends them. Every method may raise LogUnavailable."""

    def __init__(
        self,
        table: SessionTable,
        authority: TokenAuthority,
        aggregates: Aggregates | None,
        chance: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._table = table
        self._authority = authority
        self._aggregates = aggregates
        self._chance = chance

    async def begin(self, caller: Caller, whom: Actor, at: datetime, *, may_act: bool) -> Begun:
        """A token that speaks for ``whom`` and names the caller; their list of sessions shows it while it lives.

        Raises NotFound for somebody who is not there, NotAllowed, AccountSuspended or AccountOver.
        """
        await self._check_there(whom)
        by, session_id, until = caller.actor, new_id(at), at + LIFE
        nobody = hashlib.sha256(self._chance(SECRET_BYTES)).digest()
        account_id = whom.subject_id
        if account_id is None or by.subject_id is None or by.impersonator is not None:
            raise NotAllowed("only people of the desk act in the name of others")
        session = Session(
            session_id=session_id,
            account_id=account_id,
            actor=whom,
            amr=(SUPPORT,),
            device=nobody,
            label=SUPPORT,
            opened_at=at,
            used_at=at,
            lives_until=until,
            ends_by=until,
            live=nobody,
        )
        await self._table.add(session)
        named = replace(whom, impersonator=Impersonator(by.role, by.subject_id, may_act, caller.session_id))
        token = self._authority.sign(named, at, session_id=session_id, amr=(SUPPORT,), life=LIFE)
        return Begun(session_id, token, until)

    async def end(self, tenant: str, session_id: UUID) -> Actor:
        """End one; ended already is no news. Whom it was about; raises NotFound for what is no impersonation there."""
        session = await self._table.find(session_id)
        if session is None or session.actor.tenant != tenant or session.amr != (SUPPORT,):
            raise NotFound
        self._authority.ended.note(await self._table.end(tenant, [session_id], End.SIGNED_OUT))
        return session.actor

    async def _check_there(self, whom: Actor) -> None:
        """Raises NotFound, or as ``begin`` says."""
        if whom.role not in SUBJECTS or whom.subject_id is None or self._aggregates is None:
            raise NotAllowed("the desk acts in the name of customers and companies only")
        if whom.role is Role.PROVIDER:
            company = await self._aggregates.load(Provider, whom.tenant, whom.subject_id)
            if company is None or whom.crew_id not in {None, *company.crew}:
                raise NotFound
            return
        account = await self._aggregates.load(Account, whom.tenant, whom.subject_id)
        if account is None or account.may_act_as(Role.CUSTOMER) is None:
            raise NotFound
        account.check_open()
