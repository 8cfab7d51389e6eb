"""Where are API keys kept, and who makes, follows and ends them?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from application.log import KeyReused
from domain.refusal import BadInput, NotFound, OutOfTurn, Refusal
from infra.event_store.log import borrowed
from infra.identity.api_key import ApiKey, key_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    import psycopg

    from infra.queries.pool import Pool

    Connection = psycopg.AsyncConnection[tuple[object, ...]]

# A key of a partner's for each of its systems, with room: more is somebody's loop.
MOST_OF_A_PARTNER: Final = 20
LONGEST_LIFE: Final = timedelta(days=365)

COLUMNS: Final = (
    "key_id, tenant, partner_id, name, scopes, digest, digest_old, old_until, made_at, made_by, expires_at, used_at,"
    " revoked_at"
)
ONE: Final = f"SELECT {COLUMNS} FROM api_keys WHERE key_id = %s"  # noqa: S608  constant
ONE_OF: Final = f"SELECT {COLUMNS} FROM api_keys WHERE tenant = %s AND partner_id = %s AND key_id = %s FOR UPDATE"  # noqa: S608  constant
LIST: Final = f"SELECT {COLUMNS} FROM api_keys WHERE tenant = %s AND partner_id = %s ORDER BY made_at, key_id"  # noqa: S608  constant
# Two that are made at the same time count one after the other.
IN_TURN: Final = "SELECT pg_advisory_xact_lock(hashtextextended('api keys of ' || %s, 0))"
COUNT: Final = (
    "SELECT count(*) FROM api_keys WHERE tenant = %s AND partner_id = %s AND revoked_at IS NULL AND expires_at > %s"
)
ADD: Final = (
    "INSERT INTO api_keys (key_id, tenant, partner_id, name, scopes, digest, made_at, made_by, expires_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
FOLLOW: Final = (
    "UPDATE api_keys SET digests_past = digests_past || digest, digest_old = digest, old_until = %s, digest = %s"
    " WHERE key_id = %s"
)
WAS_BEFORE: Final = "SELECT 1 FROM api_keys WHERE key_id = %s AND %s = ANY (digests_past)"
REVOKE: Final = "UPDATE api_keys SET revoked_at = %s WHERE key_id = %s AND revoked_at IS NULL"
USED: Final = "UPDATE api_keys SET used_at = %s WHERE key_id = %s AND (used_at IS NULL OR used_at < %s)"


class TooManyApiKeys(Refusal):
    """A partner has no more keys that are good at once."""

    code = "too_many_api_keys"


class BadKeyLife(BadInput):
    """A key ends after now, and within a year."""

    code = "bad_key_life"


@dataclass(frozen=True, slots=True)
class KeptKey:
    """What is known of a key: whom it speaks for, what it may do, until when. The key itself is not."""

    key_id: UUID
    tenant: str
    partner_id: UUID
    name: str
    scopes: tuple[str, ...]
    digest: bytes
    digest_old: bytes | None
    old_until: datetime | None
    made_at: datetime
    made_by: str
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    def is_good(self, at: datetime) -> bool:
        """Whether it opens anything at that instant."""
        return self.revoked_at is None and at < self.expires_at

    def state(self, at: datetime) -> str:
        """``active``, ``expired`` or ``revoked``."""
        if self.revoked_at is not None:
            return "revoked"
        return "active" if at < self.expires_at else "expired"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key that somebody orders for a partner."""

    tenant: str
    partner_id: UUID
    name: str
    scopes: tuple[str, ...]
    expires_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class Given:
    """A key, shown once: no text where the same order was carried out before, and another secret followed since."""

    kept: KeptKey
    text: str | None
    is_repeated: bool


