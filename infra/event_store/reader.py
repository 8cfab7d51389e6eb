"""How does a reader follow the log without ever missing an event unnoticed?"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from application.log import LoggedEvent, LogSkipDetected
from infra.event_store.log import COLUMNS, MAKE_DURABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg


def check_contiguous(after: int, positions: Sequence[int]) -> None:
    """Positions follow ``after`` and each other without a gap; raises LogSkipDetected otherwise.

    O(1) when all is well and the input is sorted (as it comes from an index): only a mismatch is looked for.
    """
    if not positions or (positions[0] == after + 1 and positions[-1] == after + len(positions)):
        return
    expected = after + 1
    for position in positions:
        if position != expected:
            raise LogSkipDetected(expected, position)
        expected += 1


class LogReader:
    """Reads the log in order of position over a connection of the caller's."""

    def __init__(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        self._connection = connection

    def read(self, after: int, limit: int, upto: int | None = None) -> list[LoggedEvent]:
        """Up to ``limit`` events behind position ``after``, none behind ``upto``.

        Raises LogSkipDetected when one is missing, also when the log ends before ``after``, which was there once.
        """
        last = after + limit if upto is None else min(upto, after + limit)
        rows = self._connection.execute(
            f"SELECT {COLUMNS} FROM events WHERE position > %s AND position <= %s ORDER BY position",  # noqa: S608  constant
            (after, last),
            binary=True,
            prepare=True,
        ).fetchall()
        events = [LoggedEvent(*row) for row in rows]  # type: ignore[arg-type]  # the columns are those of LoggedEvent
        check_contiguous(after, [event.position for event in events])
        if not events and last > after:
            self._look_again(after)
        return events

    def _look_again(self, after: int) -> None:
        """Nothing came: is this the end, did the log grow this instant, or is the next event (or the last) missing?"""
        row = self._connection.execute(
            "SELECT (SELECT min(position) FROM events WHERE position > %s), (SELECT max(position) FROM events)",
            (after,),
            prepare=True,
        ).fetchone()
        following, head = cast("tuple[int | None, int | None]", row)
        if following is not None and following != after + 1:
            raise LogSkipDetected(after + 1, following)
        if following is None and (head or 0) < after:
            raise LogSkipDetected(after, head or 0)

    def head(self) -> int:
        """The last position; 0 for an empty log."""
        row = self._connection.execute("SELECT coalesce(max(position), 0) FROM events", prepare=True).fetchone()
        return int(str(row[0])) if row else 0

    def make_durable(self) -> None:
        """Wait until everything read so far is on disk (and on the standby that synchronous commits wait for).

        For readers whose effect lies outside this database. Needs a connection outside a transaction block.
        """
        self._connection.execute(MAKE_DURABLE, prepare=True)
