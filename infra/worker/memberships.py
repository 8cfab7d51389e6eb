"""Whose mandate is waited for at the gateway? Read from a read model, which may be behind the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from infra.event_store.log import borrowed

if TYPE_CHECKING:
    from datetime import datetime

    from infra.queries.pool import Pool

# Nobody waits longer than five days for a checkout that nobody finished.
AWAITED: Final = """
SELECT tenant, subscription_id FROM subscriptions
 WHERE mandate_asked_at IS NOT NULL AND gateway_order IS NOT NULL
   AND updated_at <= %(at)s - interval '3 s' AND mandate_asked_at > %(at)s - interval '5 days'
 ORDER BY mandate_asked_at LIMIT %(limit)s"""
# The gateway knows no tenants: its order names ours.
OF_ORDER: Final = "SELECT tenant, subscription_id FROM subscriptions WHERE gateway_order = %s"
# A membership names the newest order only, and an older one may still be paid. A payment carries its order's notes,
# and they the operation under which it was asked for.
OF_MANDATE: Final = """
SELECT tenant, stream_id FROM intents WHERE operation_id = %s AND kind = 'create_subscription'"""
OF_CHARGE: Final = "SELECT tenant, stream_id FROM intents WHERE operation_id = %s AND kind = 'charge'"


class MandatesToAsk:
    """The board, over a pool. Raises LogUnavailable."""

    def __init__(self, pool: Pool) -> None:
        """Nothing is asked yet."""
        self._pool = pool

    async def awaited(self, at: datetime, limit: int) -> list[tuple[str, UUID]]:
        """Memberships whose mandate can be allowed, the oldest first."""
        async with borrowed(self._pool) as connection:
            cursor = await connection.execute(AWAITED, {"at": at, "limit": limit})
            return cast("list[tuple[str, UUID]]", await cursor.fetchall())

    async def of_order(self, gateway_order: str) -> tuple[str, UUID] | None:
        """Tenant and id of the membership whose mandate that order allows."""
        async with borrowed(self._pool) as connection:
            found = await (await connection.execute(OF_ORDER, (gateway_order,))).fetchone()
            return cast("tuple[str, UUID] | None", found)

    async def of_mandate(self, operation_id: UUID) -> tuple[str, UUID] | None:
        """Tenant and id of the membership that asked for a mandate under that operation."""
        async with borrowed(self._pool) as connection:
            found = await (await connection.execute(OF_MANDATE, (operation_id,))).fetchone()
            return cast("tuple[str, UUID] | None", found)

    async def of_charge(self, operation_id: UUID) -> tuple[str, UUID] | None:
        """Tenant and id of the membership that asked for a charge under that operation."""
        async with borrowed(self._pool) as connection:
            found = await (await connection.execute(OF_CHARGE, (operation_id,))).fetchone()
            return cast("tuple[str, UUID] | None", found)
