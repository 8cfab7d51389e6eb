"""How do the track in PostgreSQL and the last positions in Redis answer as one? The track holds the truth."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from infra.database_url import app_dsn
from infra.positions.latest import LatestPositions, RedisAway, redis_client
from infra.positions.track import PositionTrack, track_pool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.positions import Seen
    from infra.settings import Settings

# A shift that has sent nothing yet is not looked up in the track again for this long.
SILENT_FOR_S: Final = 5.0
# As many silent shifts are remembered: more than a city has.
MOST_SILENT: Final = 50_000


class Positions:
    """Implements ``application.positions.PositionStore``. Without Redis everything is read from the track."""

    def __init__(
        self, track: PositionTrack, latest: LatestPositions | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._track = track
        self._latest = latest
        self._clock = clock
        self._silent: dict[tuple[str, UUID], float] = {}

    async def last(self, tenant: str, shift_ids: Sequence[UUID], at: datetime) -> Mapping[UUID, Seen]:
        """The newest position of each shift: from Redis, and from the track what Redis does not know."""
        found: dict[UUID, Seen] = {}
        try:
            if self._latest is None:
                return await self._track.last(tenant, shift_ids, at)
            found.update(await self._latest.get(tenant, shift_ids))
        except RedisAway:
            return await self._track.last(tenant, shift_ids, at)
        now = self._clock()
        unknown = [each for each in shift_ids if each not in found and self._silent.get((tenant, each), 0.0) <= now]
        if unknown:
            again = await self._track.last(tenant, unknown, at)
            found.update(again)
            self._note_silence([(tenant, each) for each in unknown if each not in again], now)
            await self._remember(tenant, list(again.values()))
        return found

    async def keep(self, tenant: str, seen: Sequence[Seen]) -> frozenset[tuple[UUID, datetime]]:
        """Keep them in the track, then the newest of each shift in Redis; those that were new."""
        new = await self._track.keep(tenant, seen)
        newest: dict[UUID, Seen] = {}
        for each in seen:
            known = newest.get(each.shift_id)
            if known is None or known.ping.taken_at < each.ping.taken_at:
                newest[each.shift_id] = each
            self._silent.pop((tenant, each.shift_id), None)
        await self._remember(tenant, list(newest.values()))
        return new

    async def forget(self, tenant: str, shift_ids: Sequence[UUID]) -> int:
        """Erase every position of these shifts; how many there were. Without Redis, its copies end with their time."""
        gone = await self._track.forget(tenant, shift_ids)
        if self._latest is not None and shift_ids:
            try:
                await self._latest.drop(tenant, shift_ids)
            except RedisAway:
                return gone
        return gone

    async def forget_person(self, tenant: str, person_id: UUID) -> int:
        """Erase every position of every shift of a provider or a crew member; how many there were."""
        return await self.forget(tenant, await self._track.shifts_of(tenant, person_id))

    async def _remember(self, tenant: str, seen: Sequence[Seen]) -> None:
        if self._latest is not None and seen:
            try:
                await self._latest.put(tenant, seen)
            except RedisAway:
                return

    def _note_silence(self, shifts: Sequence[tuple[str, UUID]], now: float) -> None:
        if len(self._silent) + len(shifts) > MOST_SILENT:
            self._silent.clear()
        for each in shifts:
            self._silent[each] = now + SILENT_FOR_S


@asynccontextmanager
async def open_positions(settings: Settings, application_name: str) -> AsyncIterator[Positions]:
    """Positions over connections of their own; neither PostgreSQL nor Redis need be there yet."""
    pool = track_pool(app_dsn(settings, application_name))
    await pool.open(wait=False)
    latest = None
    if settings.redis_url:
        latest = LatestPositions(
            redis_client(settings), settings.cell, timedelta(seconds=settings.position_remembered_s)
        )
    try:
        yield Positions(PositionTrack(pool), latest)
    finally:
        if latest is not None:
            await latest.close()
        await pool.close()
