"""Was anybody ever booked twice? The log is judged, event by event, whatever anybody was told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from uuid import UUID

TOPICS: Final = (
    "service_request.assigned",
    "service_request.assignment_revoked",
    "service_request.cancelled",
    "service_request.completed",
    "shift.committed",
    "shift.released",
    "offer.accepted",
)
TOLD: Final = """
SELECT topic, stream_id, convert_from(payload, 'UTF8')::jsonb ->> 'request_id'
  FROM events WHERE topic = ANY (%s) ORDER BY position"""

Told = tuple[str, "UUID", str | None]
"""Topic, stream, and the request that it is about when the stream is another thing."""


@dataclass(slots=True)
class Bookings:
    """What was found: how many jobs were given, and every stream that was booked a second time."""

    given: int = 0
    twice: list[str] = field(default_factory=list)
    _held: set[UUID] = field(default_factory=set)
    _at_work: set[UUID] = field(default_factory=set)
    _accepted: set[str] = field(default_factory=set)

    def hear(self, told: Iterable[Told]) -> Bookings:
        """Go through what was told, in the order of the log; a request in these races is given once at the most."""
        for topic, stream_id, request_id in told:
            if topic == "service_request.assigned":
                self.given += 1
                self._book(self._held, stream_id, topic)
            elif topic == "shift.committed":
                self._book(self._at_work, stream_id, topic)
            elif topic == "shift.released":
                self._at_work.discard(stream_id)
            elif topic == "offer.accepted":
                if request_id in self._accepted:
                    self.twice.append(f"{topic} {request_id}")
                self._accepted.add(str(request_id))
            else:
                self._held.discard(stream_id)
        return self

    def _book(self, booked: set[UUID], stream_id: UUID, topic: str) -> None:
        if stream_id in booked:
            self.twice.append(f"{topic} {stream_id}")
        booked.add(stream_id)


def judged(admin_dsn: str) -> Bookings:
    """The verdict over a whole log."""
    with psycopg.connect(admin_dsn) as connection:
        return Bookings().hear(_told(connection))


def _told(connection: psycopg.Connection[tuple[object, ...]]) -> Iterator[Told]:
    with connection.cursor("bookings") as cursor:
        cursor.execute(TOLD, (list(TOPICS),))
        for topic, stream_id, request_id in cursor:
            yield str(topic), stream_id, None if request_id is None else str(request_id)  # type: ignore[misc]  # a uuid
