"""What are the figures of a span of time: by hour, by zone, by service, and altogether?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, cast
from uuid import UUID

from psycopg import sql
from psycopg.rows import dict_row

from infra.queries.pool import Pool

# A month of hours, 744 groups: what a screen can draw. Longer spans are an analyst's business, by SQL or export.
MOST_DAYS: Final = 31


class By(StrEnum):
    """What figures are grouped by."""

    HOUR = "hour"
    ZONE = "zone"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Group:
    """Whose figures: those of an hour by a zone's clock, of a zone, of a service; nothing of it set: of all."""

    hour: datetime | None = None
    time_zone: str | None = None
    zone_id: UUID | None = None
    zone: str | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts, seconds and money of the requests that were made in the span, whatever became of them later."""

    group: Group
    requests: int
    assigned: int
    arrived: int
    completed: int
    cancelled: int
    unfulfilled: int
    ended_otherwise: int
    still_open: int
    etas_scored: int
    within_p50: int
    within_p80: int
    within_p95: int
    promises_broken: int
    time_to_assign_p50_s: float | None
    time_to_assign_p90_s: float | None
    time_to_arrive_p50_s: float | None
    time_to_arrive_p90_s: float | None
    revenue: dict[str, int] = field(default_factory=dict)


_GROUPED: Final[Mapping[By, str]] = {
    By.HOUR: "hour, time_zone",
    By.ZONE: "zone_id, zone, time_zone",
    By.SERVICE: "service",
}
_COUNTS: Final = (
    "requests", "assigned", "arrived", "completed", "cancelled", "unfulfilled", "ended_otherwise", "still_open",
    "etas_scored", "within_p50", "within_p80", "within_p95", "promises_broken",
)  # fmt: skip
_SECONDS: Final = ("time_to_assign_p50_s", "time_to_assign_p90_s", "time_to_arrive_p50_s", "time_to_arrive_p90_s")

# Every group once in all, and once per currency for its money.
_FIGURES: Final = """
WITH made AS (
    SELECT k.*, z.slug AS zone, coalesce(z.time_zone, 'UTC') AS time_zone,
           date_trunc('hour', k.created_at, coalesce(z.time_zone, 'UTC')) AS hour,
           extract(epoch FROM k.first_assigned_at - k.search_began_at)::float8 AS to_assign_s,
           extract(epoch FROM k.on_scene_at - k.search_began_at)::float8 AS to_arrive_s
      FROM kpi_requests k LEFT JOIN zones z ON z.tenant = k.tenant AND z.zone_id = k.zone_id
     WHERE k.tenant = %(tenant)s AND k.created_at >= %(since)s AND k.created_at < %(until)s
)
SELECT {group}, GROUPING({first}) = 1 AS is_total, GROUPING(currency) = 0 AS is_money, currency,
       coalesce(sum(settled_minor), 0)::bigint AS revenue_minor,
       count(*) AS requests,
       count(first_assigned_at) AS assigned,
       count(on_scene_at) AS arrived,
       count(*) FILTER (WHERE ended_as = 'completed') AS completed,
       count(*) FILTER (WHERE ended_as = 'cancelled') AS cancelled,
       count(*) FILTER (WHERE ended_as = 'unfulfilled') AS unfulfilled,
       count(*) FILTER (WHERE ended_as NOT IN ('completed', 'cancelled', 'unfulfilled')) AS ended_otherwise,
       count(*) FILTER (WHERE ended_as IS NULL) AS still_open,
       count(eta_within) AS etas_scored,
       count(*) FILTER (WHERE eta_within <= 50) AS within_p50,
       count(*) FILTER (WHERE eta_within <= 80) AS within_p80,
       count(*) FILTER (WHERE eta_within <= 95) AS within_p95,
       count(*) FILTER (WHERE promise_broken) AS promises_broken,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY to_assign_s) AS time_to_assign_p50_s,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY to_assign_s) AS time_to_assign_p90_s,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY to_arrive_s) AS time_to_arrive_p50_s,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY to_arrive_s) AS time_to_arrive_p90_s
  FROM made
 GROUP BY GROUPING SETS (({group}), ({group}, currency), (), (currency))
 ORDER BY is_total, is_money, {group}
"""


class KpiQueries:
    """Counts rows of kpi_requests, of one tenant at a time."""

    name = "kpi_requests"

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def figures(self, tenant: str, since: datetime, until: datetime, by: By) -> tuple[list[Figures], Figures]:
        """The groups in order, and all together; requests made at ``since`` or later and before ``until``."""
        group = _GROUPED[by]
        query = sql.SQL(_FIGURES.replace("{group}", group).replace("{first}", group.partition(",")[0]))
        asked = {"tenant": tenant, "since": since, "until": until}
        async with self._pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(query, asked)
            rows = await cursor.fetchall()
        found: dict[Group | None, Figures] = {}
        for row in rows:
            key = None if row["is_total"] else _group(row)
            if not row["is_money"]:
                found[key] = _figures(key or Group(), row)
            elif row["currency"] is not None:
                found[key].revenue[str(row["currency"])] = int(row["revenue_minor"])
        total = found.pop(None)
        return list(found.values()), total


def _group(row: dict[str, object]) -> Group:
    return Group(
        hour=cast("datetime | None", row.get("hour")),
        time_zone=cast("str | None", row.get("time_zone")),
        zone_id=cast("UUID | None", row.get("zone_id")),
        zone=cast("str | None", row.get("zone")),
        service=cast("str | None", row.get("service")),
    )


def _figures(group: Group, row: dict[str, object]) -> Figures:
    counts = {name: cast("int", row[name]) for name in _COUNTS}
    seconds = {name: cast("float | None", row[name]) for name in _SECONDS}
    return Figures(group=group, **counts, **seconds)  # type: ignore[arg-type]  # names and types are those of the fields
