"""Are drives over a road graph the shortest there are, and is a file that holds no roads refused?"""

from __future__ import annotations

import gzip
import heapq
from pathlib import Path
from random import Random

import numpy as np
import pytest

from domain.geography import cell_of
from domain.travel.great_circle import GreatCircleTimes
from domain.travel.learned import LearnedDrives
from infra.travel.road_graph import BadRoads, Road, RoadGraph, graph_of, kmh_of
from infra.travel.road_times import RoadTimes, read_roads
from tests.domain.travel.towns import MONDAY


def by_brute_force(graph: RoadGraph, start: int) -> list[float]:
    """Dijkstra by the book, on the graph's own lists."""
    matrix = graph.seconds
    found = [float("inf")] * len(graph)
    queue = [(0.0, start)]
    while queue:
        seconds, node = heapq.heappop(queue)
        if seconds >= found[node]:
            continue
        found[node] = seconds
        for at in range(matrix.indptr[node], matrix.indptr[node + 1]):
            heapq.heappush(queue, (seconds + float(matrix.data[at]), int(matrix.indices[at])))
    return found


@pytest.fixture(scope="module")
def bengaluru(recorded_data: Path) -> RoadGraph:
    return read_roads(recorded_data / "roads" / "central_bengaluru.graphml.gz")


def test_the_graph_of_a_town_is_read_whole(bengaluru: RoadGraph) -> None:
    assert len(bengaluru) == 2_657
    assert bengaluru.seconds.nnz > 6_300


def test_paths_are_the_shortest(bengaluru: RoadGraph) -> None:
    chance = Random(5)  # noqa: S311  which nodes are tried is no secret
    nodes = [chance.randrange(len(bengaluru)) for _ in range(24)]
    times = RoadTimes(bengaluru, GreatCircleTimes(), 100, "test")
    for some, others in ((nodes[:4], nodes[4:]), (nodes[4:], nodes[:4])):
        found = times._between(np.array(some), np.array(others))
        for row, one in enumerate(some):
            by_hand = by_brute_force(bengaluru, one)
            assert found[row] == pytest.approx([by_hand[other] for other in others], rel=1e-5)


def test_places_are_driven_to_from_the_nearest_node(bengaluru: RoadGraph) -> None:
    chance = Random(6)  # noqa: S311
    cells = [cell_of(*bengaluru.places[chance.randrange(len(bengaluru))]) for _ in range(30)]
    times = RoadTimes(bengaluru, GreatCircleTimes(), 65, "test")
    table = times.drive_s(cells[:10], cells[10:], MONDAY)
    again = times.drive_s(cells[:10], cells[10:], MONDAY)
    one_by_one = np.array([[times.drive_s([a], [b], MONDAY)[0, 0] for b in cells[10:]] for a in cells[:10]])
    crow = GreatCircleTimes(LearnedDrives(detour=1.0, kmh=90 * 0.65)).drive_s(cells[:10], cells[10:], MONDAY)
    assert np.array_equal(table, again)
    assert table == pytest.approx(one_by_one, rel=1e-5)
    assert np.all(table >= crow)


def test_outside_of_the_town_the_formula_tells(bengaluru: RoadGraph) -> None:
    inside, outside = cell_of(12.97, 77.60), cell_of(13.2, 77.9)
    times = RoadTimes(bengaluru, GreatCircleTimes(), 65, "test")
    assert times.drive_s([outside], [inside], MONDAY) == GreatCircleTimes().drive_s([outside], [inside], MONDAY)
    table = times.drive_s([inside, outside], [inside, outside], MONDAY)
    assert table[1, 0] == GreatCircleTimes().drive_s([outside], [inside], MONDAY)[0, 0]


def test_the_hour_slows_roads_as_it_slows_the_formula(bengaluru: RoadGraph) -> None:
    one, other = cell_of(12.97, 77.60), cell_of(12.96, 77.61)
    hours = LearnedDrives(hours=(0.5, *[0.0] * 23))
    plain = RoadTimes(bengaluru, GreatCircleTimes(), 65, "test").drive_s([one], [other], MONDAY)
    slowed = RoadTimes(bengaluru, GreatCircleTimes(hours), 65, "test").drive_s([one], [other], MONDAY)
    assert slowed == pytest.approx(plain * np.exp(0.5))


