"""Do routing services tell drive times over HTTP, and does the formula tell them when they do not?"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import numpy as np
import pytest
from pydantic import SecretStr

from domain.geography import BadCell, distance_m
from domain.travel.great_circle import GreatCircleTimes
from infra.telemetry.logging import configure_logging
from infra.travel.asked_times import AskedTimes, Patience, tiles_of
from infra.travel.tables import Google, Osrm, TableService, Valhalla
from tests.domain.travel.towns import MONDAY, places
from tests.infra.travel.stand_ins import KEY, MPS, Manners, listening

PATIENT = Patience(timeout_s=5.0, most_pairs=10_000, failures=3, rests_s=30.0)
HASTY = Patience(timeout_s=0.2, most_pairs=10_000, failures=2, rests_s=30.0)
VENDORS = ("osrm", "valhalla", "google")
CELLS = places(11, 80)


class Clock:
    """Goes when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def service(vendor: str, url: str) -> TableService:
    if vendor == "google":
        return Google(SecretStr(KEY), url)
    return Osrm(url) if vendor == "osrm" else Valhalla(url)


@contextmanager
def asking(vendor: str, manners: Manners, patience: Patience = PATIENT) -> Iterator[tuple[AskedTimes, Clock]]:
    clock = Clock()
    with listening(vendor, manners) as url:
        times = AskedTimes(service(vendor, url), GreatCircleTimes(), patience, clock)
        try:
            yield times, clock
        finally:
            times.close()


def told(origins: list[str], destinations: list[str]) -> list[list[float]]:
    return [[max(1.0, distance_m(one, other) / MPS) for other in destinations] for one in origins]


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_service_is_believed(vendor: str) -> None:
    with asking(vendor, Manners()) as (times, _):
        table = times.drive_s(CELLS[:3], CELLS[3:8], MONDAY)
    assert table == pytest.approx(np.array(told(CELLS[:3], CELLS[3:8])), abs=0.2)


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_table_that_is_too_large_is_asked_for_in_tiles(vendor: str) -> None:
    manners = Manners()
    with asking(vendor, manners) as (times, _):
        table = times.drive_s(CELLS[:60], CELLS[10:80], MONDAY)
        limits = times._service.limits
    assert table == pytest.approx(np.array(told(CELLS[:60], CELLS[10:80])), abs=0.2)
    assert len(manners.sizes) > 1
    for rows, columns in manners.sizes:
        assert rows <= limits.origins
        assert columns <= limits.destinations
        assert rows * columns <= limits.pairs
        assert rows + columns <= limits.places


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 500), (500, 1), (26, 26), (101, 3), (333, 77)])
def test_tiles_cover_every_pair_once(vendor: str, rows: int, columns: int) -> None:
    origins, destinations = [f"o{n}" for n in range(rows)], [f"d{n}" for n in range(columns)]
    tiles = tiles_of(origins, destinations, service(vendor, "http://nobody"))
    limits = service(vendor, "http://nobody").limits
    pairs = [(one, other) for tile in tiles for one in tile.origins for other in tile.destinations]
    assert sorted(pairs) == sorted((one, other) for one in origins for other in destinations)
    for tile in tiles:
        assert len(tile.origins) + len(tile.destinations) <= limits.places
        assert len(tile.origins) * len(tile.destinations) <= limits.pairs


@pytest.mark.parametrize("vendor", VENDORS)
def test_where_there_is_no_way_the_formula_tells(vendor: str) -> None:
    manners = Manners(no_way=lambda one, other: (one + other) % 2 == 0)
    with asking(vendor, manners) as (times, _):
        table = times.drive_s(CELLS[:3], CELLS[3:7], MONDAY)
        times.drive_s(CELLS[:3], CELLS[3:7], MONDAY)
    formula = GreatCircleTimes().drive_s(CELLS[:3], CELLS[3:7], MONDAY)
    for row in range(3):
        for column in range(4):
            expected = formula[row, column] if (row + column) % 2 == 0 else told(CELLS[:3], CELLS[3:7])[row][column]
            assert table[row, column] == pytest.approx(expected, abs=0.2)
    assert len(manners.sizes) == 1


