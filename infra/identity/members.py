"""Which person is the member that a partner calls for?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from domain.account_terms import HandleKind
from infra.event_store.log import borrowed

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from infra.identity.proof_keys import ProofKeys
    from infra.queries.pool import Pool

KNOW: Final = """
INSERT INTO partner_members (tenant, partner_id, blind_index, person_id, known_since) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (tenant, partner_id, blind_index) DO NOTHING"""
WHO: Final = "SELECT person_id FROM partner_members WHERE tenant = %s AND partner_id = %s AND blind_index = %s"
FORGET: Final = "DELETE FROM partner_members WHERE tenant = %s AND person_id = %s"


class Members:
    """Members of partners, over a pool of the application's connections. Every method may raise LogUnavailable."""

    def __init__(self, pool: Pool, keys: ProofKeys) -> None:
        self._pool = pool
        self._keys = keys

    async def person_of(self, tenant: str, partner_id: UUID, phone: str, fresh: UUID, at: datetime) -> UUID:
        """Who answers that number for this partner: whoever did before, else from now on the ``fresh`` one."""
        index = self._keys.blind_index(tenant, HandleKind.PHONE, f"{partner_id.hex}\n{phone}")
        async with borrowed(self._pool) as connection:
            while True:
                row = await (await connection.execute(WHO, (tenant, partner_id, index))).fetchone()
                if row is not None:
                    return cast("UUID", row[0])
                await connection.execute(KNOW, (tenant, partner_id, index, fresh, at))

    async def forget(self, tenant: str, person_id: UUID) -> None:
        """Whoever calls from that number next is somebody new."""
        async with borrowed(self._pool) as connection:
            await connection.execute(FORGET, (tenant, person_id))
