"""Does the index find whom a look at everybody finds, wherever cells make that hard, while units move and go?"""

from __future__ import annotations

import numpy as np
import pytest

from domain.catalogue import Capability, VehicleClass
from domain.geography import BadPlace
from domain.matching.index import MOST_ASKED_FOR, MOST_UNITS, CandidateIndex
from domain.matching.wanted import Known, Wanted, able, areas
from tests.domain.matching.everybody import Town
from tests.domain.matching.worlds import WORLDS

AT_ONCE = 250
ANYBODY = Known(can=able([Capability.TOW], [Capability.TOW], [VehicleClass.CAR]))


def mismatches(name: str, cases: int, seed: int) -> int:
    """Searches answered wrongly, of so many in towns of that kind, empty and crowded."""
    rng, wrong = np.random.default_rng([seed, *name.encode()]), 0
    while cases > 0:
        town = Town(WORLDS[name], int(rng.choice([1, 3, 40, 150, 600])), rng)
        for _ in range(6):
            town.live_on(int(rng.integers(0, 120)))
            searches = np.vstack([town.world(rng, AT_ONCE - 50), town.points[rng.integers(0, town.size, 50)]])
            wrong += town.mismatches(searches, town.wishes(AT_ONCE), int(rng.choice([1, 3, 10, 40])))
            cases -= AT_ONCE
    return wrong


@pytest.mark.parametrize("name", WORLDS)
def test_a_hundred_thousand_searches_are_answered_as_by_a_look_at_everybody(name: str) -> None:
    assert mismatches(name, 100_000 // len(WORLDS) + 1, seed=1) == 0


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", WORLDS)
def test_a_million_searches_are_answered_as_by_a_look_at_everybody(name: str) -> None:
    assert mismatches(name, 1_000_000 // len(WORLDS) + 1, seed=2) == 0


def test_those_who_stand_at_one_point_come_in_the_order_of_their_rows() -> None:
    index = CandidateIndex()
    for row in (7, 300, 2, 5):
        index.put(row, ANYBODY)
        index.move(row, 12.97, 77.59)
    rows, distances_m = index.nearest(12.97, 77.6, Wanted(), 3)
    assert rows.tolist() == [2, 5, 7]
    assert len({*distances_m.tolist()}) == 1
    assert distances_m[0] == pytest.approx(1_083.5, abs=0.5)


def test_one_search_says_what_a_batch_says() -> None:
    rng = np.random.default_rng(3)
    town = Town(WORLDS["city"], 300, rng)
    searches, wishes = town.world(rng, 200), town.wishes(200)
    rows, distances_m = town.index.nearest_of_each([tuple(one) for one in searches.tolist()], wishes, 5)
    for n, (lat, lng) in enumerate(searches.tolist()):
        one, its_m = town.index.nearest(lat, lng, wishes[n], 5)
        assert one.tolist() == rows[n, : len(one)].tolist()
        assert its_m.tolist() == distances_m[n, : len(one)].tolist()
        assert (rows[n, len(one) :] == -1).all()


def test_cells_are_fine_where_units_crowd_and_coarse_where_they_are_few() -> None:
    rng, index = np.random.default_rng(4), CandidateIndex(5_000)
    for row, (lat, lng) in enumerate(WORLDS["city"](rng, 3_000).tolist()):
        index.put(row, ANYBODY)
        index.move(row, lat, lng)
    index.put(3_000, ANYBODY)
    index.move(3_000, 28.6, 77.2)
    held = index.resolutions()
    assert max(held) >= 8
    assert min(held) <= 2
    for row in range(10, 3_000):
        index.remove(row)
        index.remove(row)
    assert len(index) == 11
    assert set(index.resolutions()) <= {0, 1}


def test_nobody_is_found_who_does_not_fit() -> None:
    index = CandidateIndex()
    fits = Wanted(
        needs=able([Capability.TOW], [Capability.TOW], [VehicleClass.CAR]),
        within=areas([3]),
        until=50.0,
        seen_since=10.0,
        fewer_offers=2,
        blocked=(4,),
    )
    good = Known(can=fits.needs, owner=5, serves=areas([2, 3]), ends_at=50.0, offers=1)
    spoilt: list[Known] = [
        Known(can=able([Capability.TOW], [], [VehicleClass.CAR]), owner=5),
        Known(can=able([], [Capability.TOW], [VehicleClass.CAR]), owner=5),
        Known(can=able([Capability.TOW], [Capability.TOW], [VehicleClass.VAN]), owner=5),
        Known(can=good.can, owner=4),
        Known(can=good.can, owner=5, serves=areas([2])),
        Known(can=good.can, owner=5, ends_at=49.0),
        Known(can=good.can, owner=5, offers=2),
        good,
    ]
    for row, known in enumerate([good, *spoilt]):
        index.put(row, known)
        index.move(row, 12.97, 77.59, 10.0 if row < len(spoilt) else 9.0)
    assert index.nearest(12.97, 77.59, fits, 10)[0].tolist() == [0]
    index.offers(0, 2)
    assert index.nearest(12.97, 77.59, fits, 10)[0].tolist() == []
    assert len(index.nearest(12.97, 77.59, Wanted(), 10)[0]) == len(spoilt) + 1


def test_one_that_was_never_seen_is_found_by_nobody() -> None:
    index = CandidateIndex()
    index.put(0, ANYBODY)
    assert index.nearest(0.0, 0.0, Wanted(), 1)[0].tolist() == []


def test_all_at_once_is_one_after_the_other() -> None:
    able_to = [ANYBODY.can, able([Capability.TOW]), 0, ANYBODY.can]
    at_once, in_turn = CandidateIndex(2), CandidateIndex(2)
    at_once.put_first(np.array(able_to), np.array([7, 8, 9, 7]))
    for row, (can, owner) in enumerate(zip(able_to, (7, 8, 9, 7), strict=True)):
        in_turn.put(row, Known(can, owner=owner))
    for index in (at_once, in_turn):
        index.move_many(np.arange(4), np.full(4, 12.97), np.full(4, 77.59), np.full(4, np.inf))
    for wanted in (Wanted(), Wanted(ANYBODY.can), Wanted(until=1e9), Wanted(blocked=(7,)), Wanted(within=areas([62]))):
        there, here = (index.nearest(12.97, 77.59, wanted, 4)[0].tolist() for index in (in_turn, at_once))
        assert here == there
    with pytest.raises(ValueError, match="stands"):
        at_once.put_first(np.array(able_to), np.array([1, 2, 3, 4]))


def test_what_makes_no_sense_is_refused() -> None:
    index = CandidateIndex(4)
    for row in (-1, MOST_UNITS):
        with pytest.raises(IndexError):
            index.put(row, ANYBODY)
    for row in (-1, 4):
        with pytest.raises(IndexError):
            index.move(row, 0.0, 0.0)
    with pytest.raises(BadPlace):
        index.nearest(91.0, 0.0, Wanted(), 1)
    for k in (0, MOST_ASKED_FOR + 1):
        with pytest.raises(ValueError, match="asks for"):
            index.nearest(0.0, 0.0, Wanted(), k)
    with pytest.raises(ValueError, match="areas"):
        areas([63])
