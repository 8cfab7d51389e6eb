"""Which calls and which crews are the standard dispatch benchmark? A county's recorded calls, its real sites."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, Final
from zlib import crc32

from domain.areas import AreaIndex, area_of
from domain.catalogue import Service, VehicleClass
from interfaces.simulate.demand import Call, in_order
from interfaces.simulate.rows import BadFile
from interfaces.simulate.supply import Crew
from interfaces.simulation.recorded_calls import SERVICES, Wanted, read_calls
from interfaces.simulation.sites import read_sites

if TYPE_CHECKING:
    from pathlib import Path

    from interfaces.simulation.recorded_calls import Recorded

CALLS: Final = "breakdown_calls_montgomery.csv.gz"
SITES: Final = "providers/sites_montgomery.csv"
COUNTY: Final = "zones/montgomery_county_pa.geojson"
BLIZZARD: Final = (date(2016, 1, 22), date(2016, 1, 26))
"""Inclusive."""
PATIENCE_S: Final = 90 * 60.0
LOCAL_IS_BEHIND: Final = timedelta(hours=5)
"""The recording's clock is naive; the winter's offset is used throughout, so that no hour is there twice."""
QUICK: Final = "disabled_vehicle"
LEAST_MIN: Final = {True: 15, False: 20}
MINUTES_VARY: Final = 31


@dataclass(frozen=True, slots=True)
class Case:
    """A case of the benchmark: which calls, which crews."""

    calls: tuple[Call, ...]
    crews: tuple[Crew, ...]


def standard_case(folder: Path, providers: int, days: tuple[date, date] | None = BLIZZARD) -> Case:
    """The calls of some days (None: of all) and the first so many crews, from the data that lie beside the project.

    Raises BadRecording or BadFile.
    """
    recording = read_calls(folder / CALLS, Wanted(days=days))
    calls = in_order([_call(each) for each in recording.calls])
    crews = _crews(folder)[:providers]
    return Case(calls, tuple(crews))


def _call(recorded: Recorded) -> Call:
    least = LEAST_MIN[recorded.kind == QUICK]
    minutes = least + crc32(recorded.id.encode()) % MINUTES_VARY
    return Call(
        id=recorded.id,
        at=(recorded.ts + LOCAL_IS_BEHIND).replace(tzinfo=UTC),
        place=(recorded.lat, recorded.lng),
        service=Service(SERVICES[recorded.kind]),
        vehicle_class=VehicleClass.CAR,
        work_s=minutes * 60.0,
        patience_s=PATIENCE_S,
    )


def _crews(folder: Path) -> list[Crew]:
    """One at each site inside the county, in the order of the file."""
    sites, _ = read_sites(folder / SITES)
    inside = _county(folder)
    crews = [Crew(f"site-{n}", (site.lat, site.lng)) for n, site in enumerate(sites, 1)]
    return [crew for crew in crews if inside.holding(*crew.place)]


def _county(folder: Path) -> AreaIndex:
    try:
        told = json.loads((folder / COUNTY).read_text(encoding="utf-8"))
        shapes = [feature["geometry"] for feature in told.get("features", [told])]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadFile(f"{folder / COUNTY} cannot be read: {error}") from error
    return AreaIndex([area_of(shape["type"], shape["coordinates"], -75.0).outline for shape in shapes])
