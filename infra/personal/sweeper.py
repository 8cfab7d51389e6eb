"""Who drops personal records whose command was never recorded?"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

import psycopg

from infra.database_url import app_dsn
from infra.personal.place import personal_store
from infra.telemetry import metrics
from infra.telemetry.logging import log

if TYPE_CHECKING:
    import threading
    from collections.abc import Collection

    from application.personal import PersonalStore
    from infra.settings import Settings

# Receipts are never purged before a day is over: an older record whose receipt is gone may well be in use.
OLDEST: Final = timedelta(hours=20)
# A thousand commands a minute between two sweeps, each with its record.
AT_ONCE: Final = 5000
# How soon a stopping process is noticed.
LOOK_UP_S: Final = 0.25

STANDING: Final = """
SELECT r.command_id FROM receipts r
 WHERE r.tenant = %s AND r.command_id = ANY (%s)
   AND EXISTS (SELECT FROM events e WHERE e.position = r.position AND e.command_id = r.command_id)
"""


async def sweep(store: PersonalStore, log_dsn: str, now: datetime, orphan_after: timedelta) -> int:
    """Look at everything that is old enough, once; how many records were dropped.

    Each retry of a command makes its records young again.
    """
    dropped, looked_at = 0, 0
    async with await psycopg.AsyncConnection.connect(log_dsn, autocommit=True) as connection:

        async def stands(tenant: str, command_ids: Collection[UUID]) -> set[UUID]:
            nonlocal looked_at
            looked_at += len(command_ids)
            cursor = await connection.execute(STANDING, (tenant, list(command_ids)))
            return {cast("UUID", row[0]) for row in await cursor.fetchall()}

        while True:
            looked_at = 0
            dropped += await store.sweep(now - OLDEST, now - orphan_after, stands, AT_ONCE)
            if not looked_at:
                return dropped


def run_sweeper(settings: Settings, stop: threading.Event) -> None:
    """Sweep every few minutes until told to stop: a background service of the projector process."""
    asyncio.run(_keep_sweeping(settings, stop))


async def _keep_sweeping(settings: Settings, stop: threading.Event) -> None:
    store = await personal_store(settings).open()
    orphan_after = timedelta(seconds=settings.personal_orphan_after_s)
    try:
        while not stop.is_set():
            dropped = await sweep(store, app_dsn(settings, "vehicaid-sweeper"), datetime.now(UTC), orphan_after)
            metrics.personal_swept.inc(dropped)
            if dropped:
                log(__name__).info("personal_records_swept", records=dropped)
            for _ in range(int(settings.personal_sweep_every_s / LOOK_UP_S)):
                if stop.is_set():
                    return
                await asyncio.sleep(LOOK_UP_S)
    finally:
        await store.close()
