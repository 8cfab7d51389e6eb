"""Which files are there, whose are they, and with which key was each sealed?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from psycopg.errors import UndefinedTable

from application.files import MediaType
from infra.event_store.log import borrowed

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from infra.queries.pool import Pool

COLUMNS: Final = (
    "tenant, file_id, owner_id, media_type, size_bytes, sha256, sealed_key, uploaded_by, uploaded_at, is_scanned"
)
FIND: Final = f"SELECT {COLUMNS} FROM stored_files WHERE tenant = %s AND file_id = %s AND is_there"  # noqa: S608
OF_OWNER: Final = (
    f"SELECT {COLUMNS} FROM stored_files WHERE tenant = %s AND owner_id = %s ORDER BY uploaded_at, file_id"  # noqa: S608
)
# A crew member's licence is the company's to show, and that person's to have forgotten.
OF_CREW: Final = f"""
SELECT {COLUMNS} FROM stored_files WHERE tenant = %(tenant)s AND file_id IN (
  SELECT (paper->>'file_id')::uuid
    FROM provider_papers AS company, jsonb_array_elements(company.documents || company.earlier) AS paper
   WHERE company.tenant = %(tenant)s AND paper->>'crew_id' = %(crew_id)s AND paper->>'file_id' IS NOT NULL)
 ORDER BY uploaded_at, file_id"""  # noqa: S608
FIRST: Final = f"""
INSERT INTO stored_files ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (tenant, file_id) DO NOTHING"""  # noqa: S608
HELD: Final = f"SELECT {COLUMNS}, is_there FROM stored_files WHERE tenant = %s AND file_id = %s FOR UPDATE"  # noqa: S608
INSTEAD: Final = "UPDATE stored_files SET sealed_key = %s, is_there = false WHERE tenant = %s AND file_id = %s"
# Only under the key that the bytes are sealed with; the owner may have been erased since, or all may be forgotten.
IS_THERE: Final = """
UPDATE stored_files SET media_type = %s, size_bytes = %s, sha256 = %s, uploaded_by = %s, uploaded_at = %s,
       is_scanned = %s, is_there = true
 WHERE tenant = %s AND file_id = %s AND sealed_key = %s"""
FORGET: Final = "DELETE FROM stored_files WHERE tenant = %s AND file_id = ANY (%s)"
TOUCH: Final = "UPDATE stored_files SET uploaded_at = %s WHERE tenant = %s AND file_id = %s"
# Whether the read model has seen whatever is older than ten minutes, of every company: a document that it does not know
# yet may name any file.
HAS_SEEN: Final = """
SELECT EXISTS (
  SELECT FROM projection_positions AS seen
   WHERE seen.name = 'provider_papers' AND seen.active AND seen.halted IS NULL
     AND NOT EXISTS (SELECT FROM events WHERE events.position = seen.position + 1
                        AND events.recorded_at < clock_timestamp() - interval '10 minutes')
     AND NOT EXISTS (SELECT FROM projection_parked AS parked
                      WHERE parked.name = seen.name AND parked.generation = seen.generation))"""
# Nobody named it in a document in time, or its bytes never came.
UNUSED: Final = f"""
SELECT {COLUMNS} FROM stored_files AS file WHERE uploaded_at < %(before)s
   AND NOT EXISTS (SELECT FROM provider_papers AS company
                    WHERE company.tenant = file.tenant AND company.provider_id = file.owner_id
                      AND company.files ? file.file_id::text)
 ORDER BY uploaded_at LIMIT %(most)s"""  # noqa: S608
# The company left, or was not taken, so long ago.
OVER: Final = f"""
SELECT {COLUMNS} FROM stored_files AS file
 WHERE EXISTS (SELECT FROM provider_directory AS company
                WHERE company.tenant = file.tenant AND company.provider_id = file.owner_id
                  AND (company.state = 'offboarded' AND company.updated_at < %(left_before)s
                       OR company.state = 'rejected' AND company.updated_at < %(rejected_before)s))
 ORDER BY uploaded_at LIMIT %(most)s"""  # noqa: S608
ALL_AFTER: Final = (
    f"SELECT {COLUMNS} FROM stored_files WHERE (tenant, file_id) > (%s, %s) ORDER BY tenant, file_id LIMIT %s"  # noqa: S608
)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file as we know it; ``sha256`` is of what is kept, before it is sealed."""

    tenant: str
    file_id: UUID
    owner_id: UUID
    media: MediaType
    size_bytes: int
    sha256: str
    sealed_key: bytes = field(repr=False)
    uploaded_by: str
    uploaded_at: datetime
    is_scanned: bool

    @property
    def name(self) -> str:
        """Under which its bytes are kept: it follows from the key, so that two who keep the same do not mix them."""
        name = hashlib.blake2b(self.sealed_key, digest_size=16).hexdigest()
        return f"{name[:2]}/{name}"


