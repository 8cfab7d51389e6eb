"""Which sessions have ended while access tokens of theirs may still be out?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID


class EndedSessions:
    """Kept in memory, so that a request costs one look into a dictionary and no query."""

    def __init__(self) -> None:
        self.ids: dict[UUID | None, datetime | None] = {}
        """When each of them ended by the database's clock; None while only this process has heard of it."""
        self.is_heard = False
        """Whether the database was ever asked: before that nobody can say that a session lives."""

    def note(self, session_ids: Iterable[UUID]) -> None:
        """This process has just ended these: it need not wait until it asks again."""
        for session_id in session_ids:
            self.ids.setdefault(session_id, None)

    def take(self, ended: Iterable[tuple[UUID, datetime]]) -> None:
        """The database tells that these have ended; hearing of one again is no news."""
        self.ids.update(ended)
        self.is_heard = True

    def forget_before(self, instant: datetime) -> None:
        """Drop those that ended before then: no access token of theirs is good any more."""
        for session_id in [one for one, at in self.ids.items() if at is not None and at < instant]:
            del self.ids[session_id]
