"""Does a place hear us? It is called once, now, with a signed event that tells of nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from domain.refusal import NotFound, Refusal
from infra.event_store.log import borrowed
from infra.hooks.endpoints import secrets_now
from infra.hooks.reaching import Reached
from infra.hooks.signing import headers
from infra.hooks.telling import CONTENT_TYPE, ping_event

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from infra.hooks.delivering import Hands
    from infra.identity.deployment_key import DeploymentKey
    from infra.queries.pool import Pool

    PlaceTuple = tuple[str, bytes, bytes | None, datetime | None]

# Each may hold up a request for seconds: people try one place after the other.
AT_ONCE: Final = 4
PLACE: Final = "SELECT url, sealed, sealed_old, old_until FROM hook_endpoints WHERE tenant = %s AND endpoint_id = %s"


class TooManyPings(Refusal):
    """Other places are being tried: try it again in a few seconds."""

    code = "too_many_pings"


@dataclass(frozen=True, slots=True)
class Pinged:
    """What was sent under which id, and what came back within how long."""

    message_id: str
    reached: Reached
    took_ms: int


class Pinging:
    """Tries places, a few at a time; what a place answers changes nothing. Raises LogUnavailable."""

    def __init__(self, pool: Pool, key: DeploymentKey, hands: Hands) -> None:
        self._pool = pool
        self._key = key
        self._hands = hands
        self._free = AT_ONCE

    async def ping(self, tenant: str, endpoint_id: UUID, ping_id: UUID, at: datetime) -> Pinged:
        """Call a place, also one that is off. Raises NotFound or TooManyPings."""
        async with borrowed(self._pool) as connection:
            row = await (await connection.execute(PLACE, (tenant, endpoint_id))).fetchone()
        if row is None:
            raise NotFound
        url, sealed, sealed_old, old_until = cast("PlaceTuple", row)
        signs = secrets_now(self._key, tenant, endpoint_id, bytes(sealed), sealed_old, old_until, at)
        its_id, body = ping_event(tenant, endpoint_id, ping_id, at)
        if not signs:
            return Pinged(its_id, Reached(None, "no_secret"), 0)
        if self._free <= 0:
            raise TooManyPings
        self._free -= 1
        began = time.monotonic()
        try:
            signed = headers(signs, its_id, int(at.timestamp()), body)
            reached = await self._hands.post(url, {**signed, "content-type": CONTENT_TYPE}, body)
        finally:
            self._free += 1
        return Pinged(its_id, reached, int((time.monotonic() - began) * 1000))
