"""Where do webhooks go, and with which secrets are they signed?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from domain.refusal import BadInput, NotFound, Refusal
from infra.event_store.log import borrowed
from infra.hooks.addresses import checked_url
from infra.hooks.signing import new_secret
from infra.hooks.telling import EVERY_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from infra.identity.deployment_key import DeploymentKey
    from infra.queries.pool import Pool

    EndpointTuple = tuple[UUID, UUID | None, str, list[str], str, datetime, datetime | None, datetime | None]

# A tenant's systems and its partners': more is somebody's mistake, and every fact is told to each of them.
MOST_ENDPOINTS: Final = 100
# At most so many are sent again by one order; the next order takes the rest.
MOST_REPLAYED: Final = 10_000

ADD: Final = (
    "INSERT INTO hook_endpoints (tenant, endpoint_id, partner_id, url, names, sealed, added_at, told_after)"
    " SELECT %s, %s, %s, %s, %s, %s, %s, coalesce(max(position), 0) FROM events"
)
COUNT: Final = "SELECT count(*) FROM hook_endpoints WHERE tenant = %s"
LIST: Final = (
    "SELECT endpoint_id, partner_id, url, names, state, added_at, old_until, failing_since FROM hook_endpoints"
    " WHERE tenant = %s ORDER BY added_at, endpoint_id"
)
ROTATE: Final = (
    "UPDATE hook_endpoints SET sealed_old = sealed, old_until = %s, sealed = %s WHERE tenant = %s AND endpoint_id = %s"
)
TURN: Final = "UPDATE hook_endpoints SET state = %s, failing_since = NULL WHERE tenant = %s AND endpoint_id = %s"
REMOVE: Final = "DELETE FROM hook_endpoints WHERE tenant = %s AND endpoint_id = %s"
REPLAY: Final = """
UPDATE hook_messages SET state = 'waiting', tries = 0, due_at = %(at)s WHERE (tenant, endpoint_id, position) IN (
    SELECT tenant, endpoint_id, position FROM hook_messages
     WHERE tenant = %(tenant)s AND endpoint_id = %(endpoint)s AND position BETWEEN %(first)s AND %(last)s
       AND state <> 'waiting' AND (state = 'dead' OR NOT %(dead_only)s) ORDER BY position LIMIT %(most)s)
"""
STANDING: Final = "SELECT endpoint_id, state, count(*) FROM hook_messages WHERE tenant = %s GROUP BY endpoint_id, state"


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


class Endpoints:
    """The table, over a pool of the application's connections. Raises LogUnavailable."""

    def __init__(self, pool: Pool, key: DeploymentKey, *, is_local: bool) -> None:
        self._pool = pool
        self._key = key
        self._is_local = is_local

    async def add(
        self, tenant: str, endpoint_id: UUID, partner_id: UUID | None, url: str, names: Sequence[str], at: datetime
    ) -> str:
        """Tell a place of whatever happens from now on; gives its secret, which is shown this once.

        Raises BadHookUrl, UnknownHookName or TooManyHooks.
        """
        checked_url(url, is_local=self._is_local)
        unknown = sorted(set(names) - EVERY_NAME)
        if unknown:
            raise UnknownHookName(f"nothing is called {', '.join(unknown)}")
        secret = new_secret()
        sealed = self._key.wrap(about(tenant, endpoint_id), secret.encode())
        async with borrowed(self._pool) as connection:
            row = await (await connection.execute(COUNT, (tenant,))).fetchone()
            if row is not None and cast("int", row[0]) >= MOST_ENDPOINTS:
                raise TooManyHooks
            told = (tenant, endpoint_id, partner_id, url, sorted(set(names)), sealed, at)
            await connection.execute(ADD, told)
        return secret

    async def listed(self, tenant: str) -> list[Endpoint]:
        """All of a tenant, the oldest first."""
        async with borrowed(self._pool) as connection:
            rows = cast("list[EndpointTuple]", await (await connection.execute(LIST, (tenant,))).fetchall())
        return [Endpoint(*one[:3], tuple(one[3]), one[4], one[5], one[6], one[7]) for one in rows]

    async def standing(self, tenant: str) -> dict[UUID, dict[str, int]]:
        """How many messages of each place wait, were taken, or are dead."""
        async with borrowed(self._pool) as connection:
            rows = await (await connection.execute(STANDING, (tenant,))).fetchall()
        told: dict[UUID, dict[str, int]] = {}
        for endpoint_id, state, count in cast("list[tuple[UUID, str, int]]", rows):
            told.setdefault(endpoint_id, {})[state] = count
        return told

    async def rotate(self, tenant: str, endpoint_id: UUID, at: datetime, overlap: timedelta) -> str:
        """Sign with another secret, and with the one before as well for a while; gives it. Raises NotFound."""
        secret = new_secret()
        sealed = self._key.wrap(about(tenant, endpoint_id), secret.encode())
        await self._changed(ROTATE, (at + overlap, sealed, tenant, endpoint_id))
        return secret

    async def turn(self, tenant: str, endpoint_id: UUID, *, on: bool) -> None:
        """Stop or go on; what waits meanwhile goes on waiting. Raises NotFound."""
        await self._changed(TURN, ("on" if on else "off", tenant, endpoint_id))

    async def remove(self, tenant: str, endpoint_id: UUID) -> None:
        """Forget it, with whatever waits for it. Raises NotFound."""
        await self._changed(REMOVE, (tenant, endpoint_id))

    async def replay(
        self, tenant: str, endpoint_id: UUID, positions: tuple[int, int], at: datetime, *, dead_only: bool
    ) -> int:
        """Send what was told of these positions again, under the same ids; how many."""
        told = {"tenant": tenant, "endpoint": endpoint_id, "first": positions[0], "last": positions[1], "at": at}
        async with borrowed(self._pool) as connection:
            cursor = await connection.execute(REPLAY, {**told, "dead_only": dead_only, "most": MOST_REPLAYED})
            return cursor.rowcount

    async def _changed(self, statement: str, told: tuple[object, ...]) -> None:
        async with borrowed(self._pool) as connection:
            if (await connection.execute(statement.encode(), told)).rowcount == 0:
                raise NotFound


def about(tenant: str, endpoint_id: UUID) -> str:
    """What a wrapped secret is bound to: it opens for this place and for no other."""
    return f"hook {tenant} {endpoint_id}"
