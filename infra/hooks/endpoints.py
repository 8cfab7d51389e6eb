"""Where do webhooks go, and with which secrets are they signed?

An order that is repeated (the same id of a command) changes nothing more: its secret follows from the order, so that
an answer that was lost on the way is given again, and nothing in clear is kept for that.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from application.log import KeyReused
from domain.refusal import BadInput, NotFound, Refusal
from infra.event_store.log import borrowed
from infra.hooks.addresses import checked_url
from infra.hooks.signing import new_secret, secret_of
from infra.hooks.telling import EVERY_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    import psycopg

    from infra.identity.deployment_key import DeploymentKey
    from infra.queries.pool import Pool

    Connection = psycopg.AsyncConnection[tuple[object, ...]]
    EndpointTuple = tuple[UUID, UUID | None, str, list[str], str, datetime, datetime | None, datetime | None]
    SealedTuple = tuple[bytes, list[bytes]]

# A tenant's systems and its partners': more is somebody's mistake, and every fact is told to each of them.
MOST_ENDPOINTS: Final = 100
# Of these, one partner's: none of them takes the room of all others.
MOST_OF_A_PARTNER: Final = 10

# Two that are added at the same time count one after the other.
IN_TURN: Final = "SELECT pg_advisory_xact_lock(hashtextextended('hooks of ' || %s, 0))"
ADD: Final = (
    "INSERT INTO hook_endpoints (tenant, endpoint_id, partner_id, url, names, sealed, added_at, told_after)"
    " SELECT %s, %s, %s, %s, %s, %s, %s, coalesce(max(position), 0) FROM events"
)
COUNT: Final = "SELECT count(*), count(*) FILTER (WHERE partner_id = %s) FROM hook_endpoints WHERE tenant = %s"
LIST: Final = (
    "SELECT endpoint_id, partner_id, url, names, state, added_at, old_until, failing_since FROM hook_endpoints"
    " WHERE tenant = %s ORDER BY added_at, endpoint_id"
)
ONE: Final = (
    "SELECT endpoint_id, partner_id, url, names, state, added_at, old_until, failing_since FROM hook_endpoints"
    " WHERE tenant = %s AND endpoint_id = %s"
)
SEALED: Final = "SELECT sealed, digests_past FROM hook_endpoints WHERE tenant = %s AND endpoint_id = %s FOR UPDATE"
ROTATE: Final = (
    "UPDATE hook_endpoints SET sealed_old = sealed, old_until = %s, sealed = %s,"
    " digests_past = digests_past || %s::bytea WHERE tenant = %s AND endpoint_id = %s"
)
CHANGE: Final = "UPDATE hook_endpoints SET url = %s, names = %s WHERE tenant = %s AND endpoint_id = %s"
TURN: Final = "UPDATE hook_endpoints SET state = %s, failing_since = NULL WHERE tenant = %s AND endpoint_id = %s"
REMOVE: Final = "DELETE FROM hook_endpoints WHERE tenant = %s AND endpoint_id = %s"


class UnknownHookName(BadInput):
    """No fact is told under this name."""

    code = "unknown_hook_name"


class TooManyHooks(Refusal):
    """A tenant has no more places that hear of it."""

    code = "too_many_hooks"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One place that webhooks go to, without its secrets."""

    endpoint_id: UUID
    partner_id: UUID | None
    url: str
    names: tuple[str, ...]
    state: str
    added_at: datetime
    old_until: datetime | None
    failing_since: datetime | None


@dataclass(frozen=True, slots=True)
class Secret:
    """What is shown once: nothing where the same order was carried out before, and another secret followed since."""

    shown: str | None
    is_repeated: bool


