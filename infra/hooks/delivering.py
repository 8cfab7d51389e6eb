"""How does a message reach its place: at least once, tried for three days ever more seldom, by one worker at a time?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol, cast

from application.security_log import NothingNoted, SecurityKind
from domain.ids import Prefix, show
from infra.event_store.log import borrowed
from infra.hooks import watch
from infra.hooks.endpoints import secrets_now
from infra.hooks.reaching import ANSWERS_WITHIN_S
from infra.hooks.signing import headers
from infra.hooks.telling import CONTENT_TYPE, message_id
from infra.telemetry.logging import log

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from application.security_log import SecurityLog
    from infra.hooks.reaching import Reached
    from infra.identity.deployment_key import DeploymentKey
    from infra.queries.pool import Pool

    DueTuple = tuple[str, UUID, int, bytes, int, str, bytes, bytes | None, datetime | None]

# 20 at once: as many slow partners may keep a worker waiting, and the others come next.
AT_ONCE: Final = 20
# Longer than the longest call: whoever is killed with one in hand leaves it to another after that.
HELD: Final = timedelta(seconds=3 * ANSWERS_WITHIN_S)
# The pauses between tries, three days and three hours together; each is made up to a fifth longer by chance.
PAUSES: Final = tuple(
    timedelta(seconds=pause_s) for pause_s in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
JITTER: Final = 0.2
# Who answers this wants to hear nothing any more.
GONE: Final = 410
# Five days without one success: nobody looks after that place.
FAILS_FOR: Final = timedelta(days=5)

TAKE: Final = """
UPDATE hook_messages AS m SET tries = m.tries + 1, due_at = %(held)s
  FROM hook_endpoints AS e
 WHERE (m.tenant, m.endpoint_id, m.position) IN (
        SELECT w.tenant, w.endpoint_id, w.position FROM hook_messages AS w
          JOIN hook_endpoints AS o ON o.tenant = w.tenant AND o.endpoint_id = w.endpoint_id
         WHERE w.state = 'waiting' AND w.due_at <= %(at)s AND o.state = 'on'
         ORDER BY w.due_at, w.position LIMIT %(most)s FOR UPDATE OF w SKIP LOCKED)
   AND e.tenant = m.tenant AND e.endpoint_id = m.endpoint_id
RETURNING m.tenant, m.endpoint_id, m.position, m.body, m.tries, e.url, e.sealed, e.sealed_old, e.old_until
"""
DONE: Final = """
UPDATE hook_messages SET state = %(state)s, due_at = %(due)s, last_code = %(code)s
 WHERE tenant = %(tenant)s AND endpoint_id = %(endpoint)s AND position = %(position)s AND state = 'waiting'
"""
WELL: Final = """
UPDATE hook_endpoints SET failing_since = NULL
 WHERE tenant = %(tenant)s AND endpoint_id = %(endpoint)s AND failing_since IS NOT NULL
"""
ILL: Final = """
UPDATE hook_endpoints SET failing_since = %(at)s
 WHERE tenant = %(tenant)s AND endpoint_id = %(endpoint)s AND failing_since IS NULL
"""
FAILED: Final = """
UPDATE hook_endpoints SET state = 'failed'
 WHERE tenant = %(tenant)s AND endpoint_id = %(endpoint)s AND state = 'on' AND (%(gone)s OR failing_since <= %(long)s)
"""
PURGE: Final = "DELETE FROM hook_messages WHERE state <> 'waiting' AND made_at < %s"

_log = log("hooks")


class Hands(Protocol):
    """Who hands one message over."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reached:
        """Send a body once; whatever goes wrong is told, not raised."""
        ...


@dataclass(frozen=True, slots=True)
class Due:
    """One message in hand; ``tries`` counts this one."""

    tenant: str
    endpoint_id: UUID
    position: int
    body: bytes
    tries: int
    url: str
    secrets: tuple[str, ...]


