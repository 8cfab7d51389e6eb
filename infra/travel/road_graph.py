"""How do roads connect, and how long is each? A directed graph of which every place can be reached from every other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from domain.refusal import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROAD_KMH: Final = {
    "motorway": 90.0,
    "trunk": 70.0,
    "primary": 55.0,
    "secondary": 50.0,
    "tertiary": 45.0,
    "unclassified": 35.0,
    "residential": 30.0,
    "living_street": 15.0,
    "service": 15.0,
}
"""What is driven on a free road of that class where no limit is posted."""

LINK_SHARE: Final = 0.6
"""Of its road's speed, on a link: a ramp, a turning lane."""
UNKNOWN_KMH: Final = 30.0

SLOWEST_KMH: Final = 5.0
FASTEST_KMH: Final = 130.0
"""A posted limit outside of these is a slip of the pen."""

MPH: Final = 1.609344


class BadRoads(BadInput):
    """These are no roads that can be driven on: a file that cannot be read, or no graph in it."""

    code = "bad_roads"


@dataclass(frozen=True, slots=True)
class Road:
    """One direction of a piece of road between two nodes, by their ids in the file."""

    start: int
    end: int
    length_m: float
    kmh: float


@dataclass(frozen=True, slots=True)
class RoadGraph:
    """Nodes (n, 2) in degrees, and seconds between neighbours on a free road, sparse (n, n)."""

    places: Floats
    seconds: csr_array

    def __len__(self) -> int:
        return len(self.places)


def kmh_of(road_class: str | None, posted: str | None) -> float:
    """What is driven there when nobody is in the way: the posted limit, or what is usual for the class of road."""
    limit = _posted_kmh(posted)
    if limit is not None:
        return limit
    name = (road_class or "").strip()
    if name.endswith("_link"):
        return ROAD_KMH.get(name.removesuffix("_link"), UNKNOWN_KMH) * LINK_SHARE
    return ROAD_KMH.get(name, UNKNOWN_KMH)


def _posted_kmh(posted: str | None) -> float | None:
    words = (posted or "").lower().replace("km/h", "").split()
    try:
        number = float(words[0].removesuffix("mph")) if words else 0.0
    except ValueError:
        return None
    kmh = number * MPH if "mph" in (posted or "").lower() else number
    return kmh if SLOWEST_KMH <= kmh <= FASTEST_KMH else None


def graph_of(nodes: dict[int, tuple[float, float]], roads: Iterable[Road]) -> RoadGraph:
    """The largest part of the roads of which every place can be reached from every other; raises BadRoads.

    Of several roads between the same two nodes the fastest counts; what leads to no known node is left out.
    """
    quickest: dict[tuple[int, int], float] = {}
    for road in roads:
        if road.start in nodes and road.end in nodes and road.start != road.end and road.length_m > 0:
            ends = road.start, road.end
            seconds = road.length_m / (road.kmh / 3.6)
            quickest[ends] = min(seconds, quickest.get(ends, seconds))
    if not quickest:
        raise BadRoads("there is no road in it")
    names = sorted({name for ends in quickest for name in ends})
    number = {name: row for row, name in enumerate(names)}
    rows = np.array([number[start] for start, _ in quickest])
    columns = np.array([number[end] for _, end in quickest])
    whole = coo_array((np.array(list(quickest.values())), (rows, columns)), shape=(len(names), len(names))).tocsr()
    _, part = connected_components(whole, directed=True, connection="strong")
    largest = np.flatnonzero(part == np.bincount(part).argmax())
    places = np.array([nodes[names[row]] for row in largest])
    return RoadGraph(places, csr_array(whole[largest][:, largest]))