class Endpoints:
    """The table, over a pool of the application's connections. Raises LogUnavailable."""

    def __init__(self, pool: Pool, key: DeploymentKey, *, is_local: bool) -> None:
        self._pool = pool
        self._key = key
        self._is_local = is_local

    async def add(
        self,
        tenant: str,
        endpoint_id: UUID,
        partner_id: UUID | None,
        url: str,
        names: Sequence[str],
        at: datetime,
        order: UUID | None = None,
    ) -> Secret:
        """Tell a place of whatever happens from now on; gives its secret, which is shown this once.

        Raises BadHookUrl, UnknownHookName, TooManyHooks, or KeyReused where the same order named another place.
        """
        self._check(url, names)
        wanted = (partner_id, url, tuple(sorted(set(names))))
        async with borrowed(self._pool) as connection, connection.transaction():
            await connection.execute(IN_TURN, (tenant,))
            there = await _one(connection, tenant, endpoint_id)
            if there is not None:
                if (there.partner_id, there.url, there.names) != wanted:
                    raise KeyReused
                sealed, _ = await _sealed(connection, tenant, endpoint_id)
                given = self._secret(tenant, endpoint_id, order)
                return Secret(given if self._opened(tenant, endpoint_id, sealed) == given else None, is_repeated=True)
            await _check_room(connection, tenant, partner_id)
            secret = self._secret(tenant, endpoint_id, order)
            sealed = self._key.wrap(about(tenant, endpoint_id), secret.encode())
            told = (tenant, endpoint_id, partner_id, url, list(wanted[2]), sealed, at)
            await connection.execute(ADD, told)
        return Secret(secret, is_repeated=False)

    async def listed(self, tenant: str) -> list[Endpoint]:
        """All of a tenant, the oldest first."""
        async with borrowed(self._pool) as connection:
            rows = cast("list[EndpointTuple]", await (await connection.execute(LIST, (tenant,))).fetchall())
        return [_endpoint(row) for row in rows]

    async def one(self, tenant: str, endpoint_id: UUID) -> Endpoint | None:
        """That place."""
        async with borrowed(self._pool) as connection:
            return await _one(connection, tenant, endpoint_id)

    async def rotate(
        self, tenant: str, endpoint_id: UUID, at: datetime, overlap: timedelta, order: UUID | None = None
    ) -> Secret:
        """Sign with another secret, and with the one before as well for a while; gives it. Raises NotFound."""
        secret = self._secret(tenant, endpoint_id, order)
        async with borrowed(self._pool) as connection, connection.transaction():
            sealed_now, past = await _sealed(connection, tenant, endpoint_id)
            now = self._opened(tenant, endpoint_id, sealed_now)
            if now == secret:
                return Secret(secret, is_repeated=True)
            if _digest(secret) in past:
                return Secret(None, is_repeated=True)
            sealed = self._key.wrap(about(tenant, endpoint_id), secret.encode())
            # Under another deployment's key nobody can say what it was: then it is in no repeated order either.
            followed = _digest(now or "")
            await connection.execute(ROTATE, (at + overlap, sealed, followed, tenant, endpoint_id))
        return Secret(secret, is_repeated=False)

    async def change(self, tenant: str, endpoint_id: UUID, url: str, names: Sequence[str]) -> None:
        """Send to another address, or tell of other facts, from now on; what waits goes there too.

        Raises BadHookUrl, UnknownHookName or NotFound.
        """
        self._check(url, names)
        await self._changed(CHANGE, (url, sorted(set(names)), tenant, endpoint_id))

    async def turn(self, tenant: str, endpoint_id: UUID, *, on: bool) -> None:
        """Stop or go on; what waits meanwhile goes on waiting. Raises NotFound."""
        await self._changed(TURN, ("on" if on else "off", tenant, endpoint_id))

    async def remove(self, tenant: str, endpoint_id: UUID) -> None:
        """Forget it, with whatever waits for it. Raises NotFound."""
        await self._changed(REMOVE, (tenant, endpoint_id))

    def _check(self, url: str, names: Sequence[str]) -> None:
        checked_url(url, is_local=self._is_local)
        if unknown := sorted(set(names) - EVERY_NAME):
            raise UnknownHookName(f"nothing is called {', '.join(unknown)}")

    def _secret(self, tenant: str, endpoint_id: UUID, order: UUID | None) -> str:
        if order is None:
            return new_secret()
        return secret_of(self._key.for_hook_secrets(), f"{about(tenant, endpoint_id)} {order}")

    def _opened(self, tenant: str, endpoint_id: UUID, sealed: bytes) -> str | None:
        opened = self._key.unwrap(about(tenant, endpoint_id), sealed)
        return None if opened is None else opened.decode()

    async def _changed(self, statement: str, told: tuple[object, ...]) -> None:
        async with borrowed(self._pool) as connection:
            if (await connection.execute(statement.encode(), told)).rowcount == 0:
                raise NotFound


async def _one(connection: Connection, tenant: str, endpoint_id: UUID) -> Endpoint | None:
    row = await (await connection.execute(ONE, (tenant, endpoint_id))).fetchone()
    return None if row is None else _endpoint(cast("EndpointTuple", row))


def _endpoint(row: EndpointTuple) -> Endpoint:
    return Endpoint(*row[:3], tuple(row[3]), row[4], row[5], row[6], row[7])


async def _sealed(connection: Connection, tenant: str, endpoint_id: UUID) -> tuple[bytes, frozenset[bytes]]:
    row = await (await connection.execute(SEALED, (tenant, endpoint_id))).fetchone()
    if row is None:
        raise NotFound
    now, past = cast("SealedTuple", row)
    return bytes(now), frozenset(map(bytes, past))


def _digest(secret: str) -> bytes:
    """A secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


async def _check_room(connection: Connection, tenant: str, partner_id: UUID | None) -> None:
    row = await (await connection.execute(COUNT, (partner_id, tenant))).fetchone()
    of_all, of_theirs = cast("tuple[int, int]", row)
    if of_all >= MOST_ENDPOINTS or of_theirs >= MOST_OF_A_PARTNER:
        raise TooManyHooks


def about(tenant: str, endpoint_id: UUID) -> str:
    """What a wrapped secret is bound to: it opens for this place and for no other."""
    return f"hook {tenant} {endpoint_id}"


def secrets_now(
    key: DeploymentKey,
    tenant: str,
    endpoint_id: UUID,
    sealed: bytes,
    sealed_old: bytes | None,
    old_until: datetime | None,
    at: datetime,
) -> tuple[str, ...]:
    """Every secret that signs at an instant; none where this deployment's key opens none of them."""
    wrapped = [sealed]
    if sealed_old is not None and old_until is not None and at < old_until:
        wrapped.append(sealed_old)
    opened = (key.unwrap(about(tenant, endpoint_id), bytes(one)) for one in wrapped)
    return tuple(one.decode() for one in opened if one is not None)
