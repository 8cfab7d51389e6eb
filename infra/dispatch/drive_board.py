"""How are drives read from the read models?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from application.dispatch.board import Cause
from application.dispatch.drive_board import Drive
from domain.catalogue import Fuel, Service, VehicleClass, required_capabilities
from domain.drive_watch import Doubt, Nudged

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

# The matching table still has the cell where the shift was when it took the job: it moves by positions, not by events.
DRIVES: Final = """
SELECT d.tenant, d.request_id, d.attempt, d.offer_id, d.provider_id, d.shift_id, r.cell, m.cell, r.service,
       r.vehicle_class, r.fuel, r.declined_by, d.assigned_at, d.en_route_at, d.doubt, d.nudged_at, d.away_m,
       d.called_at, d.eta_told_at, d.arrives_by, r.nudges, r.swaps, r.sos, e.correlation_id, e.command_id
  FROM drives d
  JOIN request_board r ON r.tenant = d.tenant AND r.request_id = d.request_id
  LEFT JOIN matching_table m ON m.tenant = d.tenant AND m.shift_id = d.shift_id
  LEFT JOIN events e ON e.position = d.position
 WHERE r.state IN ('assigned', 'en_route') ORDER BY r.sos DESC, d.assigned_at LIMIT %s"""

_SERVICES: Final = frozenset(Service)
_DOUBTS: Final = frozenset(Doubt)


class PostgresDriveBoard:
    """Drives over one connection; implements ``application.dispatch.drive_board.DriveBoard``.

    Raises psycopg.OperationalError or InterfaceError when the connection is lost.
    """

    def __init__(self, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        self._connection = connection

    async def drives(self, limit: int) -> Sequence[Drive]:
        """Every drive that has not arrived; one whose service this release does not know is left out."""
        cursor = await self._connection.execute(DRIVES, (limit,), prepare=True)
        return [_drive(row) for row in await cursor.fetchall() if row[8] in _SERVICES]


def _drive(row: tuple[Any, ...]) -> Drive:
    (
        tenant, request_id, attempt, offer_id, provider_id, shift_id, cell, started_cell, service, vehicle_class, fuel,
        declined_by, assigned_at, en_route_at, doubt, nudged_at, away_m, called_at, eta_told_at, arrives_by, nudges,
        swaps, sos, correlation_id, command_id,
    ) = row  # fmt: skip
    nudged = Nudged(Doubt(doubt), nudged_at, away_m, called_at is not None) if doubt in _DOUBTS else None
    return Drive(
        tenant=tenant,
        request_id=request_id,
        attempt=attempt,
        offer_id=offer_id,
        provider_id=provider_id,
        shift_id=shift_id,
        cell=cell,
        started_cell=started_cell or cell,
        needs=required_capabilities(Service(service), VehicleClass(vehicle_class), Fuel(fuel)),
        vehicle_class=VehicleClass(vehicle_class),
        declined_by=frozenset(map(UUID, declined_by)),
        assigned_at=assigned_at,
        en_route_at=en_route_at,
        nudged=nudged,
        eta_told_at=eta_told_at,
        arrives_by=arrives_by,
        nudges=nudges,
        swaps=swaps,
        sos=sos,
        cause=Cause(correlation_id, command_id),
    )
