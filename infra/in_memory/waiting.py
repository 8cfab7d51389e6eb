"""Which timers are due at an instant, and when is the next? A heap of instants over the rows that still stand."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from projections.timers import TimerRow

Subject = tuple[str, "UUID"]


class Waiting:
    """Pending timers. One whose time has come is kept aside until it is acted on or changes."""

    def __init__(self) -> None:
        self._pending: dict[Subject, TimerRow] = {}
        self._overdue: dict[Subject, TimerRow] = {}
        self._ahead: list[tuple[datetime, str, UUID]] = []

    def changed(self, before: TimerRow | None, after: TimerRow | None) -> None:
        """A timer was set, set anew, or is settled."""
        row = after or before
        if row is None:
            return
        subject = (row.tenant, row.subject_id)
        self._overdue.pop(subject, None)
        if after is None:
            self._pending.pop(subject, None)
            return
        self._pending[subject] = after
        heappush(self._ahead, (after.due_at, *subject))

    def due(self, at: datetime) -> list[TimerRow]:
        """Those whose time had come at that instant, the most overdue first."""
        while self._ahead and self._ahead[0][0] <= at:
            self._drop_first(at)
        return sorted(self._overdue.values(), key=lambda row: (row.due_at, row.tenant, row.subject_id))

    def next_at(self) -> datetime | None:
        """When the next timer goes off that had not gone off when somebody asked last."""
        while self._ahead:
            due_at, tenant, subject_id = self._ahead[0]
            row = self._pending.get((tenant, subject_id))
            if row is not None and row.due_at == due_at:
                return due_at
            heappop(self._ahead)
        return None

    def due_at(self, subject: Subject, kind: str) -> datetime | None:
        """When a subject's timer of that kind goes off; None when it has none."""
        row = self._pending.get(subject)
        return row.due_at if row is not None and row.kind == kind else None

    def _drop_first(self, at: datetime) -> None:
        due_at, tenant, subject_id = heappop(self._ahead)
        row = self._pending.get((tenant, subject_id))
        if row is not None and row.due_at == due_at <= at:
            self._overdue[row.tenant, row.subject_id] = row
