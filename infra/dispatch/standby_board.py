"""How is what the second stage of a service needs read from the read models?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from application.dispatch.standbys import Patrol, Ready
from domain.catalogue import Fuel, Service, VehicleClass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import psycopg

    from application.dispatch.board import FreeShift
    from infra.dispatch.board import PostgresDispatchBoard

UNDER_WAY: Final = "('assigned', 'en_route', 'on_scene', 'in_service')"
PATROLS: Final = f"""
SELECT r.tenant, r.request_id, r.cell, r.service, r.vehicle_class, r.fuel
  FROM request_board r LEFT JOIN standbys s ON s.tenant = r.tenant AND s.request_id = r.request_id
 WHERE r.state IN {UNDER_WAY} AND r.service NOT IN ('tow', 'flatbed_tow') AND s.request_id IS NULL
 ORDER BY r.created_at LIMIT %s"""  # noqa: S608  (a constant of this file)
READY: Final = f"""
SELECT s.tenant, s.request_id, s.until, coalesce(r.state IN {UNDER_WAY}, false)
  FROM standbys s LEFT JOIN request_board r ON r.tenant = s.tenant AND r.request_id = s.request_id LIMIT %s"""  # noqa: S608
OUTCOMES: Final = """
SELECT tenant, service, vehicle_class, count(*), count(*) FILTER (WHERE fixed)
  FROM spot_fixes WHERE fixed IS NOT NULL GROUP BY 1, 2, 3"""
SOS: Final = "SELECT EXISTS (SELECT 1 FROM request_board WHERE state = 'searching' AND sos)"

_SERVICES: Final = frozenset(Service)


class PostgresStandbyBoard:
    """Over one connection; implements ``application.dispatch.standbys.StandbyBoard``."""

    def __init__(self, connection: psycopg.AsyncConnection[tuple[Any, ...]], board: PostgresDispatchBoard) -> None:
        self._connection = connection
        self._board = board

    async def patrols(self, limit: int) -> Sequence[Patrol]:
        """Jobs under way that asked for no tow, without anybody kept ready."""
        return [
            Patrol(tenant, request_id, cell, Service(service), VehicleClass(size), Fuel(fuel))
            for tenant, request_id, cell, service, size, fuel in await self._rows(PATROLS, (limit,))
            if service in _SERVICES
        ]

    async def ready(self, limit: int) -> Sequence[Ready]:
        """Everybody who is kept ready."""
        return [Ready(*row) for row in await self._rows(READY, (limit,))]

    async def outcomes(self) -> Mapping[tuple[str, str, str], tuple[int, int]]:
        """How many of each kind were tried, and mended on the spot."""
        rows = await self._rows(OUTCOMES, ())
        return {(tenant, service, size): (tried, fixed) for tenant, service, size, tried, fixed in rows}

    async def sos_waits(self) -> bool:
        """Whether anybody in danger is still searched for."""
        return bool((await self._rows(SOS, ()))[0][0])

    async def free_shifts(self, limit: int) -> Sequence[FreeShift]:
        """Shifts that could be offered a job, without those that are kept ready."""
        return await self._board.free_shifts(limit)

    async def _rows(self, query: str, parameters: tuple[object, ...]) -> list[tuple[Any, ...]]:
        cursor = await self._connection.execute(query, parameters, prepare=True)
        return await cursor.fetchall()