BAD = {
    "5xx": Manners(status=503),
    "4xx": Manners(status=429),
    "a redirect": Manners(status=302),
    "slow": Manners(waits_s=1.0),
    "drop by drop": Manners(drips=True),
    "garbage": Manners(says=b"<html>busy</html>"),
    "nothing": Manners(says=b""),
    "another shape": Manners(says=b'{"code":"Ok","status":"OK","durations":{},"rows":{},"sources_to_targets":{}}'),
    "another size": Manners(
        says=b'{"code":"Ok","status":"OK","durations":[[1]],"rows":[{"elements":[]}],"sources_to_targets":[[]]}'
    ),
    "before it left": Manners(
        says=b'{"code":"Ok","status":"OK","durations":[[-5.0,1.0]],"sources_to_targets":[[{"time":-5},{"time":1}]],'
        b'"rows":[{"elements":[{"status":"OK","duration":{"value":-5}},{"status":"OK","duration":{"value":1}}]}]}'
    ),
    "a refusal": Manners(says=b'{"code":"NoTable","status":"OVER_QUERY_LIMIT","error":"no"}'),
}


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("how", BAD)
def test_what_is_no_answer_is_told_by_the_formula(vendor: str, how: str) -> None:
    manners = BAD[how]
    with asking(vendor, manners, HASTY) as (times, _):
        table = times.drive_s(CELLS[:1], CELLS[1:3], MONDAY)
    assert np.array_equal(table, GreatCircleTimes().drive_s(CELLS[:1], CELLS[1:3], MONDAY))
    assert times.breaker.in_a_row == 1


def test_a_service_that_is_away_is_left_alone_and_then_tried_again() -> None:
    manners = Manners(status=500)
    with asking("osrm", manners, HASTY) as (times, clock):
        for number in range(5):
            times.drive_s(CELLS[:1], [CELLS[number + 1]], MONDAY)
        assert len(manners.paths) == HASTY.failures
        clock.now += HASTY.rests_s
        times.drive_s(CELLS[:1], [CELLS[9]], MONDAY)
        times.drive_s(CELLS[:1], [CELLS[10]], MONDAY)
        assert len(manners.paths) == HASTY.failures + 1
        clock.now += HASTY.rests_s
        manners.status = 200
        for number in range(3):
            times.drive_s(CELLS[:1], [CELLS[number + 20]], MONDAY)
        assert len(manners.paths) == HASTY.failures + 4
        assert times.breaker.may_ask()


def test_nobody_listening_is_no_failure_of_dispatch() -> None:
    times = AskedTimes(Osrm("http://127.0.0.1:9"), GreatCircleTimes(), HASTY, Clock())
    table = times.drive_s(CELLS[:1], CELLS[1:2], MONDAY)
    times.close()
    assert np.array_equal(table, GreatCircleTimes().drive_s(CELLS[:1], CELLS[1:2], MONDAY))


def test_answers_are_kept_for_a_quarter_of_an_hour() -> None:
    manners = Manners()
    with asking("osrm", manners) as (times, _):
        for minutes in (0, 5, 14, 16):
            times.drive_s(CELLS[:2], CELLS[2:4], MONDAY + timedelta(minutes=minutes))
    assert len(manners.paths) == 2


def test_larger_tables_than_allowed_are_not_asked_for() -> None:
    manners = Manners()
    with asking("osrm", manners, Patience(5.0, 10, 3, 30.0)) as (times, _):
        table = times.drive_s(CELLS[:4], CELLS[4:8], MONDAY)
    assert manners.paths == []
    assert np.array_equal(table, GreatCircleTimes().drive_s(CELLS[:4], CELLS[4:8], MONDAY))


def test_a_cell_that_is_none_is_refused() -> None:
    with asking("osrm", Manners()) as (times, _), pytest.raises(BadCell):
        times.drive_s(["here"], CELLS[:1], MONDAY)


@pytest.mark.parametrize("status", [200, 500])
def test_the_key_stands_in_no_line_of_the_log(status: int) -> None:
    written = io.StringIO()
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    try:
        configure_logging("debug", "dispatcher", written)
        with asking("google", Manners(status=status), HASTY) as (times, _):
            times.drive_s(CELLS[:1], CELLS[1:2], MONDAY)
            assert KEY not in repr(times._service)
    finally:
        root.setLevel(before[0])
        root.handlers[:] = before[1]
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert KEY not in written.getvalue()
    assert any(line["event"] == "travel_service_failed" for line in lines) is (status == 500)
