"""How does dispatch learn where shifts are? From the last positions; without them it goes by what events know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from psycopg_pool import PoolTimeout, TooManyRequests

from infra.telemetry.logging import log

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.positions import PositionStore, Seen


class LastPositions:
    """Implements ``application.dispatch.whereabouts.Whereabouts`` over the positions of the cell."""

    def __init__(self, positions: PositionStore) -> None:
        self._positions = positions

    async def seen(self, tenant: str, shift_ids: Sequence[UUID], at: datetime) -> Mapping[UUID, Seen]:
        """The newest position of each shift of which there is one; never raises."""
        try:
            return await self._positions.last(tenant, shift_ids, at)
        except (psycopg.Error, PoolTimeout, TooManyRequests) as error:
            # The board is read over another connection: if the database is away, the round will say so.
            log(__name__).warning("positions_unknown", error=type(error).__name__)
            return {}
