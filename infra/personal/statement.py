"""Which one statement stores keys and records, and what does its answer say of each record?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, cast

import msgspec

from application.personal import MAX_RECORD_BYTES, RecordDiffers, RecordTampered
from infra.event_store import wire
from infra.personal.crypto import PersonKey, about_record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    import psycopg

    from application.personal import PersonalRecord
    from infra.personal.crypto import MasterKeys
    from infra.personal.keys import KeyCache

PUT: Final = """
WITH wanted AS MATERIALIZED (
    SELECT * FROM unnest(%s::text[], %s::uuid[], %s::uuid[], %s::uuid[],
                         %s::text[], %s::bytea[], %s::bytea[], %s::uuid[])
         WITH ORDINALITY AS w (tenant, person_id, key_id, record_id, kind, nonce, ciphertext, command_id, n)
), made AS (
    INSERT INTO personal_keys (tenant, person_id, key_id, wrapped_key, kek_id)
    SELECT * FROM unnest(%s::text[], %s::uuid[], %s::uuid[], %s::bytea[], %s::text[])
    ON CONFLICT DO NOTHING RETURNING key_id
), kept AS (
    INSERT INTO personal_records (tenant, person_id, key_id, record_id, kind, nonce, ciphertext, command_id)
    SELECT tenant, person_id, key_id, record_id, kind, nonce, ciphertext, command_id FROM wanted
     WHERE key_id IN (SELECT key_id FROM made UNION ALL SELECT key_id FROM personal_keys WHERE key_id = ANY (%s))
    ON CONFLICT DO NOTHING RETURNING tenant, record_id
)
SELECT w.n, k.key_id, k.wrapped_key, k.kek_id, r.key_id, r.nonce, r.ciphertext
  FROM wanted w
  LEFT JOIN personal_keys k ON k.tenant = w.tenant AND k.person_id = w.person_id
  LEFT JOIN personal_records r ON r.tenant = w.tenant AND r.record_id = w.record_id
 WHERE (w.tenant, w.record_id) NOT IN (SELECT tenant, record_id FROM kept)
"""

TOUCH: Final = """
UPDATE personal_records r SET put_at = now()
  FROM unnest(%s::text[], %s::uuid[]) AS w (tenant, record_id)
 WHERE r.tenant = w.tenant AND r.record_id = w.record_id RETURNING r.record_id
"""


Keys = dict[tuple[str, "UUID"], PersonKey]
"""Persons' keys by tenant and person."""


class Draft(NamedTuple):
    """A record on its way into the store."""

    tenant: str
    person_id: UUID
    record_id: UUID
    kind: str
    content: bytes
    command_id: UUID


class _Unkept(NamedTuple):
    number: int
    key_id: UUID | None
    wrapped_key: bytes
    kek_id: str
    record_key_id: UUID | None
    nonce: bytes
    ciphertext: bytes


@dataclass(slots=True)
class Verdict:
    """What became of the records that were not simply stored, by their number in the batch."""

    again: list[int] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    refused: dict[int, Exception] = field(default_factory=dict)


def drafts_of(tenant: str, person_id: UUID, records: Mapping[UUID, PersonalRecord], command_id: UUID) -> list[Draft]:
    """Records as they go into the store; raises ValueError for one over MAX_RECORD_BYTES."""
    drafts = []
    for record_id, record in records.items():
        content = msgspec.json.encode(record.fields)
        if len(content) > MAX_RECORD_BYTES:
            raise ValueError(f"a personal record has at most {MAX_RECORD_BYTES} bytes, this one {len(content)}")
        drafts.append(Draft(tenant, person_id, record_id, record.kind.value, content, command_id))
    return drafts


async def put_round(
    connection: psycopg.AsyncConnection[tuple[object, ...]],
    drafts: Sequence[Draft],
    masters: MasterKeys,
    cache: KeyCache,
) -> Verdict | None:
    """Encrypt and store records, with new keys for persons this process does not know; None when all is stored."""
    keys, made = keys_for(drafts, masters, cache)
    parameters = (*told_columns(drafts, keys), *key_columns(made, masters), _known(keys, made))
    cursor = await connection.execute(PUT, parameters, prepare=True, binary=True)
    unkept = [_Unkept(*row) for row in await cursor.fetchall()]  # type: ignore[arg-type]  # PUT names the columns
    if not unkept:
        for person, key in made.items():
            cache.keep(*person, key)
        return None
    return _judged(unkept, drafts, keys, masters, cache)


