"""What does a process know of zones, prices and ratings, and how does it follow what is published?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from infra.prices.table import PriceTable
from infra.promises.book import LearnedPromises
from infra.queries.followed import Followed, FollowedRows
from infra.queries.ratings import RatingQueries
from infra.queries.readiness import Check
from infra.queries.view import ReadModelView
from infra.zones.table import ZoneTable
from projections.promise_scores import promise_scores
from projections.tariffs import tariffs
from projections.zone_shapes import zone_shapes
from projections.zones import zones

if TYPE_CHECKING:
    from infra.queries.pool import Pool


class City:
    """The zone map and the price book of this process, never much older than their read models, and the lists."""

    def __init__(self, pool: Pool, poll_s: float) -> None:
        self.zones = ZoneTable(lambda: self._is_loaded("zones", "zone_shapes"))
        self.prices = PriceTable(lambda: self._is_loaded("tariffs"))
        self.promises = LearnedPromises()
        self._followed: dict[str, Followed] = {
            "zones": FollowedRows(pool, zones, self.zones.take_zones, poll_s),
            "zone_shapes": FollowedRows(pool, zone_shapes, self.zones.take_shapes, poll_s),
            "tariffs": FollowedRows(pool, tariffs, self.prices.take, poll_s),
            "promise_scores": FollowedRows(pool, promise_scores, self.promises.take, poll_s),
        }
        self.zone_list = ReadModelView(pool, zones, "defined_at")
        self.tariff_list = ReadModelView(pool, tariffs, "published_at")
        self.ratings = RatingQueries(pool)

    async def start(self) -> None:
        """Load everything, and go on following; a database that is away is waited for in the background."""
        await asyncio.gather(*(rows.start() for rows in self._followed.values()))

    async def stop(self) -> None:
        """Follow no longer."""
        await asyncio.gather(*(rows.stop() for rows in self._followed.values()))

    async def at_or_after(self, position: int, patience_s: float) -> None:
        """Return when this process decides by everything up to that position; raises ProjectionBehind."""
        await asyncio.gather(*(rows.at_or_after(position, patience_s) for rows in self._followed.values()))

    def checks(self) -> list[Check]:
        """Whether zones and prices were loaded."""
        return [
            Check(f"{name} in memory", ok=rows.reached is not None, detail=f"as of position {rows.reached}")
            for name, rows in self._followed.items()
        ]

    def _is_loaded(self, *names: str) -> bool:
        return all(self._followed[name].reached is not None for name in names)
