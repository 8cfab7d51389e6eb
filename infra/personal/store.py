"""Where are names, phones, plates and exact places kept? In PostgreSQL, encrypted per person, until erased."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Self, cast
from uuid import UUID

import msgspec
import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests

from application.personal import (
    Field,
    PersonalKind,
    PersonalRecord,
    PersonalStore,
    PersonalUnavailable,
    RecordTampered,
)
from infra.event_store import wire
from infra.personal.crypto import MasterKeys, about_record
from infra.personal.holding import erase_but
from infra.personal.keeper import RecordKeeper
from infra.personal.keys import KeyCache, KeyLimits
from infra.personal.patience import within
from infra.personal.putter import NoObserver, Observer, PutLimits, Putter
from infra.personal.statement import drafts_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping
    from datetime import datetime

    from infra.personal.crypto import PersonKey

Row = tuple[object, ...]
Connection = psycopg.AsyncConnection[Row]

# A page of 200 rows with five records each.
MOST_IDS: Final = 1000
# Writers' lanes and as many readers again; a cell has some 200 connections for everything.
MOST_CONNECTIONS: Final = 4
# Reads in the queue for a connection: some milliseconds' worth; beyond it the caller had better come back.
MOST_WAITING: Final = 1000
# 1 s, then the next caller tries anew: longer pauses between attempts would only lengthen an outage.
RECONNECT_FOR_S: Final = 1.0
# 5 s for one statement: each is a look into an index; an erasure of a person with very many records is the longest.
STATEMENT_TIMEOUT_MS: Final = 5_000

GET: Final = """
SELECT r.record_id, r.person_id, r.kind, r.nonce, r.ciphertext, k.key_id, k.wrapped_key, k.kek_id
  FROM personal_records r JOIN personal_keys k ON k.key_id = r.key_id
 WHERE r.tenant = %s AND r.record_id = ANY (%s)
"""
OF_PERSON: Final = """
SELECT r.record_id, r.person_id, r.kind, r.nonce, r.ciphertext, k.key_id, k.wrapped_key, k.kek_id
  FROM personal_records r JOIN personal_keys k ON k.key_id = r.key_id
 WHERE r.tenant = %s AND r.person_id = %s ORDER BY r.put_at, r.record_id
"""
ERASE: Final = "DELETE FROM personal_keys WHERE tenant = %s AND person_id = %s"
UNCLAIMED: Final = """
SELECT tenant, record_id, command_id FROM personal_records
 WHERE claimed_at IS NULL AND put_at > %s AND put_at < %s ORDER BY put_at LIMIT %s
"""
CLAIM: Final = "UPDATE personal_records SET claimed_at = now() WHERE tenant = %s AND record_id = ANY (%s)"
DROP: Final = """
DELETE FROM personal_records WHERE tenant = %s AND record_id = ANY (%s) AND claimed_at IS NULL AND put_at < %s
"""
WRAPPED_OTHERWISE: Final = """
SELECT tenant, person_id, key_id, kek_id, wrapped_key FROM personal_keys
 WHERE kek_id <> %s AND key_id > %s ORDER BY key_id LIMIT %s
"""
KEY_OF: Final = "SELECT key_id, kek_id, wrapped_key FROM personal_keys WHERE tenant = %s AND person_id = %s"
MAKE_KEY: Final = """
INSERT INTO personal_keys (tenant, person_id, key_id, wrapped_key, kek_id) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
REWRAP: Final = """
UPDATE personal_keys SET wrapped_key = %s, kek_id = %s WHERE tenant = %s AND person_id = %s AND key_id = %s
"""


class Rewrapped(NamedTuple):
    """How a rotation went, in keys."""

    rewrapped: int
    unreadable: int


class _Stored(NamedTuple):
    record_id: UUID
    person_id: UUID
    kind: str
    nonce: bytes
    ciphertext: bytes
    key_id: UUID
    wrapped_key: bytes
    kek_id: str