async def touch(connection: psycopg.AsyncConnection[tuple[object, ...]], known: list[Draft]) -> set[UUID]:
    """Keep the sweep away from records that were put again; answers those it had already dropped."""
    if not known:
        return set()
    parameters = (wire.texts([draft.tenant for draft in known]), wire.uuids([draft.record_id for draft in known]))
    cursor = await connection.execute(TOUCH, parameters, binary=True)
    kept = {cast("UUID", row[0]) for row in await cursor.fetchall()}
    return {draft.record_id for draft in known} - kept


def keys_for(drafts: Sequence[Draft], masters: MasterKeys, cache: KeyCache) -> tuple[Keys, Keys]:
    """Every person's key, and those of them that are new because this process does not know the person."""
    keys: Keys = {}
    made: Keys = {}
    for draft in drafts:
        person = draft[:2]
        if person not in keys:
            key = cache.get(*person)
            if key is None:
                key = made[person] = masters.new_key()
            keys[person] = key
    return keys, made


def told_columns(drafts: Sequence[Draft], keys: Keys) -> tuple[object, ...]:
    """Records as columns: tenant, person, key, record, kind, nonce, ciphertext, command."""
    used = [keys[draft[:2]] for draft in drafts]
    sealed = [
        key.seal(about_record(draft.tenant, draft.person_id, draft.record_id, draft.kind), draft.content)
        for draft, key in zip(drafts, used, strict=True)
    ]
    return (
        wire.texts([draft.tenant for draft in drafts]),
        wire.uuids([draft.person_id for draft in drafts]),
        wire.uuids([key.key_id for key in used]),
        wire.uuids([draft.record_id for draft in drafts]),
        wire.texts([draft.kind for draft in drafts]),
        wire.blobs([nonce for nonce, _ in sealed]),
        wire.blobs([ciphertext for _, ciphertext in sealed]),
        wire.uuids([draft.command_id for draft in drafts]),
    )


def key_columns(made: Keys, masters: MasterKeys) -> tuple[object, ...]:
    """New keys as columns: tenant, person, key, wrapped key, master key's name."""
    # In one order everywhere: two processes that meet the same new people do not wait for each other in a circle.
    people = sorted(made)
    return (
        wire.texts([tenant for tenant, _ in people]),
        wire.uuids([person_id for _, person_id in people]),
        wire.uuids([made[person].key_id for person in people]),
        wire.blobs([masters.wrap(*person, made[person]) for person in people]),
        wire.texts([masters.kek_id] * len(people)),
    )


def _known(keys: Keys, made: Keys) -> object:
    return wire.uuids([key.key_id for person, key in keys.items() if person not in made])


def _judged(
    unkept: list[_Unkept],
    drafts: Sequence[Draft],
    keys: Keys,
    masters: MasterKeys,
    cache: KeyCache,
) -> Verdict:
    """Sort what was not stored into: the same record is there, another one is, or try again with the right key."""
    verdict = Verdict()
    for row in unkept:
        number = row.number - 1
        draft = drafts[number]
        person = draft[:2]
        if row.key_id is None:
            cache.drop(*person)
        elif row.key_id != keys[person].key_id:
            try:
                keys[person] = masters.unwrap(*person, row.key_id, row.kek_id, row.wrapped_key)
            except RecordTampered as error:
                verdict.refused[number] = error
                continue
            cache.keep(*person, keys[person])
        if row.record_key_id is None:
            verdict.again.append(number)
        elif row.record_key_id == row.key_id and _is_same(row, draft, keys[person]):
            verdict.known.append(number)
        else:
            verdict.refused[number] = RecordDiffers(f"record {draft.record_id} stands for other content")
    return verdict


def _is_same(row: _Unkept, draft: Draft, key: PersonKey) -> bool:
    about = about_record(draft.tenant, draft.person_id, draft.record_id, draft.kind)
    return key.seal(about, draft.content) == (row.nonce, row.ciphertext)
