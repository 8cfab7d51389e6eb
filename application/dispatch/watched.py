"""Who is told of all that dispatch does, for logs and metrics?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from application.dispatch.board import Due, FreeShift, Search
    from application.dispatch.snapshot import Plan, Policy


class Watch(Protocol):
    """Told of everything, for logs and metrics."""

    def offered(self, search: Search, shift: FreeShift, offer_id: UUID, *, replayed: bool) -> None:
        """A shift was asked."""
        ...

    def acted(self, due: Due, late_s: float, *, replayed: bool) -> None:
        """A timer's order was carried out, so late after it could have been."""
        ...

    def refused(self, order: str, request_id: UUID, code: str) -> None:
        """An order did not go through; on a board that is behind the log this is everyday."""
        ...

    def decided(self, policy: Policy, plan: Plan) -> None:
        """The policy was asked, and this is what it said."""
        ...

    def looked(self, searches: Sequence[Search], unserved: int, free: int, longest_wait_s: float) -> None:
        """The board was read: who searches, how many of them nobody fits, how many are free."""
        ...

    def timers_due(self, count: int) -> None:
        """So many timers were due."""
        ...