def test_paths_that_no_longer_fit_are_forgotten(bengaluru: RoadGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.travel.road_times.MOST_KEPT_BYTES", 4 * len(bengaluru) * 3)
    monkeypatch.setattr("infra.travel.road_times.MOST_SNAPS", 8)
    cells = [cell_of(*bengaluru.places[number]) for number in range(0, 200, 10)]
    small = RoadTimes(bengaluru, GreatCircleTimes(), 65, "test")
    whole = small.drive_s(cells[:10], cells[10:], MONDAY)
    assert len(small._paths) == 3
    assert np.array_equal(small.drive_s(cells[:10], cells[10:], MONDAY), whole)


def test_an_extract_of_openstreetmap_is_read(recorded_data: Path) -> None:
    pytest.importorskip("osmium", reason="the extra `roads` is not installed")
    graph = read_roads(recorded_data / "roads" / "porto_alegre.osm.pbf")
    times = RoadTimes(graph, GreatCircleTimes(), 65, "test")
    chance = Random(7)  # noqa: S311
    cells = [cell_of(*graph.places[chance.randrange(len(graph))]) for _ in range(20)]
    ratio = times.drive_s(cells[:5], cells[5:], MONDAY) / GreatCircleTimes().drive_s(cells[:5], cells[5:], MONDAY)
    assert len(graph) > 20_000
    assert 0.5 < float(np.median(ratio)) < 2


def test_only_what_is_connected_both_ways_is_driven_on() -> None:
    nodes = {number: (12.0 + number / 1_000, 77.0) for number in range(6)}
    both = [(0, 1), (1, 2), (2, 0), (4, 5), (5, 4)]
    roads = [Road(one, other, 100.0, 36.0) for one, other in [*both, (2, 3), (9, 1), (1, 1)]]
    graph = graph_of(nodes, [*roads, Road(0, 1, 50.0, 36.0)])
    assert len(graph) == 3
    assert sorted(graph.seconds.data.tolist()) == [5.0, 10.0, 10.0]


@pytest.mark.parametrize(
    ("road", "posted", "kmh"),
    [
        ("primary", None, 55.0),
        ("primary", "40", 40.0),
        ("primary", "40 km/h", 40.0),
        ("primary", "30 mph", 48.28),
        ("primary", "none", 55.0),
        ("primary", "9999", 55.0),
        ("motorway_link", None, 54.0),
        ("track", "", 30.0),
        (None, None, 30.0),
    ],
)
def test_speeds_are_posted_or_usual(road: str | None, posted: str | None, kmh: float) -> None:
    assert kmh_of(road, posted) == pytest.approx(kmh, abs=0.01)


HEAD = (
    '<?xml version="1.0"?>{}<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    '<key id="y" for="node" attr.name="y"/>'
    '<key id="x" for="node" attr.name="x"/><key id="l" for="edge" attr.name="length"/><graph edgedefault="{}">'
)
NODES = "".join(f'<node id="{name}"><data key="y">12.{name}</data><data key="x">77.5</data></node>' for name in (1, 2))
EDGE = '<edge source="1" target="2"><data key="l">100</data></edge>'
TAIL = "</graph></graphml>"


def test_roads_without_a_direction_lead_both_ways(tmp_path: Path) -> None:
    path = tmp_path / "town.graphml"
    path.write_text(HEAD.format("", "undirected") + NODES + EDGE + TAIL)
    assert len(read_roads(path)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no xml",
        HEAD.format("", "directed"),
        HEAD.format("", "directed") + NODES + TAIL,
        HEAD.format("", "directed") + NODES + '<edge source="1" target="2"/>' + TAIL,
        HEAD.format("", "directed") + '<node id="1"/>' + TAIL,
        HEAD.format('<!DOCTYPE x [<!ENTITY a "b">]>', "directed") + NODES + EDGE + TAIL,
    ],
)
def test_what_holds_no_roads_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "town.graphml"
    path.write_text(text)
    with pytest.raises(BadRoads):
        read_roads(path)


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    zipped = tmp_path / "town.graphml.gz"
    zipped.write_bytes(gzip.compress(b"<graphml")[:-4])
    extract = tmp_path / "town.osm.pbf"
    extract.write_bytes(b"no extract")
    for path in (zipped, extract, tmp_path / "none.graphml", tmp_path / "none.osm.pbf"):
        with pytest.raises(BadRoads):
            read_roads(path)
