"""Which customers pay by the same? Kept as keyed hashes: what it is cannot be read from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from infra.event_store.log import borrowed

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from application.gateway import Instrument
    from infra.identity.proof_keys import ProofKeys
    from infra.queries.pool import Pool

NOTE: Final = """
INSERT INTO payer_instruments (tenant, customer_id, kind, blind_index, first_seen_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING"""
FORGET: Final = "DELETE FROM payer_instruments WHERE tenant = %s AND customer_id = %s"


class PayersByHash:
    """Implements ``application.payers.Payers`` over a pool of connections; every method may raise LogUnavailable."""

    def __init__(self, pool: Pool, keys: ProofKeys) -> None:
        self._pool = pool
        self._keys = keys

    async def note(self, tenant: str, customer_id: UUID, instruments: Collection[Instrument], at: datetime) -> None:
        """See the port."""
        for each in instruments:
            index = self._keys.instrument_index(tenant, each.kind, each.name)
            async with borrowed(self._pool) as connection:
                await connection.execute(NOTE, (tenant, customer_id, each.kind, index, at))

    async def forget(self, tenant: str, customer_id: UUID) -> None:
        """Nobody can tell any more by what they paid."""
        async with borrowed(self._pool) as connection:
            await connection.execute(FORGET, (tenant, customer_id))
