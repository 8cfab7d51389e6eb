"""Who makes the exports that people asked for? Every worker; what two make at once is kept once."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import psycopg

from application.files import FileStoreAway
from application.log import LogUnavailable
from application.personal import PersonalUnavailable
from infra.database_url import app_dsn
from infra.event_store.aggregates import StoredAggregates
from infra.files.place import opened_shelf
from infra.personal.envelopes import PersonEnvelopes
from infra.personal.place import personal_store
from infra.privacy.exports import Exports
from infra.privacy.gathering import Gathering
from infra.queries.pool import reader_pool
from infra.settings import SettingsError
from infra.telemetry.logging import log

if TYPE_CHECKING:
    from infra.settings import Settings

# Between two looks when nobody waits: whoever asked is told to come back anyway.
REST_S: Final = 2.0
PAUSE_S: Final = 5.0

_log = log("privacy")


async def keep_preparing(settings: Settings, stop: asyncio.Event) -> None:
    """Make what waits until told to stop; whatever is away comes back."""
    while not stop.is_set():
        try:
            await _prepare_until(settings, stop)
        except SettingsError as error:
            _log.warning("exports_have_no_key", why=str(error))
            return
        except (psycopg.Error, LogUnavailable, PersonalUnavailable, FileStoreAway, OSError) as error:
            _log.warning("exports_wait", error=type(error).__name__)
            await _rest(stop, PAUSE_S)


async def _prepare_until(settings: Settings, stop: asyncio.Event) -> None:
    store, pool = personal_store(settings), reader_pool(app_dsn(settings, "vehicaid-exports"), most=2, name="exports")
    async with contextlib.AsyncExitStack() as closers:
        await pool.open()
        closers.push_async_callback(pool.close)
        await store.open()
        closers.push_async_callback(store.close)
        shelf = await closers.enter_async_context(opened_shelf(settings, "vehicaid-exports"))
        kept_for = timedelta(days=settings.exports_kept_days)
        exports = Exports(pool, Gathering(pool, store, shelf, StoredAggregates(pool)), PersonEnvelopes(store), kept_for)
        while not stop.is_set():
            if not await exports.prepare_next(datetime.now(UTC)):
                await _rest(stop, REST_S)


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
