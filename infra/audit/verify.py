"""Is the log what was sealed, whole and in order?"""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Final, cast

from psycopg import IsolationLevel

from domain.seal import leaf_of
from infra.audit.findings import Damage, Report, Tail
from infra.audit.rows import at_position, encoded_rows, position_of
from infra.audit.sealed_log import EVENTS
from infra.audit.seals import Chain, Seal, read_seals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import psycopg

    from infra.audit.root import Root
    from infra.audit.sealed_log import SealedLog

LOWEST: Final = -(2**63) + 1
# Positions whose events might have changed places are compared with each other: 64 x 64 hashes are 4 ms.
MOST_MOVED: Final = 64
# One sign of progress per so many events of the unsealed tail.
TAIL_BATCH: Final = 65_536
MOST_STREAMS: Final = 100

_HEAD: Final = "SELECT coalesce(max(position), 0), coalesce((SELECT max(last_position) FROM {seals}), 0) FROM {rows}"
_TAIL: Final = (
    "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(recorded_at)), 0)::float8"
    " FROM {rows} WHERE position > %s"
)
_STREAMS: Final = (
    "SELECT tenant, stream_id FROM events GROUP BY tenant, stream_id"
    " HAVING min(version) NOT IN (0, 1) OR count(*) <> max(version) - min(version) + 1 LIMIT %s"
)
_BREAKS: Final = (
    "SELECT position, version, before FROM (SELECT position, version, lag(version) OVER (ORDER BY position) AS before"
    " FROM events WHERE tenant = %s AND stream_id = %s) s"
    " WHERE version <> before + 1 OR (before IS NULL AND version NOT IN (0, 1)) ORDER BY position LIMIT 10"
)
_UNSEALED_ORDER: Final = (
    "SELECT position, version, before FROM (SELECT position, version, (SELECT max(o.version) FROM events o"
    " WHERE o.tenant = e.tenant AND o.stream_id = e.stream_id AND o.position < e.position) AS before"
    " FROM events e WHERE position > %s) s WHERE version <> before + 1 ORDER BY position LIMIT %s"
)
_DANGLING: Final = (
    "SELECT position, command_id FROM receipts WHERE position > %s OR position < 0 ORDER BY position LIMIT %s"
)


