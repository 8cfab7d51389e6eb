"""Where does this deployment keep its files, who scans them, and who removes what is too old?"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from infra.database_url import app_dsn
from infra.files.clamd import Clamd
from infra.files.folder import FolderStore
from infra.files.looked_at import LookLimits
from infra.files.shelf import FileShelf
from infra.files.table import FileTable
from infra.personal.envelopes import PersonEnvelopes
from infra.personal.place import personal_store
from infra.queries.pool import reader_pool
from infra.settings import SettingsError
from infra.telemetry.logging import log

if TYPE_CHECKING:
    import threading
    from collections.abc import AsyncIterator

    from application.files import FileStore
    from infra.personal.store import PostgresPersonalStore
    from infra.queries.pool import Pool
    from infra.settings import Settings

from contextlib import asynccontextmanager


def file_store(settings: Settings) -> FileStore:
    """Where sealed bytes lie; raises SettingsError when that was not said."""
    if settings.file_store == "folder":
        return FolderStore(settings.file_folder or settings.state_dir / "files")
    from infra.files.s3 import S3Store  # its library is only read where it is used

    missing = [
        name for name in ("file_s3_url", "file_s3_bucket", "file_s3_access_key") if not getattr(settings, name)
    ] + ([] if settings.file_s3_secret_key else ["file_s3_secret_key"])
    if missing:
        raise SettingsError(f"{', '.join(f'VEHICAID_{name.upper()}' for name in missing)} must be set for S3")
    return S3Store.of(settings)


def scanner(settings: Settings) -> Clamd | None:
    """The virus scanner, when there is one."""
    if not settings.scanner_host:
        return None
    return Clamd(settings.scanner_host, settings.scanner_port, settings.scanner_timeout_s)


def file_shelf(settings: Settings, pool: Pool, personal: PostgresPersonalStore) -> FileShelf:
    """The files of this deployment, over connections that are open."""
    return FileShelf(
        FileTable(pool),
        file_store(settings),
        PersonEnvelopes(personal),
        LookLimits.of(settings),
        scanner(settings),
        settings.file_threads,
    )


@asynccontextmanager
async def opened_shelf(settings: Settings, application_name: str) -> AsyncIterator[FileShelf]:
    """The same with connections of its own, for a command or a background service."""
    pool, personal = reader_pool(app_dsn(settings, application_name)), personal_store(settings)
    await pool.open()
    await personal.open()
    shelf = file_shelf(settings, pool, personal)
    try:
        yield shelf
    finally:
        shelf.close()
        await personal.close()
        await pool.close()


async def sweep_files(shelf: FileShelf, settings: Settings, now: datetime) -> int:
    """Remove what nobody named in a document in time, and what is kept long enough; how many."""
    return await shelf.sweep(
        unused_before=now - timedelta(hours=settings.file_unused_kept_h),
        left_before=now - timedelta(days=settings.documents_kept_days),
        rejected_before=now - timedelta(days=settings.documents_of_rejected_kept_days),
    )


def run_file_sweep(settings: Settings, stop: threading.Event) -> None:
    """Sweep every so often until told to stop: a background service of the projector process."""

    async def once() -> int:
        async with opened_shelf(settings, "vehicaid-files") as shelf:
            return await sweep_files(shelf, settings, datetime.now(UTC))

    while not stop.is_set():
        removed = asyncio.run(once())
        if removed:
            log(__name__).info("files_removed", files=removed)
        stop.wait(settings.retention_every_s)
