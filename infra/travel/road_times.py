"""How long is the drive over the roads of a graph? Shortest paths from one place to many, kept for the next time."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from domain.geography import EARTH_RADIUS_M, centre_of
from domain.travel.traits import on_the_sphere
from infra.travel.graphml import read_graphml
from infra.travel.osm_extract import read_osm

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from domain.travel.spread import Spread
    from infra.travel.formula import Formula
    from infra.travel.road_graph import Floats, Ints, RoadGraph

FARTHEST_SNAP_M: Final = 1_500.0
"""A place farther from any node than that does not lie in the town of the graph: the formula answers for it."""

SNAP_KMH: Final = 15.0
SNAP_DETOUR: Final = 1.3
"""From the cell to the node: lanes and yards, hardly straight."""

MOST_KEPT_BYTES: Final = 256 * 1024 * 1024
"""For paths from places asked before: a city of 100,000 nodes keeps six hundred of them, single precision."""

ROOTS_AT_ONCE: Final = 64
"""Places from which paths are searched at once: fifty megabytes in a city of 100,000 nodes."""

MOST_SNAPS: Final = 200_000
"""Cells whose node is remembered; beyond it, all are looked up anew."""


class RoadTimes:
    """Drive times over a road graph; where it knows no roads, those of the formula. Never raises but BadCell.

    ``percent_of_free`` is how fast traffic is beside the free road; the learned effect of the hour comes on top.
    """

    def __init__(self, graph: RoadGraph, formula: Formula, percent_of_free: int, version: str) -> None:
        self._graph = graph
        self._formula = formula
        self._slower = 100 / percent_of_free
        self._tree = cKDTree(on_the_sphere(graph.places)[:, 2:])
        self._nodes: dict[str, tuple[int, float]] = {}
        self._paths: OrderedDict[tuple[bool, int], NDArray[np.float32]] = OrderedDict()
        self._most_paths = max(1, MOST_KEPT_BYTES // (4 * len(graph)))
        self._directions = {False: graph.seconds, True: graph.seconds.T.tocsr()}
        self._roads = f"roads-{version}-{percent_of_free}"

    @property
    def version(self) -> str:
        """Of the roads, of how they are driven, and of the formula."""
        return f"{self._roads}-{self._formula.version}"

    @property
    def spread(self) -> Spread:
        """How far off the answers are, for want of a better guess: as far as the formula's."""
        return self._formula.spread

    def drive_s(self, origins: Sequence[str], destinations: Sequence[str], at: datetime) -> Floats:
        """Expected seconds from m origins to n destinations, setting out then; (m, n), at least 1. Raises BadCell."""
        formula_s = self._formula.drive_s(origins, destinations, at)
        starts, start_s = self._snapped(origins)
        ends, end_s = self._snapped(destinations)
        known = np.ix_(np.flatnonzero(starts >= 0), np.flatnonzero(ends >= 0))
        if not known[0].size or not known[1].size:
            return formula_s
        between = self._between(starts[starts >= 0], ends[ends >= 0])
        there_s = start_s[starts >= 0][:, None] + between + end_s[ends >= 0][None, :]
        formula_s[known] = np.maximum(1.0, there_s * self._slower * self._formula.hour_factor(at))
        return formula_s

    def _between(self, starts: Ints, ends: Ints) -> Floats:
        """From the fewer ends of the drives: forwards from the origins, or backwards from the destinations."""
        backwards = len(set(ends.tolist())) < len(set(starts.tolist()))
        roots, others = (ends, starts) if backwards else (starts, ends)
        rows: Floats = self._rows(backwards, roots)[:, others].astype(np.float64)
        return rows.T if backwards else rows

    def _rows(self, backwards: bool, roots: Ints) -> NDArray[np.float32]:  # noqa: FBT001  which of two graphs
        wanted = [(backwards, root) for root in roots.tolist()]
        missing = sorted({key for key in wanted if key not in self._paths})
        found: dict[tuple[bool, int], NDArray[np.float32]] = {}
        for first in range(0, len(missing), ROOTS_AT_ONCE):
            some = missing[first : first + ROOTS_AT_ONCE]
            paths = dijkstra(self._directions[backwards], directed=True, indices=[root for _, root in some])
            found |= dict(zip(some, paths.astype(np.float32), strict=True))
        rows = np.stack([found[key] if key in found else self._paths[key] for key in wanted])
        for key, path in found.items():
            self._paths[key] = path
        for key in wanted:
            self._paths.move_to_end(key)
        while len(self._paths) > self._most_paths:
            self._paths.popitem(last=False)
        return rows

    def _snapped(self, cells: Sequence[str]) -> tuple[Ints, Floats]:
        """The node of each cell (-1: none is near), and the free seconds to get there."""
        if len(self._nodes) + len(cells) > MOST_SNAPS:
            self._nodes.clear()
        new = sorted({cell for cell in cells if cell not in self._nodes})
        if new:
            chords, nodes = self._tree.query(on_the_sphere(np.array([centre_of(cell) for cell in new]))[:, 2:])
            for cell, metres, node in zip(new, (chords * EARTH_RADIUS_M).tolist(), nodes.tolist(), strict=True):
                near = metres <= FARTHEST_SNAP_M
                self._nodes[cell] = (node, metres * SNAP_DETOUR / (SNAP_KMH / 3.6)) if near else (-1, 0.0)
        found = [self._nodes[cell] for cell in cells]
        nodes_of = np.array([node for node, _ in found], dtype=np.int64)
        return nodes_of, np.array([seconds for _, seconds in found], dtype=np.float64)


def read_roads(path: Path) -> RoadGraph:
    """The graph of a GraphML file (.graphml, .graphml.gz) or an OpenStreetMap extract (.osm.pbf); raises BadRoads."""
    return read_graphml(path) if ".graphml" in path.name else read_osm(path)
