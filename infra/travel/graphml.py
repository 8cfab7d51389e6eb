"""Which roads does a GraphML file hold? As OSMnx and others write it: nodes with x and y, edges with their length."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from infra.travel.road_graph import BadRoads, Road, RoadGraph, graph_of, kmh_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPACE: Final = "{http://graphml.graphdrawing.org/xmlns}"


def read_graphml(path: Path) -> RoadGraph:
    """The graph of a file, plain or gzipped; raises BadRoads."""
    nodes: dict[int, tuple[float, float]] = {}
    roads: list[Road] = []
    number: dict[str, int] = {}
    keys: dict[str, str] = {}
    directed = True
    try:
        for element in _elements(path):
            if element.tag == f"{SPACE}key":
                keys[element.attrib["id"]] = element.attrib["attr.name"]
            elif element.tag == f"{SPACE}graph":
                directed = element.attrib.get("edgedefault") != "undirected"
            elif element.tag == f"{SPACE}node":
                told = _data(element, keys)
                nodes[number.setdefault(element.attrib["id"], len(number))] = float(told["y"]), float(told["x"])
            else:
                roads.append(_road(element, keys, number))
    except (OSError, EOFError, ParseError, DefusedXmlException, KeyError, ValueError) as error:
        raise BadRoads(f"{path.name} cannot be read: {type(error).__name__}") from error
    if not directed:
        roads += [Road(road.end, road.start, road.length_m, road.kmh) for road in roads]
    return graph_of(nodes, roads)


def _elements(path: Path) -> Iterator[Element]:
    """Keys, nodes and edges as they are read, then forgotten: the tree of a city's file does not fit into memory."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        for moment, element in iterparse(file, events=("start", "end")):
            if moment == "start":
                if element.tag == f"{SPACE}graph":
                    yield element
            elif element.tag in {f"{SPACE}key", f"{SPACE}node", f"{SPACE}edge"}:
                yield element
                element.clear()


def _data(element: Element, keys: dict[str, str]) -> dict[str, str]:
    return {keys[each.attrib["key"]]: each.text or "" for each in element if each.tag == f"{SPACE}data"}


def _road(element: Element, keys: dict[str, str], number: dict[str, int]) -> Road:
    told = _data(element, keys)
    start = number.setdefault(element.attrib["source"], len(number))
    end = number.setdefault(element.attrib["target"], len(number))
    return Road(start, end, float(told["length"]), kmh_of(_first(told.get("highway")), _first(told.get("maxspeed"))))


def _first(told: str | None) -> str | None:
    """OSMnx writes a list where it joined pieces of road, "['40', '50']": the first will do."""
    return None if told is None else told.strip("[]").split(",")[0].strip(" '\"")
