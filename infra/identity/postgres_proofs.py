"""How does PostgreSQL keep handles, credentials, challenges and tries?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, cast

from domain.account_terms import HandleKind
from infra.event_store.log import borrowed
from infra.identity.challenge import DAY, HOUR, Asked, Challenge, Purpose, check_may_ask

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from infra.proof_settings import ProofSettings
    from infra.queries.pool import Pool

    Stored = tuple[
        UUID, str, str, bytes, datetime, datetime, str | None, bytes | None, bytes | None, str | None, UUID | None
    ]

Row = tuple[object, ...]

# Two that ask for the same handle at once would both see that nobody has asked: one waits for the other.
ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtextextended('challenge ' || %s, 0))"
ASKED: Final = """
SELECT (SELECT count(*) FROM challenges WHERE tenant = %(tenant)s AND blind_index = %(index)s AND asked_at > %(day)s),
       (SELECT max(asked_at) FROM challenges WHERE tenant = %(tenant)s AND blind_index = %(index)s),
       (SELECT count(*) FROM challenges WHERE asked_from = %(from)s AND asked_at > %(hour)s
           AND blind_index IS NOT NULL),
       (SELECT count(*) FROM challenges WHERE asked_at > %(hour)s AND tenant = %(tenant)s AND blind_index IS NOT NULL)
"""
ADD: Final = (
    "INSERT INTO challenges (challenge_id, tenant, purpose, kind, blind_index, sealed, password_hash, account_id,"
    " asked_from, asked_at, expires_at, send_after) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
COLUMNS: Final = (
    "challenge_id, tenant, purpose, asked_from, asked_at, expires_at, kind, blind_index, sealed,"
    " password_hash, account_id"
)
# The row is the lock: of all that try at once, no more are let through than there are tries.
TRY: Final = f"""
UPDATE challenges SET tries = tries + 1
 WHERE challenge_id = %s AND purpose = ANY (%s) AND used_at IS NULL AND expires_at > %s AND tries < %s
RETURNING {COLUMNS}
"""  # noqa: S608  constant
USE: Final = (
    "UPDATE challenges SET used_at = %s, sealed = NULL, password_hash = NULL, send_after = NULL"
    " WHERE challenge_id = %s AND used_at IS NULL"
)
WHOSE: Final = "SELECT account_id FROM handles WHERE tenant = %s AND kind = %s AND blind_index = %s"
CLAIM: Final = (
    "INSERT INTO handles (tenant, kind, blind_index, account_id, verified_at) VALUES (%s, %s, %s, %s, %s)"
    " ON CONFLICT DO NOTHING"
)
CREDENTIALS: Final = (
    "SELECT h.account_id, c.password_hash FROM handles h LEFT JOIN credentials c USING (tenant, account_id)"
    " WHERE h.tenant = %s AND h.kind = %s AND h.blind_index = %s"
)
CHANGE_WORD: Final = (
    "INSERT INTO credentials (tenant, account_id, password_hash, changed_at) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (tenant, account_id) DO UPDATE SET password_hash = excluded.password_hash,"
    " changed_at = excluded.changed_at"
)
DROP_CREDENTIALS: Final = "DELETE FROM credentials WHERE tenant = %s AND account_id = %s"
SET_SECOND: Final = (
    "UPDATE credentials SET totp_sealed = %s, totp_last_step = -1, recovery = %s WHERE tenant = %s AND account_id = %s"
)
SECOND: Final = "SELECT totp_sealed, totp_last_step FROM credentials WHERE tenant = %s AND account_id = %s"
# Of all that show the same code at once, one moves the step.
MOVE_STEP: Final = (
    "UPDATE credentials SET totp_last_step = %s WHERE tenant = %s AND account_id = %s AND totp_last_step < %s"
)
SPEND_RECOVERY: Final = (
    "UPDATE credentials SET recovery = array_remove(recovery, %s::bytea)"
    " WHERE tenant = %s AND account_id = %s AND %s::bytea = ANY (recovery)"
)
NOTE_TRY: Final = (
    "WITH mine AS (INSERT INTO password_tries (tenant, against, tried_at, try_id) VALUES"
    " (%(tenant)s, %(handle)s, %(at)s, %(first)s), (%(tenant)s, %(address)s, %(at)s, %(second)s))"
    " SELECT (SELECT count(*) FROM password_tries WHERE against = %(handle)s AND tried_at > %(since)s),"
    " (SELECT count(*) FROM password_tries WHERE against = %(address)s AND tried_at > %(since)s)"
)
FORGIVE: Final = "DELETE FROM password_tries WHERE try_id = ANY (%s)"
FORGET: Final = """
WITH gone AS (DELETE FROM handles WHERE tenant = %(tenant)s AND account_id = %(account)s RETURNING blind_index),
     keys AS (DELETE FROM credentials WHERE tenant = %(tenant)s AND account_id = %(account)s),
     asked AS (DELETE FROM challenges WHERE tenant = %(tenant)s
                AND (account_id = %(account)s OR blind_index IN (SELECT blind_index FROM gone))),
     tries AS (DELETE FROM password_tries WHERE tenant = %(tenant)s AND against IN (SELECT blind_index FROM gone))
