"""Which crews are there, where do they stand, what can they do, and when do they work? Read from providers.csv."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from domain.catalogue import Capability, Service, VehicleClass
from interfaces.simulate.rows import BadFile, BadRow, Rejected, choices_in, id_in, instant_in, point_in, rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from interfaces.simulate.rows import Point

COLUMNS: Final = ("provider_id", "latitude", "longitude", "services", "vehicle_classes")


@dataclass(frozen=True, slots=True)
class Crew:
    """One provider with one truck. Who can move anything can move a lorry, when its truck takes lorries."""

    id: str
    place: Point
    services: tuple[Service, ...] = tuple(Service)
    vehicle_classes: tuple[VehicleClass, ...] = tuple(VehicleClass)
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def able(self) -> tuple[Capability, ...]:
        """What that makes of its skills and its truck."""
        heavy = (Capability.HEAVY_DUTY,) if VehicleClass.TRUCK in self.vehicle_classes else ()
        return (*(Capability(service.value) for service in self.services), *heavy)


@dataclass(frozen=True, slots=True)
class Supply:
    """The crews in the order of the file, and the rows left out."""

    crews: tuple[Crew, ...]
    rejected: tuple[Rejected, ...] = ()


def read_supply(path: Path) -> Supply:
    """The crews of a file; raises BadFile when there is none."""
    rejected: list[Rejected] = []
    crews: dict[str, Crew] = {}
    for line, row in rows_of(path, COLUMNS, rejected):
        try:
            crew = _crew(row)
        except BadRow as error:
            rejected.append(Rejected(path.name, line, str(error)))
            continue
        if crews.setdefault(crew.id, crew) != crew:
            rejected.append(Rejected(path.name, line, "another row has the same provider_id and says something else"))
    if not crews:
        raise BadFile(f"{path}: no provider can be used")
    return Supply(tuple(crews.values()), tuple(rejected))


def _crew(row: Mapping[str, str]) -> Crew:
    starts_at = instant_in(row, "shift_start") if row.get("shift_start") else None
    ends_at = instant_in(row, "shift_end") if row.get("shift_end") else None
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise BadRow("shift_end is not after shift_start")
    return Crew(
        id=id_in(row, "provider_id"),
        place=point_in(row),
        services=choices_in(row, "services", Service),
        vehicle_classes=choices_in(row, "vehicle_classes", VehicleClass),
        starts_at=starts_at,
        ends_at=ends_at,
    )
