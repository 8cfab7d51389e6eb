"""How does a process other than the api know the zones? It follows their read models, as the api does."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from infra.database_url import app_dsn
from infra.queries.followed import FollowedRows
from infra.queries.pool import reader_pool
from infra.zones.table import ZoneTable
from projections.zone_shapes import zone_shapes
from projections.zones import zones

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from infra.settings import Settings


@asynccontextmanager
async def followed_zones(settings: Settings) -> AsyncIterator[ZoneTable]:
    """The zones of all tenants while the context lasts; until they were read once, the table refuses to answer."""
    pool = reader_pool(app_dsn(settings))
    await pool.open()
    table = ZoneTable(lambda: all(rows.reached is not None for rows in followed))
    followed = (
        FollowedRows(pool, zones, table.take_zones, settings.city_poll_s),
        FollowedRows(pool, zone_shapes, table.take_shapes, settings.city_poll_s),
    )
    try:
        await asyncio.gather(*(rows.start() for rows in followed))
        yield table
    finally:
        await asyncio.gather(*(rows.stop() for rows in followed))
        await pool.close()