class PostgresPersonalStore(PersonalStore):
    """The personal store of one cell; open it in the loop that uses it."""

    def __init__(
        self,
        dsn: str,
        masters: MasterKeys,
        *,
        put_limits: PutLimits | None = None,
        key_limits: KeyLimits | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._masters = masters
        self._cache = KeyCache(key_limits)
        self._limits = put_limits or PutLimits()
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            dsn,
            connection_class=Connection,
            kwargs={"autocommit": True},
            min_size=1,
            max_size=MOST_CONNECTIONS,
            max_waiting=MOST_WAITING,
            reconnect_timeout=RECONNECT_FOR_S,
            timeout=self._limits.answer_within_s,
            configure=_prepare,
            open=False,
            name="personal",
        )
        self._observer = observer or NoObserver()
        self._putter = Putter(self._pool, masters, self._cache, self._limits, self._observer)

    async def open(self) -> Self:
        """Open the connections; they come back by themselves whenever the server does."""
        await self._pool.open()
        return self

    async def close(self) -> None:
        """Finish what is under way and give the connections back."""
        await self._putter.close()
        await self._pool.close()

    async def put(self, tenant: str, person_id: UUID, records: Mapping[UUID, PersonalRecord], command_id: UUID) -> None:
        """See ``PersonalStore.put``."""
        drafts = drafts_of(tenant, person_id, records, command_id)
        if drafts:
            await self._putter.put(drafts)

    def keeper(self) -> RecordKeeper:
        """Puts ahead of appends over the log's own connections: only where the log is in this very database."""
        return RecordKeeper(self._masters, self._cache, self._limits.most_rounds, self._observer)

    async def get(self, tenant: str, record_ids: Collection[UUID]) -> dict[UUID, PersonalRecord | None]:
        """See ``PersonalStore.get``; raises ValueError for more than MOST_IDS at once."""
        if len(record_ids) > MOST_IDS:
            raise ValueError(f"at most {MOST_IDS} records at once")
        found: dict[UUID, PersonalRecord | None] = dict.fromkeys(record_ids)
        if not found:
            return found
        found.update(self._opened(tenant, await self._rows(GET, (tenant, wire.uuids(list(found))))))
        return found

    async def records_of(self, tenant: str, person_id: UUID) -> dict[UUID, PersonalRecord]:
        """Everything that is kept of a person, the oldest first; raises RecordTampered or PersonalUnavailable."""
        return self._opened(tenant, await self._rows(OF_PERSON, (tenant, person_id)))

    async def erase_but(self, tenant: str, person_id: UUID, kinds: Collection[PersonalKind]) -> tuple[bool, int]:
        """As ``erase``, but what the law wants stays readable under another key; also how many records those are."""
        self._cache.drop(tenant, person_id)
        async with self._pool.connection() as connection:
            return await erase_but(connection, self._masters, tenant, person_id, kinds)

    async def erase(self, tenant: str, person_id: UUID) -> bool:
        """See ``PersonalStore.erase``; the ciphertexts go with their key."""
        self._cache.drop(tenant, person_id)
        return await self._execute(ERASE, (tenant, person_id)) > 0

    async def sweep(
        self,
        after: datetime,
        before: datetime,
        stands: Callable[[str, Collection[UUID]], Awaitable[set[UUID]]],
        limit: int,
    ) -> int:
        """See ``PersonalStore.sweep``."""
        self._cache.drop_expired()
        by_tenant: dict[str, list[tuple[UUID, UUID]]] = {}
        for row in await self._rows(UNCLAIMED, (after, before, limit)):
            tenant, record_id, command_id = cast("tuple[str, UUID, UUID]", row)
            by_tenant.setdefault(tenant, []).append((record_id, command_id))
        dropped = 0
        for tenant, pairs in by_tenant.items():
            standing = await stands(tenant, {command_id for _, command_id in pairs})
            claimed = [record_id for record_id, command_id in pairs if command_id in standing]
            orphans = [record_id for record_id, command_id in pairs if command_id not in standing]
            await self._execute(CLAIM, (tenant, wire.uuids(claimed)))
            dropped += await self._execute(DROP, (tenant, wire.uuids(orphans), before))
        return dropped

    async def key_of(self, tenant: str, person_id: UUID, *, make: bool) -> PersonKey | None:
        """A person's key as it stands now, whatever this process holds; a new one where there is none and ``make``.

        Raises RecordTampered or PersonalUnavailable.
        """
        rows = await self._rows(KEY_OF, (tenant, person_id))
        if not rows and make:
            key = self._masters.new_key()
            wrapped = self._masters.wrap(tenant, person_id, key)
            await self._execute(MAKE_KEY, (tenant, person_id, key.key_id, wrapped, self._masters.kek_id))
            rows = await self._rows(KEY_OF, (tenant, person_id))
        if not rows:
            return None
        key_id, kek_id, wrapped = cast("tuple[UUID, str, bytes]", rows[0])
        return self._masters.unwrap(tenant, person_id, key_id, kek_id, wrapped)

    async def rewrap(self, at_once: int = 500) -> Rewrapped:
        """Wrap every key anew that an earlier master key wrapped; when none is unreadable, that one can go."""
        rewrapped, unreadable, last = 0, 0, UUID(int=0)
        while rows := await self._rows(WRAPPED_OTHERWISE, (self._masters.kek_id, last, at_once)):
            for row in rows:
                tenant, person_id, last, kek_id, wrapped = cast("tuple[str, UUID, UUID, str, bytes]", row)
                try:
                    key = self._masters.unwrap(tenant, person_id, last, kek_id, wrapped)
                except RecordTampered:
                    unreadable += 1
                    continue
                anew = self._masters.wrap(tenant, person_id, key)
                rewrapped += await self._execute(REWRAP, (anew, self._masters.kek_id, tenant, person_id, last))
        return Rewrapped(rewrapped, unreadable)

    def _opened(self, tenant: str, rows: list[Row]) -> dict[UUID, PersonalRecord]:
        found = {}
        for stored in [_Stored(*row) for row in rows]:  # type: ignore[arg-type]  # the statements name the columns
            key = self._key(tenant, stored)
            about = about_record(tenant, stored.person_id, stored.record_id, stored.kind)
            content = key.open(about, stored.nonce, stored.ciphertext)
            fields = cast("dict[str, Field]", msgspec.json.decode(content))
            found[stored.record_id] = PersonalRecord(PersonalKind(stored.kind), fields)
        return found

    def _key(self, tenant: str, stored: _Stored) -> PersonKey:
        """The person's key: the one held, when it is still the one stored."""
        held = self._cache.get(tenant, stored.person_id)
        if held is not None and held.key_id == stored.key_id:
            return held
        key = self._masters.unwrap(tenant, stored.person_id, stored.key_id, stored.kek_id, stored.wrapped_key)
        self._cache.keep(tenant, stored.person_id, key)
        return key

    async def _rows(self, statement: str, parameters: tuple[object, ...]) -> list[Row]:
        cursor = await self._ask(statement, parameters)
        return await cursor.fetchall()

    async def _execute(self, statement: str, parameters: tuple[object, ...]) -> int:
        return (await self._ask(statement, parameters)).rowcount

    async def _ask(self, statement: str, parameters: tuple[object, ...]) -> psycopg.AsyncCursor[Row]:
        """Every statement here can be repeated: a connection that died in the pool costs one more attempt each."""
        for attempt in range(MOST_CONNECTIONS + 1):
            try:
                return await within(self._limits.answer_within_s, self._asked(statement, parameters))
            except (PoolTimeout, TooManyRequests, TimeoutError, psycopg.errors.QueryCanceled) as error:
                raise PersonalUnavailable(f"the personal store did not answer: {type(error).__name__}") from error
            except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
                if attempt == MOST_CONNECTIONS:
                    raise PersonalUnavailable(f"the personal store did not answer: {type(error).__name__}") from error
        raise AssertionError

    async def _asked(self, statement: str, parameters: tuple[object, ...]) -> psycopg.AsyncCursor[Row]:
        async with self._pool.connection() as connection:
            return await connection.execute(statement, parameters, prepare=True, binary=True)


async def _prepare(connection: Connection) -> None:
    for kind, dumper in wire.DUMPERS:
        connection.adapters.register_dumper(kind, dumper)
    await connection.execute(f"SET statement_timeout = {STATEMENT_TIMEOUT_MS}")


__all__ = ["PostgresPersonalStore", "Rewrapped"]
