"""What stands in for the rows that the watch over drives reads? The same folds over a log in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.dispatch.board import Cause
from application.dispatch.drive_board import Drive
from domain.catalogue import Fuel, Service, VehicleClass, required_capabilities
from domain.drive_watch import Doubt, Nudged
from projections.drives import DriveRow, drives
from projections.matching_table import matching_table
from projections.request_board import RequestRow, request_board

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.dispatcher.board import MemoryBoard


class MemoryDrives:
    """Implements ``application.dispatch.drive_board.DriveBoard`` over the board of a city in memory."""

    def __init__(self, board: MemoryBoard) -> None:
        self._board = board

    async def drives(self, limit: int) -> Sequence[Drive]:
        requests = {row.request_id: row for row in self._board.rows(request_board)}
        shifts = {row.shift_id: row.cell for row in self._board.rows(matching_table)}
        found = [
            _drive(row, requests[row.request_id], shifts.get(row.shift_id))
            for row in self._board.rows(drives)
            if requests[row.request_id].state in {"assigned", "en_route"}
        ]
        return sorted(found, key=lambda each: (not each.sos, each.assigned_at))[:limit]


def _drive(row: DriveRow, request: RequestRow, cell: str | None) -> Drive:
    nudged = None
    if row.doubt is not None and row.nudged_at is not None and row.away_m is not None:
        nudged = Nudged(Doubt(row.doubt), row.nudged_at, row.away_m, row.called_at is not None)
    service, size = Service(request.service), VehicleClass(request.vehicle_class)
    return Drive(
        tenant=row.tenant,
        request_id=row.request_id,
        attempt=row.attempt,
        offer_id=row.offer_id,
        provider_id=row.provider_id,
        shift_id=row.shift_id,
        cell=request.cell,
        started_cell=cell or request.cell,
        needs=required_capabilities(service, size, Fuel(request.fuel)),
        vehicle_class=size,
        declined_by=frozenset(request.declined_by),
        assigned_at=row.assigned_at,
        en_route_at=row.en_route_at,
        nudged=nudged,
        eta_told_at=row.eta_told_at,
        arrives_by=row.arrives_by,
        nudges=request.nudges,
        swaps=request.swaps,
        sos=request.sos,
        cause=Cause(),
    )
