"""Which roads does an OpenStreetMap extract (.osm.pbf, .osm) hold? Read with osmium, where it is installed."""

from __future__ import annotations

import importlib.util
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from domain.geography import points_apart_m
from infra.travel.road_graph import ROAD_KMH, BadRoads, Road, RoadGraph, graph_of, kmh_of

if TYPE_CHECKING:
    from pathlib import Path

CLOSED: Final = frozenset({"no", "private"})
"""What ``access`` and ``motor_vehicle`` say where a truck may not go."""


def read_osm(path: Path) -> RoadGraph:
    """The graph of what may be driven on; raises BadRoads."""
    if importlib.util.find_spec("osmium") is None:
        raise BadRoads("reading OpenStreetMap extracts needs the extra `roads`: pip install 'vehicaid[roads]'")
    if not path.is_file():
        raise BadRoads(f"{path.name}: there is no such file")
    import osmium

    nodes: dict[int, tuple[float, float]] = {}
    roads: list[Road] = []
    try:
        for way in osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations():
            if isinstance(way, osmium.osm.Way) and _is_driven_on(dict(way.tags)):
                places = [(node.ref, node.lat, node.lon) for node in way.nodes if node.location.valid()]
                nodes |= {name: (lat, lng) for name, lat, lng in places}
                roads += _roads([name for name, _, _ in places], nodes, dict(way.tags))
    except (RuntimeError, OSError, ValueError) as error:
        raise BadRoads(f"{path.name} cannot be read: {type(error).__name__}") from error
    return graph_of(nodes, roads)


def _is_driven_on(tags: dict[str, str]) -> bool:
    road_class = tags.get("highway", "").removesuffix("_link")
    return road_class in ROAD_KMH and tags.get("motor_vehicle", tags.get("access", "yes")) not in CLOSED


def _roads(names: list[int], nodes: dict[int, tuple[float, float]], tags: dict[str, str]) -> list[Road]:
    """Both directions of every piece of a way, or the one that is allowed: roundabouts and motorways have but one."""
    kmh = kmh_of(tags.get("highway"), tags.get("maxspeed"))
    told = tags.get("oneway", "")
    one_way = told in {"yes", "1", "true"} or (
        told != "no" and (tags.get("junction") == "roundabout" or tags.get("highway") == "motorway")
    )
    found = []
    for start, end in pairwise(names):
        length_m = points_apart_m(nodes[start], nodes[end])
        if told != "-1":
            found.append(Road(start, end, length_m, kmh))
        if not one_way:
            found.append(Road(end, start, length_m, kmh))
    return found
