"""How does an uploaded file come to be kept, how is it read again, and when is it gone?"""

from __future__ import annotations

import asyncio
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from application.files import FileInfected
from application.personal import RecordTampered
from infra.files.looked_at import looked_at
from infra.files.table import StoredFile
from infra.personal.crypto import KEY_BYTES, NONCE_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from application.files import FileStore, Scanner
    from infra.files.looked_at import LookLimits
    from infra.files.table import FileTable
    from infra.personal.envelopes import PersonEnvelopes

# A file is named half an hour before it would go at the latest: the sweep asks a read model that may be minutes behind.
SWEPT_SOON: Final = timedelta(minutes=30)
# A sweep removes so many at once: each is a call to the store.
AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """What somebody sends: for whom (under whose key it is sealed), by whom, when."""

    tenant: str
    owner_id: UUID
    content: bytes
    by: str
    at: datetime


class FileShelf:
    """Files that were looked at, sealed, each with a key of its own that only its owner's key opens."""

    def __init__(
        self,
        table: FileTable,
        store: FileStore,
        envelopes: PersonEnvelopes,
        limits: LookLimits,
        scanner: Scanner | None,
        threads: int,
    ) -> None:
        self._table = table
        self._store = store
        self._envelopes = envelopes
        self._limits = limits
        self._scanner = scanner
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="files")

    def close(self) -> None:
        """Finish what is under way."""
        self._threads.shutdown()

    async def take(self, upload: Upload) -> StoredFile:
        """Keep it, when it is what we take; the same file for the same owner is kept once, with its first id.

        Raises FileNotTaken, FileInfected, ScannerAway, FileStoreAway, PersonalUnavailable or LogUnavailable.
        """
        file_id = file_id_of(upload)
        known = await self._table.find(upload.tenant, file_id)
        if known is not None and await self._key_of(known) is not None:
            return await self._kept_again(known, upload.at)
        if self._scanner is not None and await self._scanner.scan(upload.content) is not None:
            raise FileInfected
        loop = asyncio.get_running_loop()
        clean = await loop.run_in_executor(self._threads, looked_at, upload.content, self._limits)
        key = os.urandom(KEY_BYTES)
        sealed_key = await self._envelopes.seal(upload.tenant, upload.owner_id, file_id.bytes, key)
        file = StoredFile(
            tenant=upload.tenant,
            file_id=file_id,
            owner_id=upload.owner_id,
            media=clean.media,
            size_bytes=len(clean.content),
            sha256=hashlib.sha256(clean.content).hexdigest(),
            sealed_key=sealed_key,
            uploaded_by=upload.by,
            uploaded_at=upload.at,
            is_scanned=self._scanner is not None,
        )
        return await self._keep(file, key, clean.content, known)

    async def find(self, tenant: str, file_id: UUID) -> StoredFile | None:
        """The file of that tenant, or None."""
        return await self._table.find(tenant, file_id)

    async def read(self, file: StoredFile) -> bytes | None:
        """What it holds; None when its owner was erased, or its bytes are not there.

        Raises RecordTampered when somebody changed or moved them, FileStoreAway, PersonalUnavailable.
        """
        key = await self._key_of(file)
        sealed = None if key is None else await self._store.get(file.name)
        if key is None or sealed is None:
            return None
        try:
            return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _about(file))
        except (InvalidTag, ValueError):
            raise RecordTampered("a file does not open under its key") from None

    async def can_be_read(self, file: StoredFile) -> bool:
        """Whether its key opens still; raises PersonalUnavailable."""
        return await self._key_of(file) is not None

    async def of_owner(self, tenant: str, owner_id: UUID) -> list[StoredFile]:
        """All files of a person or a company, a crew member's documents too: for whoever asks what we have of them."""
        return await self._table.of_owner(tenant, owner_id)

    async def forget_owner(self, tenant: str, owner_id: UUID) -> int:
        """Remove all files of a person or a company; how many. Their key is the personal store's to drop."""
        return await self._remove(await self._table.of_owner(tenant, owner_id))

    async def sweep(self, unused_before: datetime, left_before: datetime, rejected_before: datetime) -> int:
        """Remove what nobody named in a document, and what is older than it is to be kept; how many."""
        removed = 0
        while found := await self._table.to_remove(unused_before, left_before, rejected_before, AT_ONCE):
            removed += await self._remove(found)
        return removed

    async def some_after(self, last: StoredFile | None) -> list[StoredFile]:
        """The next of all files, for whoever looks at every one."""
        tenant, file_id = ("", UUID(int=0)) if last is None else (last.tenant, last.file_id)
        return await self._table.some_after(tenant, file_id, AT_ONCE)

    async def _keep(self, file: StoredFile, key: bytes, content: bytes, dead: StoredFile | None) -> StoredFile:
        """Keep its bytes, under the key of whoever keeps the same at this moment, so that they keep one thing."""
        stands, is_there = await self._table.begin(file, dead)
        while stands is not file:
            known = await self._key_of(stands)
            if known is not None and is_there:
                return await self._kept_again(stands, file.uploaded_at)
            if known is not None:
                key, file = known, replace(file, sealed_key=stands.sealed_key)
                break
            dead = stands
            stands, is_there = await self._table.begin(file, dead)
        if dead is not None:
            await self._store.remove(dead.name)
        await self._store.put(file.name, _sealed(key, file, content))
        if not await self._table.is_there(file):
            await self._store.remove(file.name)
        return file

    async def _kept_again(self, known: StoredFile, at: datetime) -> StoredFile:
        await self._table.touch(known.tenant, known.file_id, at)
        return known

    async def _remove(self, files: Sequence[StoredFile]) -> int:
        for file in files:
            await self._store.remove(file.name)
            await self._table.forget(file.tenant, [file.file_id])
        return len(files)

    async def _key_of(self, file: StoredFile) -> bytes | None:
        return await self._envelopes.open(file.tenant, file.owner_id, file.file_id.bytes, file.sealed_key)


def is_too_old(file: StoredFile, at: datetime, kept_for: timedelta) -> bool:
    """Whether it may be gone before anybody knows that a document names it now."""
    return at > file.uploaded_at + kept_for - SWEPT_SOON


def file_id_of(upload: Upload) -> UUID:
    """The id of that content for that owner: uploading it again is no other file."""
    return uuid5(upload.owner_id, f"{upload.tenant}/{hashlib.sha256(upload.content).hexdigest()}")


def _sealed(key: bytes, file: StoredFile, content: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, _about(file))


def _about(file: StoredFile) -> bytes:
    """What the bytes are bound to: under another file's name they do not open."""
    return b"%b|%b%b" % (file.tenant.encode(), file.owner_id.bytes, file.file_id.bytes)
