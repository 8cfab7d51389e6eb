"""What stands in for the track, Redis and the read model of shifts? Dictionaries that keep the same promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.positions import Owner, Seen


class MemoryPositions:
    """Implements ``application.positions.PositionStore``."""

    def __init__(self) -> None:
        self.track: dict[tuple[str, UUID, datetime], Seen] = {}

    async def last(self, tenant: str, shift_ids: Sequence[UUID], at: datetime) -> Mapping[UUID, Seen]:
        assert at.tzinfo is not None
        newest: dict[UUID, Seen] = {}
        for (whose, shift_id, taken_at), seen in self.track.items():
            if whose == tenant and shift_id in shift_ids:
                known = newest.get(shift_id)
                if known is None or known.ping.taken_at < taken_at:
                    newest[shift_id] = seen
        return newest

    async def keep(self, tenant: str, seen: Sequence[Seen]) -> frozenset[tuple[UUID, datetime]]:
        new = {(each.shift_id, each.ping.taken_at) for each in seen}
        new -= {(shift_id, taken_at) for whose, shift_id, taken_at in self.track if whose == tenant}
        for each in seen:
            self.track.setdefault((tenant, each.shift_id, each.ping.taken_at), each)
        return frozenset(new)

    async def forget(self, tenant: str, shift_ids: Sequence[UUID]) -> int:
        gone = [key for key in self.track if key[0] == tenant and key[1] in shift_ids]
        for key in gone:
            del self.track[key]
        return len(gone)


class MemoryOwners:
    """Implements ``application.positions.ShiftOwners``."""

    def __init__(self, known: Mapping[tuple[str, UUID], Owner]) -> None:
        self._known = known

    async def owners(self, tenant: str, shift_ids: Iterable[UUID]) -> Mapping[UUID, Owner]:
        return {each: self._known[tenant, each] for each in shift_ids if (tenant, each) in self._known}