def next_try(tries: int, at: datetime, chance: float) -> datetime | None:
    """When to try again after so many tries, by a chance from 0 to 1; None when it was tried long enough."""
    if tries > len(PAUSES):
        return None
    return at + PAUSES[tries - 1] * (1 + JITTER * chance)


class Delivering:
    """Takes what is due and hands it over. Raises LogUnavailable."""

    def __init__(
        self,
        pool: Pool,
        key: DeploymentKey,
        reaching: Hands,
        chance: Callable[[], float],
        security: SecurityLog | None = None,
    ) -> None:
        self._pool = pool
        self._key = key
        self._reaching = reaching
        self._chance = chance
        self._security = security or NothingNoted()

    async def go_on(self, at: datetime) -> int:
        """Hand over what is due, up to a number; how many there were."""
        due = await self._take(at)
        await asyncio.gather(*(self._deliver(one, at) for one in due))
        return len(due)

    async def purge(self, older_than: datetime) -> int:
        """Forget what is over and old, dead ones as well; how many."""
        async with borrowed(self._pool) as connection:
            return (await connection.execute(PURGE, (older_than,))).rowcount

    async def _take(self, at: datetime) -> list[Due]:
        async with borrowed(self._pool) as connection:
            cursor = await connection.execute(TAKE, {"held": at + HELD, "at": at, "most": AT_ONCE})
            rows = cast("list[DueTuple]", await cursor.fetchall())
        return [self._opened(row, at) for row in sorted(rows, key=lambda row: row[2])]

    def _opened(self, row: DueTuple, at: datetime) -> Due:
        tenant, endpoint_id, position, body, tries, url, sealed, sealed_old, old_until = row
        secrets = secrets_now(self._key, tenant, endpoint_id, bytes(sealed), sealed_old, old_until, at)
        return Due(tenant, endpoint_id, position, bytes(body), tries, url, secrets)

    async def _deliver(self, due: Due, at: datetime) -> None:
        reached = await self._sent(due, at)
        code = "no_secret" if reached is None else reached.code
        is_taken = reached is not None and reached.is_taken
        again_at = None if is_taken else next_try(due.tries, at, self._chance())
        state = "taken" if is_taken else "waiting" if again_at is not None else "dead"
        told = {"tenant": due.tenant, "endpoint": due.endpoint_id, "at": at, "position": due.position}
        told |= {"state": state, "due": again_at or at, "code": code}
        told |= {"gone": reached is not None and reached.status == GONE, "long": at - FAILS_FOR}
        async with borrowed(self._pool) as connection:
            await connection.execute(DONE, told)
            watch.deliveries.labels("again" if state == "waiting" else state).inc()
            if is_taken:
                await connection.execute(WELL, told)
                return
            await connection.execute(ILL, told)
            failed = (await connection.execute(FAILED, told)).rowcount
        _log.info("hook_not_taken", endpoint_id=str(due.endpoint_id), code=code, tries=due.tries, state=state)
        if failed:
            self._tell_of_failure(due, code, at)

    def _tell_of_failure(self, due: Due, code: str, at: datetime) -> None:
        """Nobody is asked again until somebody turns it on: `vehicaid hooks on`, or `.../on` over HTTP."""
        _log.warning("hook_turned_off", endpoint_id=str(due.endpoint_id), tenant=due.tenant, code=code)
        self._security.note(
            SecurityKind.HOOK_FAILED,
            tenant=due.tenant,
            at=at,
            actor="system:worker",
            object_id=show(Prefix.HOOK, due.endpoint_id),
            detail=code.lower(),
        )

    async def _sent(self, due: Due, at: datetime) -> Reached | None:
        """None where this deployment's key opens no secret of the place: unsigned nothing leaves."""
        if not due.secrets:
            return None
        signed = headers(due.secrets, message_id(due.position, due.endpoint_id), int(at.timestamp()), due.body)
        return await self._reaching.post(due.url, {**signed, "content-type": CONTENT_TYPE}, due.body)
