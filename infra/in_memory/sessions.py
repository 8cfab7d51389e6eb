"""Where are sessions kept when nothing is to outlive the process?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from infra.identity.session import End

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from infra.identity.session import Session
    from infra.identity.session_table import Rotation


class SessionsInMemory:
    """The port over a dictionary; ``clock`` plays the database's."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.rows: dict[UUID, Session] = {}

    async def add(self, session: Session) -> None:
        """See SessionTable."""
        self.rows[session.session_id] = session

    async def find(self, session_id: UUID) -> Session | None:
        """See SessionTable."""
        return self.rows.get(session_id)

    async def rotate(self, rotation: Rotation) -> bool:
        """See SessionTable."""
        found = self.rows.get(rotation.session_id)
        if found is None or found.ended_at is not None or found.live != rotation.live:
            return False
        self.rows[rotation.session_id] = replace(
            found,
            live=rotation.next_live,
            before=rotation.live,
            salt=rotation.salt,
            used_at=rotation.at,
            lives_until=rotation.lives_until,
        )
        return True

    async def end(self, tenant: str, session_ids: Sequence[UUID], why: End) -> list[UUID]:
        """See SessionTable."""
        ended = [
            one.session_id
            for one in map(self.rows.get, session_ids)
            if one is not None and one.actor.tenant == tenant and one.ended_at is None
        ]
        for session_id in ended:
            self.rows[session_id] = replace(self.rows[session_id], ended_at=self._clock(), ended_by=why)
        return ended

    async def living(self, tenant: str, account_id: UUID, at: datetime) -> list[Session]:
        """See SessionTable."""
        theirs = [one for one in self._of(tenant, account_id) if not one.is_over(at)]
        return sorted(theirs, key=lambda one: (one.used_at, one.session_id), reverse=True)

    async def forget(self, tenant: str, account_id: UUID) -> list[UUID]:
        """See SessionTable."""
        theirs = [one.session_id for one in self._of(tenant, account_id)]
        ended = await self.end(tenant, theirs, End.ERASED)
        for session_id in theirs:
            self.rows[session_id] = replace(self.rows[session_id], device=b"", label="")
        return ended

    async def ended_since(self, instant: datetime | None) -> Sequence[tuple[UUID, datetime]]:
        """See SessionTable."""
        ended = [(one.session_id, one.ended_at) for one in self.rows.values() if one.ended_at is not None]
        return [(session_id, at) for session_id, at in ended if instant is None or at > instant]

    def _of(self, tenant: str, account_id: UUID) -> list[Session]:
        return [one for one in self.rows.values() if one.actor.tenant == tenant and one.account_id == account_id]
