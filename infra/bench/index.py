"""How many positions and searches a second does the candidate index take, beside Redis and a k-d tree?"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Final

import numpy as np
import redis

from domain.geography import points_apart_m
from domain.matching.index import CandidateIndex
from domain.matching.wanted import Known, Wanted
from infra.bench.frame import Bar, Report, at_least, machine, median_ratio, summary
from infra.bench.index_peers import GeoSearch, RebuiltTree
from infra.embedded.redis import EmbeddedRedis

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = list[tuple[float, float]]

Say = Callable[[str], None]

UNITS: Final = 50_000
ELIGIBLE: Final = 0.16
ABLE: Final = 1
CITIES: Final = 10
STEP_DEG: Final = 4e-4
"""Between two pings a unit drives some 45 m: five seconds in a town."""
CHECKED: Final = 200


@dataclass(frozen=True)
class Country:
    """Units in ten cities, a fifth of them on the roads between; searches come from where the units are."""

    points: NDArray[np.float64]
    is_able: NDArray[np.bool_]
    rng: np.random.Generator

    def pings(self, count: int) -> list[tuple[int, float, float]]:
        """So many units in turn, each a few seconds on from where it was."""
        rows = self.rng.integers(0, UNITS, count)
        self.points[rows] += self.rng.normal(0, STEP_DEG, (count, 2))
        return list(zip(rows.tolist(), *self.points[rows].T.tolist(), strict=True))

    def searches(self, count: int) -> Points:
        """So many breakdowns."""
        around = self.points[self.rng.integers(0, UNITS, count)] + self.rng.normal(0, 0.01, (count, 2))
        return [(lat, lng) for lat, lng in around.tolist()]


def a_country(seed: int) -> Country:
    """The same for a seed."""
    rng = np.random.default_rng(seed)
    cities = np.column_stack([rng.uniform(10, 28, CITIES), rng.uniform(73, 86, CITIES)])
    points = cities[rng.integers(0, CITIES, UNITS)] + rng.normal(0, 0.08, (UNITS, 2))
    between = rng.random(UNITS) < 0.2
    points[between] = np.column_stack([rng.uniform(10, 28, between.sum()), rng.uniform(73, 86, between.sum())])
    return Country(points, rng.random(UNITS) < ELIGIBLE, rng)


def an_index(country: Country) -> CandidateIndex:
    """Every unit of it."""
    index = CandidateIndex(UNITS)
    for row, able in enumerate(country.is_able.tolist()):
        index.put(row, Known(can=ABLE if able else 0))
    lats, lngs = country.points.T.copy()
    index.move_many(np.arange(UNITS), lats, lngs, np.zeros(UNITS))
    return index


def check(index: CandidateIndex, country: Country, k: int) -> None:
    """A quick wrong answer would prove nothing: look at everybody, some hundred times."""
    able = np.flatnonzero(country.is_able)
    for here in country.searches(CHECKED):
        apart = sorted(points_apart_m(here, (lat, lng)) for lat, lng in country.points[able].tolist())[:k]
        told = index.nearest(*here, Wanted(needs=ABLE), k)[1].tolist()
        if any(abs(one - other) > 1e-4 for one, other in zip(apart, told, strict=True)):
            message = f"the nearest {k} to {here} are {apart}, not {told}"
            raise AssertionError(message)


def per_s(work: Callable[[], int]) -> float:
    """Things done a second; the work says how many it did."""
    began = perf_counter()
    count = work()
    return count / (perf_counter() - began)


class Rounds:
    """All sides in turn, round by round, on the same pings and searches."""

    def __init__(self, country: Country, client: redis.Redis, sizes: dict[str, int]) -> None:
        self._country, self._sizes = country, sizes
        self._index, self._tree = an_index(country), RebuiltTree(country.points, country.is_able)
        self._geo = GeoSearch(client, country.points, country.is_able)
        self.rates: dict[str, list[float]] = {}
        self.latencies: dict[int, list[float]] = {}

    def check(self) -> None:
        """Before anything is timed."""
        check(self._index, self._country, 10)

    def updates(self) -> None:
        """One call per position; the peer also in pipelines of a hundred."""
        pings = self._country.pings(self._sizes["updates"])
        self._note("updates", lambda: self._moved(pings))
        few, many = pings[-self._sizes["peer_updates"] :], pings[-10 * self._sizes["peer_updates"] :]
        self._note("updates_geoadd", lambda: self._geo.move(few))
        self._note("updates_geoadd_pipelined", lambda: self._geo.move_together(many, own_key=False))
        self._geo.move_together(pings)

    def nearest(self, k: int) -> None:
        """One call per search. The tree stands still for a second: what it needs to be built anew is taken off it."""
        searches = self._country.searches(self._sizes["searches"])
        self._note(f"nearest_{k}", lambda: self._searched(searches, k))
        few = searches[: self._sizes["peer_searches"]]
        self._note(f"nearest_{k}_geosearch", lambda: self._geo.nearest(few, k))
        self._note(f"nearest_{k}_geosearch_own_key", lambda: self._geo.nearest_of_the_able(few, k))
        left = 1 - self._tree.rebuild(self._country.points)
        rate = per_s(lambda: self._tree.nearest(few, k))
        self.rates.setdefault(f"nearest_{k}_tree_rebuilt_every_second", []).append(rate * max(0.0, left))

    def _note(self, name: str, work: Callable[[], int]) -> None:
        self.rates.setdefault(name, []).append(per_s(work))

    def _moved(self, pings: list[tuple[int, float, float]]) -> int:
        move = self._index.move
        for row, lat, lng in pings:
            move(row, lat, lng, 0.0)
        return len(pings)

    def _searched(self, searches: Points, k: int) -> int:
        nearest, wanted = self._index.nearest, Wanted(needs=ABLE)
        for lat, lng in searches:
            nearest(lat, lng, wanted, k)
        taken = self.latencies.setdefault(k, [])
        for lat, lng in searches[: self._sizes["peer_searches"]]:
            began = perf_counter()
            nearest(lat, lng, wanted, k)
            taken.append(perf_counter() - began)
        return len(searches) + min(len(searches), self._sizes["peer_searches"])

    def held(self) -> dict[str, int]:
        """How many units are held by cells of which resolution."""
        return {f"resolution_{one}": count for one, count in self._index.resolutions().items()}


@contextmanager
def _a_redis() -> Iterator[redis.Redis]:
    with TemporaryDirectory(prefix="vehicaid-bench-") as folder:
        Path(folder).chmod(0o711)
        server = EmbeddedRedis(Path(folder) / "redis", "bench-only", append_only=False)
        server.start()
        try:
            with redis.Redis.from_url(server.url()) as client:
                yield client
        finally:
            server.stop()


def run(*, quick: bool, say: Say) -> Report:
    """Updates, then the nearest 10 and 40 of the able, each beside its peers, in turn."""
    rounds = 3 if quick else 9
    sizes = {"updates": 200_000, "peer_updates": 2_000, "searches": 20_000, "peer_searches": 200}
    if quick:
        sizes |= {"updates": 50_000, "searches": 5_000, "peer_searches": 60}
    with _a_redis() as client:
        say("50,000 units on shift")
        turn = Rounds(a_country(1), client, sizes)
        turn.check()
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}")
            turn.updates()
            turn.nearest(10)
            turn.nearest(40)
        turn.check()
    rates = {name: statistics.median(values) for name, values in turn.rates.items()}
    return Report(
        bench="index",
        machine=machine(),
        setting={"units": UNITS, "eligible": ELIGIBLE, "rounds": rounds, **sizes},
        figures={
            "per_s": {name: round(rate) for name, rate in rates.items()},
            "latency": {f"nearest_{k}": summary(taken) for k, taken in turn.latencies.items()},
            "units_held_by_cells_of": turn.held(),
        },
        bars=_bars(turn, rates),
    )


def _bars(turn: Rounds, rates: dict[str, float]) -> list[Bar]:
    peers = {"updates": ("geoadd", "geoadd_pipelined")} | dict.fromkeys(
        ("nearest_10", "nearest_40"), ("geosearch", "geosearch_own_key")
    )
    return [
        at_least("updates_per_s", rates["updates"], 400_000),
        at_least("nearest_10_per_s", rates["nearest_10"], 20_000),
        at_least("nearest_40_per_s", rates["nearest_40"], 8_000),
        *(
            at_least(f"{ours}_over_{peer}_x", median_ratio(turn.rates[ours], turn.rates[f"{ours}_{peer}"]), 1)
            for ours, theirs in peers.items()
            for peer in theirs
        ),
    ]