class ApiKeyTable:
    """The table, over a pool of the application's connections. Raises LogUnavailable."""

    def __init__(self, pool: Pool, root: bytes) -> None:
        """``root`` is the secret of the deployment from which keys follow."""
        self._pool = pool
        self._root = root

    async def issue(self, wanted: Wanted, key_id: UUID, at: datetime, order: UUID) -> Given:
        """Make a key. Raises BadKeyLife, TooManyApiKeys, or KeyReused where the same order wanted another."""
        key = key_for(self._root, key_id, order)
        async with borrowed(self._pool) as connection, connection.transaction():
            await connection.execute(IN_TURN, (str(wanted.partner_id),))
            there = await _row(connection, ONE, (key_id,))
            if there is not None:
                if _wanted(there) != wanted:
                    raise KeyReused
                return _again(there, key)
            if not at < wanted.expires_at <= at + LONGEST_LIFE:
                raise BadKeyLife(f"a key ends after now, and within {LONGEST_LIFE.days} days")
            whose = (wanted.tenant, wanted.partner_id)
            row = await (await connection.execute(COUNT, (*whose, at))).fetchone()
            if row is not None and cast("int", row[0]) >= MOST_OF_A_PARTNER:
                raise TooManyApiKeys
            told = (wanted.name, list(wanted.scopes), key.digest, at, wanted.made_by, wanted.expires_at)
            await connection.execute(ADD, (key_id, *whose, *told))
            return Given(await _known(connection, ONE, (key_id,)), key.text, is_repeated=False)

    async def listed(self, tenant: str, partner_id: UUID) -> Sequence[KeptKey]:
        """All that a partner ever had, the oldest first."""
        async with borrowed(self._pool) as connection:
            rows = await (await connection.execute(LIST, (tenant, partner_id))).fetchall()
        return [_kept(row) for row in rows]

    async def rotate(
        self, tenant: str, partner_id: UUID, key_id: UUID, at: datetime, overlap: timedelta, order: UUID
    ) -> Given:
        """Give it another secret; the one before is good as well for a while. Raises NotFound or OutOfTurn."""
        key = key_for(self._root, key_id, order)
        async with borrowed(self._pool) as connection, connection.transaction():
            there = await _known(connection, ONE_OF, (tenant, partner_id, key_id))
            was_before = await (await connection.execute(WAS_BEFORE, (key_id, key.digest))).fetchone()
            if key.digest == there.digest or was_before is not None:
                return _again(there, key)
            if not there.is_good(at):
                raise OutOfTurn("this key is over: make another", state=there.state(at), act="rotate")
            await connection.execute(FOLLOW, (at + overlap, key.digest, key_id))
            return Given(await _known(connection, ONE, (key_id,)), key.text, is_repeated=False)

    async def revoke(self, tenant: str, partner_id: UUID, key_id: UUID, at: datetime) -> KeptKey:
        """End it; one that was ended stays so. Raises NotFound."""
        async with borrowed(self._pool) as connection, connection.transaction():
            await _known(connection, ONE_OF, (tenant, partner_id, key_id))
            await connection.execute(REVOKE, (at, key_id))
            return await _known(connection, ONE, (key_id,))

    async def one(self, key_id: UUID) -> KeptKey | None:
        """That key, whosever it is."""
        async with borrowed(self._pool) as connection:
            return await _row(connection, ONE, (key_id,))

    async def note_use(self, key_id: UUID, at: datetime) -> None:
        """It was used then."""
        async with borrowed(self._pool) as connection:
            await connection.execute(USED, (at, key_id, at))


def _again(there: KeptKey, key: ApiKey) -> Given:
    return Given(there, key.text if key.digest == there.digest else None, is_repeated=True)


def _wanted(there: KeptKey) -> Wanted:
    return Wanted(there.tenant, there.partner_id, there.name, there.scopes, there.expires_at, there.made_by)


async def _row(connection: Connection, statement: str, told: tuple[object, ...]) -> KeptKey | None:
    row = await (await connection.execute(statement.encode(), told)).fetchone()
    return None if row is None else _kept(row)


async def _known(connection: Connection, statement: str, told: tuple[object, ...]) -> KeptKey:
    found = await _row(connection, statement, told)
    if found is None:
        raise NotFound
    return found


def _kept(row: tuple[object, ...]) -> KeptKey:
    key_id, tenant, partner_id, name, scopes, *rest = row
    return KeptKey(key_id, tenant, partner_id, name, tuple(cast("list[str]", scopes)), *rest)  # type: ignore[arg-type]  # COLUMNS