SELECT count(*) FROM gone
"""


class Second(NamedTuple):
    """The second factor of an account, as it is kept."""

    sealed: bytes | None
    last_step: int


class PostgresProofs:
    """The tables of a cell. Every method may raise LogUnavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def ask(self, challenge: Challenge, settings: ProofSettings) -> int:
        """Keep a challenge, unless too much was asked for; how many there were of its handle. Raises TooManyAsked."""
        one, index = challenge, challenge.blind_index
        told = {"tenant": one.tenant, "index": index, "from": one.asked_from}
        since = {"day": one.asked_at - DAY, "hour": one.asked_at - HOUR}
        async with borrowed(self._pool) as connection, connection.transaction():
            await connection.execute(ONE_AT_A_TIME, ((index or one.challenge_id.bytes).hex(),))
            found = await (await connection.execute(ASKED, {**told, **since})).fetchone()
            asked = Asked(*cast("tuple[int, datetime | None, int, int]", found))
            check_may_ask(asked, settings, one.asked_at)
            await connection.execute(ADD, _row(one))
        return asked.of_handle

    async def add(self, challenge: Challenge) -> None:
        """Keep one about which no message goes out."""
        await self._changed(ADD, _row(challenge))

    async def take_try(
        self, challenge_id: UUID, purposes: Sequence[Purpose], most: int, at: datetime
    ) -> Challenge | None:
        """The challenge, one of its tries spent; None when it is over, was used, has no try left, or never was."""
        names = [purpose.value for purpose in purposes]
        rows = await self._rows(TRY, (challenge_id, names, at, most))
        return challenge_of(rows[0]) if rows else None

    async def use(self, challenge_id: UUID, at: datetime) -> bool:
        """Be the one who used it; False when another was quicker."""
        return await self._changed(USE, (at, challenge_id)) == 1

    async def whose(self, tenant: str, kind: HandleKind, index: bytes) -> UUID | None:
        """The account with that handle."""
        rows = await self._rows(WHOSE, (tenant, kind.value, index))
        return cast("UUID", rows[0][0]) if rows else None

    async def claim(self, tenant: str, kind: HandleKind, index: bytes, account_id: UUID, at: datetime) -> UUID:
        """Whose the handle is from now on: that account's, unless it is another's already."""
        await self._changed(CLAIM, (tenant, kind.value, index, account_id, at))
        return await self.whose(tenant, kind, index) or account_id

    async def password_of(self, tenant: str, index: bytes) -> tuple[UUID | None, str | None]:
        """The account with that mailbox, and its password as it is kept."""
        rows = await self._rows(CREDENTIALS, (tenant, HandleKind.EMAIL.value, index))
        return cast("tuple[UUID, str | None]", rows[0]) if rows else (None, None)

    async def set_password(self, tenant: str, account_id: UUID, password_hash: str, at: datetime) -> None:
        """Keep another password."""
        await self._changed(CHANGE_WORD, (tenant, account_id, password_hash, at))

    async def set_second(self, tenant: str, account_id: UUID, sealed: bytes | None, recovery: Sequence[bytes]) -> None:
        """Keep another second factor, or none."""
        await self._changed(SET_SECOND, (sealed, list(recovery), tenant, account_id))

    async def drop_credentials(self, tenant: str, account_id: UUID) -> None:
        """Nobody signs in with a password until another is set."""
        await self._changed(DROP_CREDENTIALS, (tenant, account_id))

    async def second_of(self, tenant: str, account_id: UUID) -> Second:
        """The account's second factor."""
        rows = await self._rows(SECOND, (tenant, account_id))
        return Second(*cast("tuple[bytes | None, int]", rows[0])) if rows else Second(None, -1)

    async def move_step(self, tenant: str, account_id: UUID, step: int) -> bool:
        """Be the one who used the code of that step; False when it, or a later one, was used."""
        return await self._changed(MOVE_STEP, (step, tenant, account_id, step)) == 1

    async def spend_recovery(self, tenant: str, account_id: UUID, digest: bytes) -> bool:
        """Be the one who used that recovery code."""
        return await self._changed(SPEND_RECOVERY, (digest, tenant, account_id, digest)) == 1

    async def note_try(
        self, tenant: str, handle: bytes, address: bytes, ids: tuple[UUID, UUID], at: datetime, within: timedelta
    ) -> tuple[int, int]:
        """Count a try before it is known whether it is right; how many there were before, by handle and address."""
        told = {"tenant": tenant, "handle": handle, "address": address, "first": ids[0], "second": ids[1]}
        rows = await self._rows(NOTE_TRY, {**told, "at": at, "since": at - within})
        return cast("tuple[int, int]", rows[0])

    async def forgive(self, ids: tuple[UUID, UUID]) -> None:
        """It was right: nobody counts it."""
        await self._changed(FORGIVE, (list(ids),))

    async def forget(self, tenant: str, account_id: UUID) -> int:
        """A person is erased: nothing finds them any more; by how many handles they were found."""
        rows = await self._rows(FORGET, {"tenant": tenant, "account": account_id})
        return cast("int", rows[0][0])

    async def _rows(self, query: str, values: tuple[object, ...] | dict[str, object]) -> list[Row]:
        async with borrowed(self._pool) as connection:
            return await (await connection.execute(query, values)).fetchall()

    async def _changed(self, query: str, values: tuple[object, ...]) -> int:
        async with borrowed(self._pool) as connection:
            return (await connection.execute(query, values)).rowcount


def _row(one: Challenge) -> Row:
    kind = None if one.kind is None else one.kind.value
    send_after = one.asked_at if one.is_sent else None
    keyed = (one.challenge_id, one.tenant, one.purpose.value, kind, one.blind_index, one.sealed)
    return (*keyed, one.password_hash, one.account_id, one.asked_from, one.asked_at, one.expires_at, send_after)


def challenge_of(row: Row) -> Challenge:
    """The challenge whose COLUMNS these are."""
    (challenge_id, tenant, purpose, asked_from, asked_at, expires_at, kind, index, sealed, password, account) = cast(
        "Stored", row
    )
    return Challenge(
        challenge_id=challenge_id,
        tenant=tenant,
        purpose=Purpose(purpose),
        asked_from=bytes(asked_from),
        asked_at=asked_at,
        expires_at=expires_at,
        kind=None if kind is None else HandleKind(kind),
        blind_index=None if index is None else bytes(index),
        sealed=None if sealed is None else bytes(sealed),
        password_hash=password,
        account_id=account,
    )
