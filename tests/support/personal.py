"""What stands in for the personal store where a test needs no database?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from application.personal import MAX_RECORD_BYTES, PersonalRecord, PersonalStore, RecordDiffers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping
    from uuid import UUID


class _Kept:
    def __init__(self, person_id: UUID, record: PersonalRecord, command_id: UUID, put_at: datetime) -> None:
        self.person_id = person_id
        self.record = record
        self.command_id = command_id
        self.put_at = put_at
        self.claimed = False


class MemoryPersonalStore(PersonalStore):
    """The personal store as a dictionary; ``now`` is its clock."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._kept: dict[tuple[str, UUID], _Kept] = {}

    async def put(self, tenant: str, person_id: UUID, records: Mapping[UUID, PersonalRecord], command_id: UUID) -> None:
        for record in records.values():
            if len(msgspec.json.encode(record.fields)) > MAX_RECORD_BYTES:
                raise ValueError("too long")
        for record_id, record in records.items():
            known = self._kept.get((tenant, record_id))
            if known is not None and (known.person_id, known.record) != (person_id, record):
                raise RecordDiffers("other content")
        for record_id, record in records.items():
            known = self._kept.get((tenant, record_id))
            if known is None:
                copy = PersonalRecord(record.kind, dict(record.fields))
                self._kept[tenant, record_id] = _Kept(person_id, copy, command_id, self._now())
            else:
                known.put_at = self._now()

    async def get(self, tenant: str, record_ids: Collection[UUID]) -> dict[UUID, PersonalRecord | None]:
        kept = {record_id: self._kept.get((tenant, record_id)) for record_id in record_ids}
        return {record_id: None if one is None else one.record for record_id, one in kept.items()}

    async def erase(self, tenant: str, person_id: UUID) -> bool:
        gone = [key for key, kept in self._kept.items() if key[0] == tenant and kept.person_id == person_id]
        for key in gone:
            del self._kept[key]
        return bool(gone)

    async def sweep(
        self,
        after: datetime,
        before: datetime,
        stands: Callable[[str, Collection[UUID]], Awaitable[set[UUID]]],
        limit: int,
    ) -> int:
        unclaimed = [item for item in self._kept.items() if not item[1].claimed and after < item[1].put_at < before]
        dropped = 0
        for key, kept in sorted(unclaimed, key=lambda item: item[1].put_at)[:limit]:
            if await stands(key[0], {kept.command_id}):
                kept.claimed = True
            else:
                del self._kept[key]
                dropped += 1
        return dropped
