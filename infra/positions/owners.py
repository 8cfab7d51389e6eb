"""Whose is a shift? Read from the read model of shifts on duty, and remembered for a while."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, cast

from application.positions import Owner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from uuid import UUID

    from infra.queries.pool import Pool

# A shift never changes hands; but one that has ended is not to be spoken for much longer.
REMEMBERED_S: Final = 30.0
# Shifts remembered at once: the largest fleets of a country.
MOST_REMEMBERED: Final = 50_000
OWNERS: Final = "SELECT shift_id, provider_id, crew_id FROM matching_table WHERE tenant = %s AND shift_id = ANY(%s)"


class OwnersOnDuty:
    """Implements ``application.positions.ShiftOwners``. Raises what psycopg raises when the database is away."""

    def __init__(self, pool: Pool, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = pool
        self._clock = clock
        self._known: dict[tuple[str, UUID], tuple[Owner, float]] = {}

    async def owners(self, tenant: str, shift_ids: Iterable[UUID]) -> Mapping[UUID, Owner]:
        """Whose each of these shifts is that is on duty."""
        now = self._clock()
        found: dict[UUID, Owner] = {}
        unknown: list[UUID] = []
        for shift_id in shift_ids:
            known = self._known.get((tenant, shift_id))
            if known is not None and now < known[1]:
                found[shift_id] = known[0]
            else:
                unknown.append(shift_id)
        if unknown:
            found.update(await self._looked_up(tenant, unknown, now))
        return found

    async def _looked_up(self, tenant: str, shift_ids: list[UUID], now: float) -> dict[UUID, Owner]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(OWNERS, (tenant, shift_ids))
            rows = cast("list[tuple[UUID, UUID, UUID]]", await cursor.fetchall())
        if len(self._known) + len(rows) > MOST_REMEMBERED:
            self._known.clear()
        found = {shift_id: Owner(provider_id, crew_id) for shift_id, provider_id, crew_id in rows}
        for shift_id, owner in found.items():
            self._known[tenant, shift_id] = owner, now + REMEMBERED_S
        return found
