"""Which notes wait to be written, and what becomes of them when there are too many?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import uuid_utils.compat

from application.security_log import SecurityKind

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

# 20,000 notes, some 15 MB: a minute of sign-ins and views of a large city while the database is away.
MOST_WAITING: Final = 20_000
# 4,096 different refusals a minute are counted one by one; what is more than that is somebody who makes them up.
MOST_COUNTED: Final = 4_096
WITHIN: Final = timedelta(minutes=1)
COUNTED: Final = frozenset(
    {
        SecurityKind.DENIED,
        SecurityKind.LIMITED,
        SecurityKind.LOGIN_FAILED,
        SecurityKind.SECOND_FACTOR_FAILED,
        SecurityKind.STAFF_VIEW,
    }
)
"""What repeats itself: the first within a minute is a row of its own, the others are one row with their number."""


@dataclass(frozen=True, slots=True)
class Note:
    """One row to be."""

    kind: SecurityKind
    tenant: str
    at: datetime
    actor: str = ""
    operation: str = ""
    object_id: str = ""
    detail: str = ""
    address: bytes = b""
    correlation_id: UUID | None = None
    times: int = 1
    note_id: UUID | None = None


Key = tuple[SecurityKind, str, str, str, str, str, bytes]


class Notebook:
    """Never holds more than its two limits allow, and drops no note: when it is full it counts."""

    def __init__(self, most_waiting: int = MOST_WAITING, most_counted: int = MOST_COUNTED) -> None:
        self._most_waiting = most_waiting
        self._most_counted = most_counted
        self._waiting: list[Note] = []
        self._counted: dict[Key, Note] = {}
        """The first of each in this minute; ``times`` is how many came after it."""
        self._others: dict[SecurityKind, Note] = {}

    def __len__(self) -> int:
        """How many rows would be written if this were the end."""
        more = sum(1 for note in self._counted.values() if note.times)
        return len(self._waiting) + more + len(self._others)

    def take(self, note: Note) -> None:
        """Note it: a look into a dictionary at most."""
        if note.kind not in COUNTED:
            self._wait(note)
            return
        key = (note.kind, note.tenant, note.actor, note.operation, note.object_id, note.detail, note.address)
        first = self._counted.get(key)
        if first is not None and note.at - first.at < WITHIN:
            self._counted[key] = replace(first, times=first.times + 1)
            return
        if first is not None:
            self._come_out(key)
        if len(self._counted) < self._most_counted:
            self._counted[key] = replace(note, times=0)
            self._wait(note)
        else:
            self._count_as_other(note)

    def due(self, at: datetime) -> list[Note]:
        """What is to be written now; it is the caller's from here on."""
        for key in [key for key, first in self._counted.items() if at - first.at >= WITHIN]:
            self._come_out(key)
        for kind in [kind for kind, first in self._others.items() if at - first.at >= WITHIN]:
            self._waiting.append(self._others.pop(kind))
        return self._taken()

    def all(self) -> list[Note]:
        """Everything, whether its minute is over or not: this is the end."""
        for key in list(self._counted):
            self._come_out(key)
        self._waiting += self._others.values()
        self._others.clear()
        return self._taken()

    def _come_out(self, key: Key) -> None:
        note = self._counted.pop(key)
        if note.times:
            self._wait(replace(note, correlation_id=None))

    def _wait(self, note: Note) -> None:
        if len(self._waiting) < self._most_waiting:
            self._waiting.append(note)
        else:
            self._count_as_other(note)

    def _count_as_other(self, note: Note) -> None:
        """Nothing that a caller chose may be in it: there are no more of these than there are kinds."""
        first = self._others.get(note.kind)
        times = note.times + (first.times if first else 0)
        at = first.at if first else note.at
        self._others[note.kind] = Note(SecurityKind.OTHERS, "", at, detail=note.kind.value, times=times)

    def _taken(self) -> list[Note]:
        taken, self._waiting = self._waiting, []
        return [replace(note, note_id=uuid_utils.compat.uuid7()) for note in taken]
