"""Where are the keys that sign access tokens kept, and how does one follow another?"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from domain.refusal import NotFound, Refusal
from infra.event_store.log import borrowed
from infra.identity.access_tokens import LEEWAY_S
from infra.identity.key_ring import SEED_BYTES, SigningKey, kid_of, public_of

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg

    from infra.identity.deployment_key import DeploymentKey
    from infra.queries.pool import Pool

    Connection = psycopg.AsyncConnection[tuple[object, ...]]
    KeyTuple = tuple[str, bytes, bytes | None, str, datetime, datetime, datetime | None, datetime | None]

# One at a time, in the whole cell: two processes that start together make one first key.
ALONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended('signing_keys ' || current_schema(), 0))"
COLUMNS: Final = "kid, public_key, wrapped_seed, kek_id, created_at, signs_from, verifies_until, retired_at"
ALL: Final = f"SELECT {COLUMNS} FROM signing_keys ORDER BY signs_from DESC, kid"  # noqa: S608  constant
INSERT: Final = (
    "INSERT INTO signing_keys (kid, public_key, wrapped_seed, kek_id, created_at, signs_from)"
    " VALUES (%s, %s, %s, %s, %s, %s)"
)
FOLLOWED: Final = "UPDATE signing_keys SET verifies_until = %s WHERE verifies_until IS NULL AND kid <> %s"
RETIRE: Final = (
    "UPDATE signing_keys SET verifies_until = least(verifies_until, %s), retired_at = %s, wrapped_seed = NULL"
    " WHERE kid = %s"
)
CLEAR: Final = "UPDATE signing_keys SET wrapped_seed = NULL WHERE verifies_until < %s AND wrapped_seed IS NOT NULL"
# A minute: processes that have not heard of the next key yet sign with this one for that long at most.
LATE: Final = timedelta(seconds=60)


class OnlyKey(Refusal):
    """Without this key nobody could sign in."""

    code = "only_key"


@dataclass(frozen=True, slots=True)
class KeptKey:
    """One row; ``key.seed`` is missing when this deployment's secret does not open it."""

    key: SigningKey
    kek_id: str
    created_at: datetime
    retired_at: datetime | None
    has_seed: bool


class KeyTable:
    """The keys of a cell, over a pool of the application's connections. Raises LogUnavailable."""

    def __init__(self, pool: Pool, deployment: DeploymentKey, ttl_s: int) -> None:
        self._pool = pool
        self._deployment = deployment
        self._tokens_live = timedelta(seconds=ttl_s + LEEWAY_S)

    async def kept(self) -> list[KeptKey]:
        """All there ever were, the newest first."""
        async with borrowed(self._pool) as connection:
            return await self._kept(connection)

    async def ensure(self, at: datetime) -> list[KeptKey]:
        """All of them, after making one when none signs: for the first start, a changed secret, a retired successor."""
        kept = await self.kept()
        if any(self._signs(one.key, at) for one in kept):
            return kept
        async with borrowed(self._pool) as connection, connection.transaction():
            await connection.execute(ALONE)
            kept = await self._kept(connection)
            if any(self._signs(one.key, at) for one in kept):
                return kept
            await self._add(connection, at, at)
            return await self._kept(connection)

    async def rotate(self, at: datetime, signs_from: datetime) -> SigningKey:
        """Publish another key that signs from then on; those before it verify until their last tokens are over."""
        async with borrowed(self._pool) as connection, connection.transaction():
            await connection.execute(ALONE)
            await connection.execute(CLEAR, (at,))
            return await self._add(connection, at, signs_from)

    async def retire(self, kid: str, at: datetime) -> None:
        """Accept nothing of that key any more, at once; raises NotFound or OnlyKey. Twice is no news."""
        async with borrowed(self._pool) as connection, connection.transaction():
            await connection.execute(ALONE)
            kept = await self._kept(connection)
            if not any(one.key.kid == kid for one in kept):
                raise NotFound
            if not any(self._signs(one.key, at) for one in kept if one.key.kid != kid):
                raise OnlyKey("no other key signs now: run `vehicaid keys rotate --now` first")
            await connection.execute(RETIRE, (at, at, kid))

    async def _add(self, connection: Connection, at: datetime, signs_from: datetime) -> SigningKey:
        seed = os.urandom(SEED_BYTES)
        public = public_of(seed)
        kid = kid_of(public)
        wrapped = self._deployment.wrap(kid, seed)
        await connection.execute(INSERT, (kid, public, wrapped, self._deployment.kek_id, at, signs_from))
        await connection.execute(FOLLOWED, (signs_from + self._tokens_live + LATE, kid))
        return SigningKey(kid, public, signs_from, seed=seed)

    async def _kept(self, connection: Connection) -> list[KeptKey]:
        rows = cast("list[KeyTuple]", await (await connection.execute(ALL)).fetchall())
        return [self._opened(row) for row in rows]

    def _opened(self, row: KeyTuple) -> KeptKey:
        kid, public, wrapped, kek_id, created_at, signs_from, verifies_until, retired_at = row
        seed = None if wrapped is None else self._deployment.unwrap(kid, bytes(wrapped))
        key = SigningKey(kid, bytes(public), signs_from, verifies_until, seed)
        return KeptKey(key, kek_id, created_at, retired_at, wrapped is not None)

    def _signs(self, key: SigningKey, at: datetime) -> bool:
        """Whether we can sign with it now, and a token that we do verifies for as long as it lives."""
        lasts = key.verifies_until is None or at + self._tokens_live <= key.verifies_until
        return key.seed is not None and key.signs_from <= at and lasts
