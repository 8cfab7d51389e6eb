"""Where are sessions kept?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from infra.identity.session import End, Session


@dataclass(frozen=True, slots=True)
class Rotation:
    """From which live token to which, and until when the session lives by it."""

    session_id: UUID
    live: bytes
    next_live: bytes
    salt: bytes
    at: datetime
    lives_until: datetime


class SessionTable(Protocol):
    """All sessions of a cell. Every method may raise LogUnavailable."""

    async def add(self, session: Session) -> None:
        """Keep a new one."""
        ...

    async def find(self, session_id: UUID) -> Session | None:
        """The one with that id, over or not."""
        ...

    async def rotate(self, rotation: Rotation) -> bool:
        """Let the next token live instead; False when another was quicker, or the session is over."""
        ...

    async def end(self, tenant: str, session_ids: Sequence[UUID], why: End) -> list[UUID]:
        """End those of them that still live; which they were."""
        ...

    async def living(self, tenant: str, account_id: UUID, at: datetime) -> list[Session]:
        """The account's sessions that live, the last used first."""
        ...

    async def forget(self, tenant: str, account_id: UUID) -> list[UUID]:
        """End them, and keep neither device nor label of any of them; which of them lived."""
        ...

    async def ended_since(self, instant: datetime | None) -> Sequence[tuple[UUID, datetime]]:
        """What ended after that instant of the database's clock; None asks for all whose access tokens may live."""
        ...