class FileTable:
    """The table, over a pool of the application's connections. Every method may raise LogUnavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def find(self, tenant: str, file_id: UUID) -> StoredFile | None:
        """The file of that tenant, once its bytes are there."""
        rows = await self._rows(FIND, (tenant, file_id))
        return rows[0] if rows else None

    async def of_owner(self, tenant: str, owner_id: UUID) -> list[StoredFile]:
        """All that are sealed under somebody's key, or are a crew member's documents, the oldest first."""
        own = await self._rows(OF_OWNER, (tenant, owner_id))
        try:
            shown = await self._rows(OF_CREW, {"tenant": tenant, "crew_id": str(owner_id)})
        except UndefinedTable:
            shown = []  # the read models were never built: nobody has shown anything
        known = {file.file_id for file in own}
        return [*own, *(file for file in shown if file.file_id not in known)]

    async def begin(self, file: StoredFile, dead: StoredFile | None) -> tuple[StoredFile, bool]:
        """Note it before its bytes are kept: what dies in between is found again.

        What stands there already stays, unless it is ``dead``, which no key opens any more. What stands, and whether
        its bytes are there: whoever keeps the same at the same time does so under the one key.
        """
        async with borrowed(self._pool) as connection, connection.transaction():
            while not (await connection.execute(FIRST, _row_of(file))).rowcount:
                held = await (await connection.execute(HELD, (file.tenant, file.file_id))).fetchone()
                if held is None:
                    continue  # forgotten in this moment: it is the first again
                stands = _file_of(held[:-1])
                if dead is None or stands.sealed_key != dead.sealed_key:
                    return stands, bool(held[-1])
                await connection.execute(INSTEAD, (file.sealed_key, file.tenant, file.file_id))
                break
        return file, False

    async def is_there(self, file: StoredFile) -> bool:
        """Its bytes are kept; False when it was forgotten, or its owner erased, meanwhile."""
        said = (file.media.value, file.size_bytes, file.sha256, file.uploaded_by, file.uploaded_at, file.is_scanned)
        async with borrowed(self._pool) as connection:
            told = (*said, file.tenant, file.file_id, file.sealed_key)
            return (await connection.execute(IS_THERE, told)).rowcount > 0

    async def touch(self, tenant: str, file_id: UUID, at: datetime) -> None:
        """It was sent again: the time in which to name it begins anew."""
        async with borrowed(self._pool) as connection:
            await connection.execute(TOUCH, (at, tenant, file_id))

    async def forget(self, tenant: str, file_ids: Collection[UUID]) -> None:
        """Know nothing of them any more; remove their bytes before."""
        async with borrowed(self._pool) as connection:
            await connection.execute(FORGET, (tenant, list(file_ids)))

    async def to_remove(
        self, unused_before: datetime, left_before: datetime, rejected_before: datetime, most: int
    ) -> list[StoredFile]:
        """Files that nobody named in a document, and those whose company's time is over.

        Which are named says a read model: as long as that is behind, nobody's file is taken for unused.
        """
        asked = {
            "before": unused_before,
            "left_before": left_before,
            "rejected_before": rejected_before,
            "most": most,
        }
        try:
            unused = await self._rows(UNUSED, asked) if await self._has_seen() else []
            return [*unused, *await self._rows(OVER, asked)][:most]
        except UndefinedTable:
            return []  # the read models were never built: nobody knows yet what is used

    async def some_after(self, tenant: str, file_id: UUID, most: int) -> list[StoredFile]:
        """The next of all files, by tenant and id."""
        return await self._rows(ALL_AFTER, (tenant, file_id, most))

    async def _has_seen(self) -> bool:
        async with borrowed(self._pool) as connection:
            found = await (await connection.execute(HAS_SEEN)).fetchone()
            return found == (True,)

    async def _rows(self, statement: str, parameters: tuple[object, ...] | dict[str, object]) -> list[StoredFile]:
        async with borrowed(self._pool) as connection:
            found = await (await connection.execute(statement.encode(), parameters)).fetchall()
        return [_file_of(row) for row in found]


def _row_of(file: StoredFile) -> tuple[object, ...]:
    return (
        *(file.tenant, file.file_id, file.owner_id, file.media.value, file.size_bytes, file.sha256),
        *(file.sealed_key, file.uploaded_by, file.uploaded_at, file.is_scanned),
    )


def _file_of(row: tuple[object, ...]) -> StoredFile:
    tenant, file_id, owner_id, media, size_bytes, sha256, key, by, at, scanned = row
    return StoredFile(
        cast("str", tenant),
        cast("UUID", file_id),
        cast("UUID", owner_id),
        MediaType(cast("str", media)),
        cast("int", size_bytes),
        cast("str", sha256),
        bytes(cast("bytes", key)),
        cast("str", by),
        cast("datetime", at),
        bool(scanned),
    )
