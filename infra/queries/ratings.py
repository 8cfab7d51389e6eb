"""What may be seen of ratings: those of one job, and what customers think of a provider?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from domain.rating import HIDDEN_FOR
from infra.queries.view import ReadModelView
from projections.ratings import ratings

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from infra.queries.pool import Pool
    from projections.ratings import RatingRow

ALL: Final = """
SELECT ones, twos, threes, fours, fives FROM provider_ratings WHERE tenant = %s AND provider_id = %s"""
# An index holds just these: ratings by customers whose provider said nothing yet.
HIDDEN: Final = """
SELECT customer_stars, count(*) FROM ratings
 WHERE tenant = %s AND provider_id = %s AND customer_gave_at > %s
   AND provider_gave_at IS NULL AND customer_gave_at IS NOT NULL
 GROUP BY customer_stars"""


@dataclass(frozen=True, slots=True)
class Opinion:
    """How many customers gave one star, two stars, up to five."""

    stars: tuple[int, int, int, int, int]

    @property
    def ratings(self) -> int:
        """How many customers rated."""
        return sum(self.stars)

    @property
    def average_percent(self) -> int | None:
        """The average number of stars times 100, half of one up; None when nobody rated."""
        total = sum(number * count for number, count in enumerate(self.stars, 1))
        return (200 * total + self.ratings) // (2 * self.ratings) if self.ratings else None


class RatingQueries:
    """Asks the read models ``ratings`` and ``provider_ratings``."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._jobs = ReadModelView(pool, ratings, "rated_at")

    async def of_job(self, tenant: str, request_id: UUID) -> RatingRow | None:
        """What both sides of a job said, or None when neither has."""
        return await self._jobs.one(tenant, request_id)

    async def of_provider(self, tenant: str, provider_id: UUID, at: datetime) -> Opinion:
        """What customers think of a provider at an instant, without what is still hidden."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(ALL, (tenant, provider_id))
            counted = [cast("int", count) for count in await cursor.fetchone() or (0, 0, 0, 0, 0)]
            cursor = await connection.execute(HIDDEN, (tenant, provider_id, at - HIDDEN_FOR))
            for stars, count in await cursor.fetchall():
                number = cast("int", stars) - 1
                # The two read models move by themselves: never less than none.
                counted[number] = max(0, counted[number] - cast("int", count))
        ones, twos, threes, fours, fives = counted
        return Opinion((ones, twos, threes, fours, fives))
