"""How does a row of a read model read to dispatch?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.dispatch.board import Cause, FreeShift, Search
from domain.catalogue import Capability, Fuel, Service, VehicleClass, required_capabilities

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from infra.in_memory.log import InMemoryEventLog
    from projections.matching_table import ShiftRow
    from projections.request_board import RequestRow


def search_of(row: RequestRow, passed_over: Mapping[UUID, int], log: InMemoryEventLog) -> Search:
    """A searching request."""
    return Search(
        tenant=row.tenant,
        request_id=row.request_id,
        version=row.version,
        position=row.position,
        attempt=row.attempt,
        cell=row.cell,
        needs=required_capabilities(Service(row.service), VehicleClass(row.vehicle_class), Fuel(row.fuel)),
        vehicle_class=VehicleClass(row.vehicle_class),
        declined_by=frozenset(row.declined_by),
        passed_over=dict(passed_over),
        requested_at=row.created_at,
        updated_at=row.updated_at,
        radius_m=row.radius_m,
        sos=row.sos,
        dangers=len(row.hazards),
        cause=cause_of(row.position, log),
        service=Service(row.service),
        drop_cell=row.drop_cell,
    )


def free_shift_of(row: ShiftRow) -> FreeShift:
    """A shift, as if it were free."""
    return FreeShift(
        tenant=row.tenant,
        shift_id=row.shift_id,
        version=row.version,
        provider_id=row.provider_id,
        capabilities=frozenset(map(Capability, row.capabilities)),
        vehicle_classes=frozenset(map(VehicleClass, row.vehicle_classes)),
        cell=row.cell,
        free_since=row.updated_at,
        ends_by=row.ends_by,
    )


def cause_of(position: int, log: InMemoryEventLog) -> Cause:
    """Which command wrote the event at a position."""
    event = log.events[position - 1]
    return Cause(event.correlation_id, event.command_id)
