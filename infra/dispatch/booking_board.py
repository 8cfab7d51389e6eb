"""How are booked hours, and shifts at work, read from the read models?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from application.dispatch.board import FreeShift
from application.dispatch.bookings import Booking
from domain.catalogue import Capability, Fuel, Service, VehicleClass, required_capabilities

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import psycopg

BOOKINGS: Final = """
SELECT r.tenant, r.request_id, r.cell, r.service, r.vehicle_class, r.fuel, r.scheduled_for, t.due_at
  FROM request_board r
  JOIN timers t ON t.tenant = r.tenant AND t.subject_id = r.request_id AND t.kind = 'release_due'
 WHERE r.state = 'scheduled' AND r.scheduled_for <= %s ORDER BY r.scheduled_for LIMIT %s"""
AT_WORK: Final = """
SELECT tenant, shift_id, version, provider_id, capabilities, vehicle_classes, cell, updated_at, ends_by
  FROM matching_table WHERE state NOT IN ('on_break', 'stale') LIMIT %s"""

_SERVICES: Final = frozenset(Service)
_CAPABILITIES: Final = frozenset(Capability)
_SIZES: Final = frozenset(VehicleClass)


class PostgresBookingBoard:
    """Bookings over one connection; implements ``application.dispatch.bookings.BookingBoard``."""

    def __init__(self, connection: psycopg.AsyncConnection[tuple[Any, ...]]) -> None:
        self._connection = connection

    async def bookings(self, until: datetime, limit: int) -> Sequence[Booking]:
        """Requests whose hour comes before that instant and whose search has not begun, the next first."""
        cursor = await self._connection.execute(BOOKINGS, (until, limit), prepare=True)
        return [_booking(row) for row in await cursor.fetchall() if row[3] in _SERVICES]

    async def at_work(self, limit: int) -> Sequence[FreeShift]:
        """Every shift that works, free or not, where it was last known to be."""
        cursor = await self._connection.execute(AT_WORK, (limit,), prepare=True)
        return [_shift(row) for row in await cursor.fetchall()]


def _booking(row: tuple[Any, ...]) -> Booking:
    tenant, request_id, cell, service, size, fuel, hour, release_at = row
    needs = required_capabilities(Service(service), VehicleClass(size), Fuel(fuel))
    return Booking(tenant, request_id, cell, needs, VehicleClass(size), hour, release_at)


def _shift(row: tuple[Any, ...]) -> FreeShift:
    tenant, shift_id, version, provider_id, able, takes, cell, since, ends_by = row
    can = frozenset(Capability(each) for each in able if each in _CAPABILITIES)
    sizes = frozenset(VehicleClass(each) for each in takes if each in _SIZES)
    return FreeShift(tenant, shift_id, version, provider_id, can, sizes, cell, since, ends_by)
