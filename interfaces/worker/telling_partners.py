"""Who tells partners what concerns them? Every worker: one at a time reads the log on, each takes of what is due."""

from __future__ import annotations

import asyncio
import contextlib
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import psycopg

from application.log import LogUnavailable
from infra.database_url import app_dsn
from infra.hooks import watch
from infra.hooks.delivering import Delivering
from infra.hooks.reaching import Reaching, SystemResolver
from infra.hooks.reading import Reading
from infra.identity.deployment_key import DeploymentKey
from infra.identity.place import proof_keys
from infra.queries.pool import reader_pool
from infra.security_log.writer import BufferedSecurityLog
from infra.settings import Settings, SettingsError
from infra.telemetry.logging import log

if TYPE_CHECKING:
    from infra.queries.pool import Pool

# Between two looks when nothing is new: a machine of a partner's waits for it, no person.
REST_S: Final = 0.5
PAUSE_S: Final = 2.0
# What was taken, or died, can be sent again for 30 days; removed by the hour.
KEPT_FOR: Final = timedelta(days=30)
PURGES_EVERY: Final = timedelta(hours=1)
# Numbers are collected about as often.
COUNTS_EVERY: Final = timedelta(seconds=15)

_log = log("hooks")


async def keep_telling(settings: Settings, stop: asyncio.Event) -> None:
    """Read and deliver until told to stop; whatever is away comes back, and it goes on where it was."""
    try:
        key = DeploymentKey(settings.token_key)
    except SettingsError as error:
        _log.warning("hooks_have_no_key", why=str(error))
        return
    pool = reader_pool(app_dsn(settings, "vehicaid-hooks"), most=4, name="hooks")
    await pool.open()
    reaching = Reaching(SystemResolver(), is_local=settings.environment == "local")
    security = BufferedSecurityLog(pool, proof_keys(settings).asked_from)
    await security.start()
    delivering = Delivering(pool, key, reaching, random.SystemRandom().random, security)
    try:
        while not stop.is_set():
            try:
                await _tell_until(pool, delivering, stop)
            except (psycopg.Error, LogUnavailable, OSError) as error:
                _log.warning("hooks_wait", error=type(error).__name__)
                await _rest(stop, PAUSE_S)
    finally:
        await security.stop()
        await pool.close()


async def _tell_until(pool: Pool, delivering: Delivering, stop: asyncio.Event) -> None:
    reading = Reading(pool)
    purge_at = count_at = datetime.now(UTC)
    while not stop.is_set():
        at = datetime.now(UTC)
        if at >= purge_at:
            await delivering.purge(at - KEPT_FOR)
            purge_at = at + PURGES_EVERY
        if at >= count_at:
            await watch.look(pool, at)
            count_at = at + COUNTS_EVERY
        if not await reading.go_on(at) + await delivering.go_on(at):
            await _rest(stop, REST_S)


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
