"""Which calls for help are probably about the same breakdown? Same place, same kind, within half an hour."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor
from typing import Final
from uuid import UUID

from domain.catalogue import Service
from domain.geography import centre_of, distance_m

APART_AT_MOST_M: Final = 250
"""Two people at one breakdown name places 200 m apart, the far end of a junction; their cells round that up."""

WITHIN: Final = timedelta(minutes=30)
"""Later, another vehicle has broken down there."""

UNDO_WITHIN: Final = timedelta(minutes=30)
"""How long a merge can be taken back: until then somebody notices that two vehicles stand there."""

BUCKET_DEGREES: Final = 0.004
"""Buckets above 280 m wide below 50 degrees of latitude: whoever is near is in the same or a neighbouring one."""

FAMILY: Final[dict[Service, str]] = {
    Service.TOW: "recovery",
    Service.FLATBED_TOW: "recovery",
    Service.WINCH_OUT: "recovery",
    Service.BATTERY_JUMP: "does_not_start",
    Service.MECHANIC: "does_not_start",
    Service.EV_CHARGE: "empty",
    Service.FUEL_DELIVERY: "empty",
}
"""What callers mix up about one breakdown; any other service is a family of its own."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One open call: where, for what, when; ``may_end`` unless somebody is asked or on the way for it."""

    tenant: str
    request_id: UUID
    cell: str
    service: Service
    at: datetime
    may_end: bool


@dataclass(frozen=True, slots=True)
class Twins:
    """A call that is probably the same as an earlier one."""

    later: Heard
    earlier: Heard
    apart_m: int


def twins_of(heard: Iterable[Heard]) -> list[Twins]:
    """For each call that may end, the nearest earlier call for the same kind of help; the earliest calls first."""
    calls = sorted(heard, key=lambda each: (each.at, each.request_id))
    buckets: dict[tuple[str, str, int, int], list[Heard]] = {}
    found: list[Twins] = []
    for call in calls:
        row, column = _bucket(call.cell)
        family = FAMILY.get(call.service, call.service.value)
        near = [
            (distance_m(call.cell, other.cell), other)
            for rows in (row - 1, row, row + 1)
            for columns in (column - 1, column, column + 1)
            for other in buckets.get((call.tenant, family, rows, columns), ())
            if call.at - other.at <= WITHIN
        ]
        close = [(apart_m, other) for apart_m, other in near if apart_m <= APART_AT_MOST_M]
        if close and call.may_end:
            apart_m, other = min(close, key=lambda each: (each[0], each[1].at, each[1].request_id))
            found.append(Twins(call, other, apart_m))
        buckets.setdefault((call.tenant, family, row, column), []).append(call)
    return found


def _bucket(cell: str) -> tuple[int, int]:
    lat, lng = centre_of(cell)
    return floor(lat / BUCKET_DEGREES), floor(lng / BUCKET_DEGREES)