class LogCheck:
    """One pass over the whole log, from one snapshot of the database, with the rights of the application."""

    def __init__(
        self,
        connection: psycopg.Connection[tuple[object, ...]],
        cell: str,
        roots: Sequence[Root] = (),
        progress: Callable[[int, int], None] = lambda _done, _total: None,
        of: SealedLog = EVENTS,
    ) -> None:
        """`connection` is idle and in autocommit; `progress` is told how many events of how many are done."""
        self._connection = connection
        self._of = of
        self._progress = progress
        self._report = Report(of.cell_of(cell))
        self._roots = sorted(roots, key=lambda root: root.segment)
        self._chain = Chain()
        self._sealed_at: dict[int, tuple[int, bytes]] = {}
        self._strays: list[tuple[int, bytes]] = []
        self._unfilled: list[tuple[int, bytes]] = []

    def run(self) -> Report:
        """Check everything; raises psycopg.Error when the database fails, never because of what it holds."""
        started = monotonic()
        connection, report = self._connection, self._report
        connection.execute("SET client_encoding = 'UTF8'")
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with connection.transaction():
            head, sealed = cast("tuple[int, int]", connection.execute(self._of.statement(_HEAD)).fetchone())
            report.head, report.sealed_position = head, sealed
            self._misplaced()
            for batch in read_seals(connection, self._of):
                self._segments(batch)
            self._moved()
            self._tail()
            if self._of.has_streams:
                self._streams()
                self._receipts()
        self._check_roots()
        report.segments, report.chain_hash = self._chain.number, self._chain.hash.hex()
        report.damage.sort(key=lambda damage: (damage.first_position or 0, damage.segment or 0))
        report.seconds = monotonic() - started
        return report

    def _misplaced(self) -> None:
        for row in encoded_rows(self._connection, LOWEST, 0, self._of):
            position = position_of(row)
            self._report.tell(Damage("event_misplaced", position, position))

    def _segments(self, batch: list[Seal]) -> None:
        first = self._chain.last_position + 1
        for seal in batch:
            for damage in self._chain.follow(seal):
                self._report.tell(damage)
            if any(root.segment == seal.segment.number for root in self._roots):
                self._sealed_at[seal.segment.number] = (seal.segment.last_position, seal.segment.chain_hash)
        self._removed([seal for seal in batch if seal.is_removed])
        sized = [seal for seal in batch if seal.is_sized_right and not seal.is_removed]
        if not sized:
            return
        last = max(seal.segment.last_position for seal in sized)
        rows = self._rows(min(first, *(seal.segment.first_position for seal in sized)) - 1, last)
        for seal in sized:
            self._compare(seal, rows)

    def _removed(self, seals: list[Seal]) -> None:
        """Where rows were removed none may stand: nothing would say whether it is what was there."""
        for segment in (seal.segment for seal in seals):
            self._report.removed += segment.size
            for row in encoded_rows(self._connection, segment.first_position - 1, segment.last_position, self._of):
                self._report.tell(Damage("event_misplaced", position_of(row), position_of(row), segment.number))

    def _rows(self, after: int, upto: int) -> dict[int, bytes]:
        """The leaf hash of every row there, by position; doubled positions are told."""
        hashes: dict[int, bytes] = {}
        for row in encoded_rows(self._connection, after, upto, self._of):
            position = position_of(row)
            if position in hashes:
                self._report.tell(Damage("event_doubled", position, position))
            hashes[position] = leaf_of(row)
        self._report.events += len(hashes)
        self._progress(self._report.events, self._report.head)
        return hashes

    def _compare(self, seal: Seal, rows: dict[int, bytes]) -> None:
        segment = seal.segment
        positions = range(segment.first_position, segment.last_position + 1)
        found = [rows.get(position) for position in positions]
        if None not in found and b"".join(cast("list[bytes]", found)) == seal.leaf_hashes:
            return
        missing: list[int] = []
        changed: list[int] = []
        for position, hashed, sealed in zip(positions, found, seal.leaves, strict=True):
            if hashed == sealed:
                continue
            (missing if hashed is None else changed).append(position)
            self._unfilled.append((position, sealed))
            if hashed is not None:
                self._strays.append((position, hashed))
        self._report.tell_positions("event_missing", missing, segment.number)
        self._report.tell_positions("event_changed", changed, segment.number)

    def _moved(self) -> None:
        """Say of changed events whether they are others that were sealed elsewhere."""
        if not self._strays or len(self._unfilled) > MOST_MOVED:
            return
        sealed = {leaf: position for position, leaf in self._unfilled}
        for stray, _ in self._strays:
            for row in list(encoded_rows(self._connection, stray - 1, stray, self._of)):
                for leaf, position in sealed.items():
                    if position != stray and leaf_of(at_position(row, position)) == leaf:
                        self._report.tell(Damage("event_moved", stray, stray, detail=f"sealed at position {position}"))

    def _tail(self) -> None:
        """Positions behind the last seal follow each other; their versions too, in the order of positions."""
        report, last = self._report, self._chain.last_position
        row = cast("tuple[int, float]", self._connection.execute(self._of.statement(_TAIL), (last,)).fetchone())
        report.tail = Tail(row[0], round(row[1], 3))
        expected = last + 1
        while expected <= report.head:
            upto = min(report.head, expected + TAIL_BATCH - 1)
            rows = self._rows(expected - 1, upto)
            report.tell_positions("event_missing", (p for p in range(expected, upto + 1) if p not in rows))
            expected = upto + 1
        if not self._of.has_streams:
            return
        broken = self._connection.execute(_UNSEALED_ORDER, (last, MOST_STREAMS)).fetchall()
        self._tell_breaks(cast("list[tuple[int, int, int | None]]", broken), "in the unsealed tail")

    def _streams(self) -> None:
        for tenant, stream_id in self._connection.execute(_STREAMS, (MOST_STREAMS,)).fetchall():
            breaks = self._connection.execute(_BREAKS, (tenant, stream_id)).fetchall()
            told = f"stream {stream_id} of {tenant}"
            if breaks:
                self._tell_breaks(cast("list[tuple[int, int, int | None]]", breaks), told)
            else:
                self._report.tell(Damage("stream_broken", detail=told))

    def _tell_breaks(self, breaks: list[tuple[int, int, int | None]], told: str) -> None:
        for position, version, before in breaks:
            detail = f"{told}: version {version} follows {'nothing' if before is None else before}"
            self._report.tell(Damage("stream_broken", position, position, detail=detail))

    def _receipts(self) -> None:
        for position, command_id in self._connection.execute(_DANGLING, (self._report.head, MOST_STREAMS)).fetchall():
            at = cast("int", position)
            self._report.tell(Damage("receipt_dangling", at, at, detail=f"command {command_id}"))

    def _check_roots(self) -> None:
        agreed: deque[int] = deque([0], maxlen=1)
        for root in self._roots:
            self._report.roots_checked += 1
            found = self._sealed_at.get(root.segment)
            if root.cell != self._report.cell:
                self._report.tell(Damage("root_mismatch", detail=f"the root is one of the cell {root.cell}"))
            elif found is None:
                self._report.tell(Damage("log_truncated", segment=root.segment, detail=_ends(root, self._chain)))
            elif found != (root.last_position, bytes.fromhex(root.chain_hash)):
                told = f"something in the segments {agreed[0] + 1} to {root.segment}, sealed again afterwards"
                self._report.tell(Damage("root_mismatch", segment=root.segment, detail=told))
            else:
                agreed.append(root.segment)


def _ends(root: Root, chain: Chain) -> str:
    return f"the root reaches to position {root.last_position}, the seals to {chain.last_position}"
