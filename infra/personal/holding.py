"""Which records of an erased person does the law want kept, and under whose key do they lie from then on?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, cast
from uuid import UUID, uuid5

from application.personal import PersonalKind
from infra.personal.crypto import about_record

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    import psycopg

    from infra.personal.crypto import MasterKeys, PersonKey

    Connection = psycopg.AsyncConnection[tuple[object, ...]]

HELD: Final = frozenset({PersonalKind.BILLING, PersonalKind.REGISTRATION})
"""To whom a bill between businesses was made out, and what the registrar signed of it: part of a tax document."""

ALONE: Final = "SELECT 1 FROM personal_keys WHERE tenant = %s AND person_id = %s FOR UPDATE"
RECORDS: Final = """
SELECT r.record_id, r.kind, r.nonce, r.ciphertext, r.command_id, r.put_at, k.key_id, k.kek_id, k.wrapped_key
  FROM personal_records r JOIN personal_keys k ON k.key_id = r.key_id
 WHERE r.tenant = %s AND r.person_id = %s AND r.kind = ANY (%s)
"""
ERASE: Final = "DELETE FROM personal_keys WHERE tenant = %s AND person_id = %s"
KEY_OF: Final = "SELECT key_id, kek_id, wrapped_key FROM personal_keys WHERE tenant = %s AND person_id = %s"
MAKE_KEY: Final = """
INSERT INTO personal_keys (tenant, person_id, key_id, wrapped_key, kek_id) VALUES (%s, %s, %s, %s, %s)
"""
KEEP: Final = """
INSERT INTO personal_records
       (tenant, record_id, person_id, key_id, kind, nonce, ciphertext, command_id, put_at, claimed_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, now())
"""
# Nothing else of these kinds is needed for longer: whoever was erased or not.
PURGE: Final = "DELETE FROM personal_records WHERE kind = ANY (%s) AND put_at < clock_timestamp() - %s"


class _Held(NamedTuple):
    record_id: UUID
    kind: str
    nonce: bytes
    ciphertext: bytes
    command_id: UUID
    put_at: datetime
    key_id: UUID
    kek_id: str
    wrapped_key: bytes


def holder_of(person_id: UUID) -> UUID:
    """Under whose name what the law wants is kept: nothing else was ever sealed with that key."""
    return uuid5(person_id, "held for the law")


async def erase_but(
    connection: Connection, masters: MasterKeys, tenant: str, person_id: UUID, kinds: Collection[PersonalKind]
) -> tuple[bool, int]:
    """Drop a person's key with all records, but those kinds, which get another key; both or neither.

    Whether anything was known of the person, and how many records stay. Raises RecordTampered.
    """
    async with connection.transaction():
        await connection.execute(ALONE, (tenant, person_id))
        asked = (tenant, person_id, [kind.value for kind in kinds])
        rows = await (await connection.execute(RECORDS, asked)).fetchall()
        held = [_Held(*row) for row in rows]  # type: ignore[arg-type]  # RECORDS names the columns
        opened = [(one, _opened(masters, tenant, person_id, one)) for one in held]
        known = (await connection.execute(ERASE, (tenant, person_id))).rowcount > 0
        if opened:
            holder = holder_of(person_id)
            key = await _key_of(connection, masters, tenant, holder)
            for one, content in opened:
                nonce, ciphertext = key.seal(about_record(tenant, holder, one.record_id, one.kind), content)
                told = (
                    tenant,
                    one.record_id,
                    holder,
                    key.key_id,
                    one.kind,
                    nonce,
                    ciphertext,
                    one.command_id,
                    one.put_at,
                )
                await connection.execute(KEEP, told)
    return known, len(held)


def _opened(masters: MasterKeys, tenant: str, person_id: UUID, one: _Held) -> bytes:
    key = masters.unwrap(tenant, person_id, one.key_id, one.kek_id, one.wrapped_key)
    return key.open(about_record(tenant, person_id, one.record_id, one.kind), one.nonce, one.ciphertext)


async def _key_of(connection: Connection, masters: MasterKeys, tenant: str, holder: UUID) -> PersonKey:
    row = await (await connection.execute(KEY_OF, (tenant, holder))).fetchone()
    if row is not None:
        key_id, kek_id, wrapped = cast("tuple[UUID, str, bytes]", row)
        return masters.unwrap(tenant, holder, key_id, kek_id, wrapped)
    key = masters.new_key()
    wrapped = masters.wrap(tenant, holder, key)
    await connection.execute(MAKE_KEY, (tenant, holder, key.key_id, wrapped, masters.kek_id))
    return key
