"""Which invented people of the demo city are forgotten when their days are over, and by whom?

The same as for a real person is done to them: the key is dropped, and the log stays as it is. Only where the deployment
runs locally: elsewhere a tenant of that name would be somebody's.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

import psycopg

from infra.database_url import app_dsn
from infra.personal.place import lives_apart, personal_store
from infra.telemetry.logging import log

if TYPE_CHECKING:
    import threading

    from infra.settings import Settings

# 500 people a look: a second's work at most, and the next look follows at once.
AT_ONCE: Final = 500

# Who called for help: a customer. Companies stay, for they keep working.
OLD_CALLERS: Final = """
SELECT k.person_id FROM personal_keys k
 WHERE k.tenant = %s AND k.created_at < %s
   AND EXISTS (SELECT FROM personal_records r WHERE r.key_id = k.key_id AND r.kind = 'call')
 ORDER BY k.created_at LIMIT %s
"""


async def forget_demo_callers(settings: Settings, now: datetime) -> int:
    """Erase everyone of the demo's tenant who called before their days were over; how many."""
    before = now - timedelta(days=settings.demo_kept_days)
    store = await personal_store(settings).open()
    forgotten = 0
    try:
        while people := await _old_callers(settings, before):
            for person in people:
                forgotten += await store.erase(settings.demo_tenant, person)
    finally:
        await store.close()
    return forgotten


async def _old_callers(settings: Settings, before: datetime) -> list[UUID]:
    dsn = app_dsn(lives_apart(settings) or settings, "vehicaid-aging")
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        cursor = await connection.execute(OLD_CALLERS, (settings.demo_tenant, before, AT_ONCE))
        return [cast("UUID", row[0]) for row in await cursor.fetchall()]


def run_aging(settings: Settings, stop: threading.Event) -> None:
    """Forget every so often until told to stop: a background service of the projector process."""
    while not stop.is_set():
        if settings.environment == "local":
            forgotten = asyncio.run(forget_demo_callers(settings, datetime.now(UTC)))
            if forgotten:
                log(__name__).info("demo_people_forgotten", people=forgotten, kept_days=settings.demo_kept_days)
        stop.wait(settings.retention_every_s)
