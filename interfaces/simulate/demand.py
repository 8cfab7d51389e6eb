"""Which calls for help come in, when and for what? Read from requests.csv."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from domain.catalogue import Service, VehicleClass
from domain.request_terms import TOWED
from interfaces.simulate.rows import (
    BadRow,
    Rejected,
    choice_in,
    id_in,
    instant_in,
    point_in,
    rows_of,
    seconds_in,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from interfaces.simulate.rows import Point

COLUMNS: Final = (
    "request_id",
    "requested_at",
    "latitude",
    "longitude",
    "service",
    "vehicle_class",
    "work_s",
    "patience_s",
)
DROP: Final = ("drop_latitude", "drop_longitude")


@dataclass(frozen=True, slots=True)
class Call:
    """One breakdown. ``work_s`` is what it takes at the vehicle, which nobody knows before it is done.

    Without ``patience_s`` somebody waits for as long as it takes. Only a tow has a ``drop``.
    """

    id: str
    at: datetime
    place: Point
    service: Service
    vehicle_class: VehicleClass
    work_s: float
    patience_s: float | None = None
    drop: Point | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """The calls in the order in which they come in, the rows left out, and how many rows only repeated another."""

    calls: tuple[Call, ...]
    rejected: tuple[Rejected, ...] = ()
    repeated: int = 0

    def moved(self, by_s: Mapping[str, float]) -> Demand:
        """The same calls, each so many seconds later."""
        calls = [replace(call, at=call.at + timedelta(seconds=by_s[call.id])) for call in self.calls]
        return replace(self, calls=in_order(calls))


def in_order(calls: list[Call]) -> tuple[Call, ...]:
    """As they come in; at the same instant by their ids."""
    return tuple(sorted(calls, key=lambda call: (call.at, call.id)))


def read_demand(path: Path) -> Demand:
    """The calls of a file; raises BadFile.

    A row that repeats another word for word is that one request again; one that says something else under the same id
    is left out.
    """
    rejected: list[Rejected] = []
    known: dict[str, tuple[int, Call]] = {}
    repeated = 0
    for line, row in rows_of(path, COLUMNS, rejected):
        try:
            call = _call(row)
        except BadRow as error:
            rejected.append(Rejected(path.name, line, str(error)))
            continue
        first, before = known.setdefault(call.id, (line, call))
        if before != call:
            told = f"line {first} has the same request_id and says something else"
            rejected.append(Rejected(path.name, line, told))
        elif first != line:
            repeated += 1
    return Demand(in_order([call for _, call in known.values()]), tuple(rejected), repeated)


def _call(row: Mapping[str, str]) -> Call:
    service = choice_in(row, "service", Service)
    has_drop = any(row.get(name) for name in DROP)
    drop = point_in({name: row.get(name, "") for name in DROP}, "drop_") if has_drop else None
    return Call(
        id=id_in(row, "request_id"),
        at=instant_in(row, "requested_at"),
        place=point_in(row),
        service=service,
        vehicle_class=choice_in(row, "vehicle_class", VehicleClass),
        work_s=seconds_in(row, "work_s"),
        patience_s=seconds_in(row, "patience_s") if row["patience_s"] else None,
        drop=drop if service in TOWED else None,
    )
