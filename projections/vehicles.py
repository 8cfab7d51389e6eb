"""Which vehicles do customers have, and when is somebody to be told that a paper ends? One row per vehicle."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from projections.fact import Fact
from projections.read_model import Index, ReadModel, Row

REMIND_DAYS: Final = (30, 7, 1)
"""As the rule has them (``domain/vehicle.py``); a row that is asked about too early or twice is no news there."""


class VehicleRow(Row, frozen=True, gc=False):
    """One vehicle; its plate is in no row. ``..._next`` is when the next reminder of a paper is due, if any is."""

    tenant: str
    vehicle_id: UUID
    version: int
    position: int
    customer_id: UUID
    vehicle_class: str
    fuel: str
    make: str
    model: str
    state: str
    record_id: UUID
    insurance_until: datetime | None
    puc_until: datetime | None
    insurance_next: datetime | None
    puc_next: datetime | None
    registered_at: datetime


vehicles = ReadModel(
    "vehicles",
    VehicleRow,
    version=1,
    key=("tenant", "vehicle_id"),
    indexes=(
        Index(("tenant", "customer_id", "registered_at", "vehicle_id")),
        Index(("insurance_next",), where="insurance_next IS NOT NULL"),
        Index(("puc_next",), where="puc_next IS NOT NULL"),
    ),
)


@vehicles.begins("vehicle.registered")
def _registered(fact: Fact) -> VehicleRow:
    return VehicleRow(
        tenant=fact.tenant,
        vehicle_id=fact.stream_id,
        version=fact.version,
        position=fact.position,
        customer_id=fact.uuid("customer_id"),
        vehicle_class=fact.text("vehicle_class"),
        fuel=fact.text("fuel"),
        make=fact.text("make"),
        model=fact.text("model"),
        state="on_the_road",
        record_id=fact.uuid("record_id"),
        insurance_until=None,
        puc_until=None,
        insurance_next=None,
        puc_next=None,
        registered_at=fact.occurred_at,
    )


@vehicles.on("vehicle.paper_noted")
def _noted(row: VehicleRow, fact: Fact) -> VehicleRow:
    return _paper(row, fact, None)


@vehicles.on("vehicle.reminded")
def _reminded(row: VehicleRow, fact: Fact) -> VehicleRow:
    return _paper(row, fact, fact.whole("days"))


@vehicles.on("vehicle.transferred")
def _transferred(row: VehicleRow, fact: Fact) -> VehicleRow:
    owner, record = fact.uuid("customer_id"), fact.uuid("record_id")
    return replace(row, version=fact.version, position=fact.position, customer_id=owner, record_id=record)


@vehicles.on("vehicle.retired")
def _retired(row: VehicleRow, fact: Fact) -> VehicleRow:
    return replace(
        row, version=fact.version, position=fact.position, state="retired", insurance_next=None, puc_next=None
    )


def _paper(row: VehicleRow, fact: Fact, days: int | None) -> VehicleRow:
    until, seen = fact.instant("valid_until"), replace(row, version=fact.version, position=fact.position)
    if fact.text("paper") == "insurance":
        return replace(seen, insurance_until=until, insurance_next=_due(until, days))
    return replace(seen, puc_until=until, puc_next=_due(until, days))


def _due(until: datetime, told_days: int | None) -> datetime | None:
    """When the next reminder of a paper is due."""
    ahead = [days for days in REMIND_DAYS if told_days is None or days < told_days]
    return None if not ahead else until - timedelta(days=max(ahead))
