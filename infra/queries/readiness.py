"""Can this process serve? Database reachable, migrations applied, read models not far behind."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg_pool import PoolTimeout, TooManyRequests

from infra.migrate import MigrationError, migrations
from infra.queries.pool import Pool
from projections.catalog import READ_MODELS

# 1,000 events: more than a second of the fastest cell; a screen that far behind misleads.
MOST_LAG: Final = 1_000
# 1 s: a probe usually waits no longer.
PATIENCE_S: Final = 1.0

APPLIED: Final = "SELECT number FROM schema_migrations"
LAG: Final = (
    "SELECT p.name, (SELECT coalesce(max(position), 0) FROM events) - p.position, p.halted"
    "  FROM projection_positions p WHERE p.active ORDER BY p.name"
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to be true."""

    name: str
    ok: bool
    detail: str


class Readiness:
    """Asks the database with one connection of the pool that serves the queries.

    ``in_memory`` tells whether this process has loaded what it decides from.
    """

    def __init__(self, pool: Pool, in_memory: Callable[[], Sequence[Check]] = tuple) -> None:
        self._pool = pool
        self._in_memory = in_memory
        self._numbers = frozenset(migration.number for migration in migrations())

    async def checks(self) -> list[Check]:
        """Every check; the first one that cannot be made is the last one told."""
        try:
            async with asyncio.timeout(PATIENCE_S), self._pool.connection() as connection:
                applied = {row[0] for row in await (await connection.execute(APPLIED)).fetchall()}
                lags = await (await connection.execute(LAG)).fetchall()
        except (psycopg.Error, PoolTimeout, TooManyRequests, TimeoutError, OSError, MigrationError) as error:
            return [Check("database", ok=False, detail=type(error).__name__)]
        missing = sorted(self._numbers.difference(map(_whole, applied)))
        return [
            Check("database", ok=True, detail="reachable"),
            Check("migrations", ok=not missing, detail=f"missing {missing}" if missing else "applied"),
            *[_projection(str(name), _whole(lag), halted) for name, lag, halted in lags],
            *[
                Check(f"projection {model.name}", ok=False, detail="not built yet")
                for model in READ_MODELS
                if model.name not in {name for name, _, _ in lags}
            ],
            *self._in_memory(),
        ]


def _projection(name: str, lag: int, halted: object) -> Check:
    if halted is not None:
        return Check(f"projection {name}", ok=False, detail="halted")
    return Check(f"projection {name}", ok=lag <= MOST_LAG, detail=f"{lag} events behind")


def _whole(value: object) -> int:
    return value if isinstance(value, int) else int(str(value))
