"""Who asked for everything about themselves, is it ready, and for how long can it be fetched?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from infra.event_store.log import borrowed
from infra.privacy.bundle import bundle_of
from infra.privacy.whom import Person, person_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from infra.personal.envelopes import PersonEnvelopes
    from infra.privacy.gathering import Gathering
    from infra.queries.pool import Pool

COLUMNS: Final = "tenant, export_id, person, asked_at, ready_at, size_bytes, expires_at"
# One an hour: it changes little within one, and takes a second of the database.
AGAIN_AFTER: Final = timedelta(hours=1)
ASK: Final = f"""
WITH fresh AS (SELECT {COLUMNS} FROM privacy_exports
                WHERE tenant = %(tenant)s AND person_id = %(person_id)s AND asked_at > %(since)s LIMIT 1),
     asked AS (INSERT INTO privacy_exports (tenant, export_id, person_id, person, asked_at, expires_at)
               SELECT %(tenant)s, %(export_id)s, %(person_id)s, %(person)s, %(at)s, %(until)s
                WHERE NOT EXISTS (SELECT FROM fresh) RETURNING {COLUMNS})
SELECT * FROM fresh UNION ALL SELECT * FROM asked
"""  # noqa: S608  constant
OF: Final = f"""
SELECT {COLUMNS} FROM privacy_exports
 WHERE tenant = %s AND person_id = %s AND expires_at > %s ORDER BY asked_at DESC LIMIT 20
"""  # noqa: S608
WAITING: Final = f"SELECT {COLUMNS} FROM privacy_exports WHERE ready_at IS NULL ORDER BY asked_at LIMIT 1"  # noqa: S608
READY: Final = """
UPDATE privacy_exports SET sealed = %s, size_bytes = %s, ready_at = %s
 WHERE tenant = %s AND export_id = %s AND ready_at IS NULL
"""
SEALED: Final = """
SELECT person_id, sealed FROM privacy_exports
 WHERE tenant = %s AND export_id = %s AND expires_at > %s AND sealed IS NOT NULL
"""
FORGET: Final = "DELETE FROM privacy_exports WHERE tenant = %s AND person_id = %s"


@dataclass(frozen=True, slots=True)
class Export:
    """One that somebody asked for."""

    person: Person
    export_id: UUID
    asked_at: datetime
    ready_at: datetime | None
    size_bytes: int
    expires_at: datetime


class Exports:
    """Exports lie sealed under their person's key, so that erasing the person ends them as well.

    Every method may raise LogUnavailable, PersonalUnavailable or RecordTampered.
    """

    def __init__(self, pool: Pool, gathering: Gathering, envelopes: PersonEnvelopes, kept_for: timedelta) -> None:
        self._pool = pool
        self.gathering = gathering
        self._envelopes = envelopes
        self._kept_for = kept_for

    async def ask(self, person: Person, export_id: UUID, at: datetime) -> Export:
        """Have one made; who asked within the hour gets that one."""
        values = {
            "tenant": person.tenant,
            "person_id": person.person_id,
            "person": person.shown,
            "export_id": export_id,
            "at": at,
            "since": at - AGAIN_AFTER,
            "until": at + self._kept_for,
        }
        async with borrowed(self._pool) as connection:
            rows = await (await connection.execute(ASK, values)).fetchall()
        return _export(rows[0])

    async def of(self, person: Person, at: datetime) -> list[Export]:
        """Theirs that can still be fetched or are under way, the newest first."""
        return await self._found(OF, (person.tenant, person.person_id, at))

    async def prepare_next(self, at: datetime) -> bool:
        """Make the one that waits for longest; False when none does. Made twice it is kept once."""
        waiting = await self._found(WAITING, ())
        if not waiting:
            return False
        (export,) = waiting
        person = export.person
        content = await bundle_of(self.gathering, person, at)
        sealed = await self._envelopes.seal(person.tenant, person.person_id, export.export_id.bytes, content)
        told = (sealed, len(content), at, person.tenant, export.export_id)
        async with borrowed(self._pool) as connection:
            await connection.execute(READY, told)
        return True

    async def content(self, tenant: str, export_id: UUID, at: datetime) -> bytes | None:
        """The zip; None where there is none, where its time is over, or its person was erased."""
        async with borrowed(self._pool) as connection:
            row = await (await connection.execute(SEALED, (tenant, export_id, at))).fetchone()
        if row is None:
            return None
        person_id, sealed = cast("tuple[UUID, bytes]", row)
        return await self._envelopes.open(tenant, person_id, export_id.bytes, sealed)

    async def forget(self, person: Person) -> int:
        """Remove all of theirs; how many."""
        async with borrowed(self._pool) as connection:
            return (await connection.execute(FORGET, (person.tenant, person.person_id))).rowcount

    async def _found(self, statement: str, values: Sequence[object]) -> list[Export]:
        async with borrowed(self._pool) as connection:
            rows = await (await connection.execute(statement.encode(), values)).fetchall()
        return [_export(row) for row in rows]


def _export(row: tuple[object, ...]) -> Export:
    tenant, export_id, person, asked_at, ready_at, size_bytes, expires_at = row
    return Export(
        person_of(cast("str", tenant), cast("str", person)),
        cast("UUID", export_id),
        cast("datetime", asked_at),
        cast("datetime | None", ready_at),
        cast("int", size_bytes),
        cast("datetime", expires_at),
    )
