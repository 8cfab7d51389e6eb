"""Is the nearest able provider asked, by the stated tie-break, and does the quick search agree with brute force?"""

from datetime import timedelta
from uuid import UUID

import h3  # type: ignore[import-untyped]  # the wheel has no py.typed
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from application.dispatch.board import FreeShift, Search
from application.dispatch.nearest import FreeShifts, nearest_provider
from domain.catalogue import Capability, VehicleClass
from domain.geography import cell_of, distance_m, holder_of
from tests.dispatcher.city import near
from tests.support.effort import examples
from tests.support.roadside import NOON, some_id

TOW = frozenset({Capability.TOW})
ALL_SIZES = frozenset(VehicleClass)
BREAKDOWN = near(0)


def search(needs: frozenset[Capability] = TOW, cell: str = BREAKDOWN, **other: object) -> Search:
    known: dict[str, object] = {
        "declined_by": frozenset(),
        "passed_over": {},
        "vehicle_class": VehicleClass.CAR,
        "requested_at": NOON,
        "updated_at": NOON,
        **other,
    }
    return Search("demo", some_id(1), 1, 1, 1, cell, needs, **known)  # type: ignore[arg-type]  # a test's own names


def shift(
    number: int,
    cell: str,
    able: frozenset[Capability] = TOW,
    tenant: str = "demo",
    free_s: int = 0,
    takes: frozenset[VehicleClass] = ALL_SIZES,
) -> FreeShift:
    free_since = NOON - timedelta(seconds=free_s)
    return FreeShift(tenant, some_id(number), 1, some_id(number + 500), able, takes, cell, free_since)


def asked(wanted: Search, *shifts: FreeShift, taken: frozenset[UUID] = frozenset()) -> UUID | None:
    """Whom both ways of looking choose."""
    plainly = nearest_provider(wanted, shifts, taken)
    quickly = FreeShifts(shifts).nearest(wanted, taken)
    assert quickly == plainly
    return plainly.shift_id if plainly else None


def test_the_nearest_is_asked() -> None:
    assert asked(search(), shift(1, near(5)), shift(2, near(2)), shift(3, near(-3))) == some_id(2)


def test_a_nearer_one_who_lacks_the_equipment_is_not_asked() -> None:
    flat_tyres_only = shift(1, near(1), frozenset({Capability.FLAT_TYRE}))
    assert asked(search(), flat_tyres_only, shift(2, near(9))) == some_id(2)


def test_a_nearer_one_whose_truck_is_not_made_for_the_vehicle_is_not_asked() -> None:
    small_ones = shift(1, near(1), takes=frozenset({VehicleClass.TWO_WHEELER}))
    assert asked(search(), small_ones, shift(2, near(9))) == some_id(2)


def test_nobody_farther_than_the_radius_is_asked() -> None:
    inside, outside = shift(1, near(4)), shift(2, near(6))
    assert asked(search(radius_m=5_000), outside) is None
    assert asked(search(radius_m=5_000), outside, inside) == some_id(1)
    assert asked(search(radius_m=distance_m(outside.cell, BREAKDOWN)), outside) == some_id(2)
    assert asked(search(radius_m=distance_m(outside.cell, BREAKDOWN) - 1), outside) is None
    assert asked(search(radius_m=None), shift(3, near(4_000))) == some_id(3)


def test_a_job_that_needs_two_things_needs_both_of_one_shift() -> None:
    both = frozenset({Capability.TOW, Capability.HEAVY_DUTY})
    assert asked(search(both), shift(1, near(1)), shift(2, near(9), both)) == some_id(2)


def test_whoever_declined_is_not_asked_again() -> None:
    wanted = search(declined_by=frozenset({some_id(501)}))
    assert asked(wanted, shift(1, near(1)), shift(2, near(9))) == some_id(2)
    assert asked(wanted, shift(1, near(1))) is None


def test_whoever_let_it_pass_comes_after_all_others_but_is_asked_again_when_nobody_else_is_there() -> None:
    wanted = search(passed_over={some_id(501): 1})
    assert asked(wanted, shift(1, near(1)), shift(2, near(40))) == some_id(2)
    assert asked(wanted, shift(1, near(1))) == some_id(1)
    assert asked(
        search(passed_over={some_id(501): 2, some_id(502): 1}), shift(1, near(1)), shift(2, near(40))
    ) == some_id(2)


def test_a_tie_goes_to_the_one_who_is_free_the_longest_then_to_the_smaller_id() -> None:
    assert asked(search(), shift(1, near(1), free_s=10), shift(2, near(1), free_s=60)) == some_id(2)
    assert asked(search(), shift(2, near(1)), shift(1, near(1))) == some_id(1)


def test_nobody_of_another_tenant_and_nobody_who_was_given_a_job_in_this_round() -> None:
    assert asked(search(), shift(1, near(1), tenant="other")) is None
    assert asked(search(), shift(1, near(1)), shift(2, near(2)), taken=frozenset({some_id(1)})) == some_id(2)
    assert asked(search()) is None


LATITUDES = st.floats(-90, 90, allow_nan=False) | st.floats(12.8, 13.1) | st.sampled_from([-90.0, 90.0, 0.0])
LONGITUDES = st.floats(-180, 180, allow_nan=False) | st.floats(77.4, 77.8) | st.sampled_from([-180.0, 180.0, 179.999])
PENTAGONS = [h3.cell_to_latlng(each) for each in h3.get_pentagons(7)]


def beside(place: tuple[float, float], north: float, east: float) -> str:
    """A cell a little off a place, over the pole and around the world if need be."""
    lat = max(-90.0, min(90.0, place[0] + north))
    return cell_of(lat, (place[1] + east + 180) % 360 - 180)


def on_the_border(cell: str, corner: int, pull: float) -> str:
    """The cell at, or just to one side of, a corner of the district that holds a cell."""
    holder, middle = holder_of(cell, 7)
    corners = h3.cell_to_boundary(holder)
    lat, lng = corners[corner % len(corners)]
    return beside(middle, (lat - middle[0]) * pull, (lng - middle[1]) * pull)


A_LITTLE = st.floats(-0.2, 0.2)
ANYWHERE = st.builds(cell_of, LATITUDES, LONGITUDES)
CELLS = (
    ANYWHERE
    | st.builds(beside, st.sampled_from(PENTAGONS), A_LITTLE, A_LITTLE)
    | st.builds(
        beside, st.sampled_from([(0.0, 180.0), (-16.8, 179.98), (89.99, 12.0), (-89.99, 0.0)]), A_LITTLE, A_LITTLE
    )
    | st.builds(on_the_border, ANYWHERE, st.integers(0, 9), st.floats(0.95, 1.05))
    | st.builds(on_the_border, st.just(BREAKDOWN), st.integers(0, 9), st.floats(0.95, 1.05))
)
ABLE = st.frozensets(st.sampled_from([Capability.TOW, Capability.FLAT_TYRE]), min_size=1)
TAKES = st.frozensets(st.sampled_from([VehicleClass.CAR, VehicleClass.TRUCK]), min_size=1)
RADII = st.none() | st.sampled_from([5_000, 10_000, 50_000]) | st.integers(0, 30_000_000)


def shifts_in(cells: st.SearchStrategy[str]) -> st.SearchStrategy[list[FreeShift]]:
    one = st.builds(
        shift, st.integers(1, 60), cells, ABLE, st.sampled_from(["demo", "other"]), st.integers(0, 3), TAKES
    )
    return st.lists(one, max_size=40, unique_by=lambda each: each.shift_id)


def around(cell: str) -> st.SearchStrategy[str]:
    """Cells within some districts of a cell: where a wrong bound would show."""
    middle = h3.cell_to_latlng(cell)
    return st.builds(beside, st.just(middle), st.floats(-0.08, 0.08), st.floats(-0.08, 0.08)) | st.builds(
        on_the_border, st.just(cell), st.integers(0, 9), st.floats(0.9, 1.1)
    )


@settings(max_examples=examples(400))
@given(
    st.data(),
    CELLS,
    st.frozensets(st.integers(501, 560).map(some_id), max_size=5),
    st.dictionaries(st.integers(501, 560).map(some_id), st.integers(1, 3), max_size=8),
    st.frozensets(st.integers(1, 60).map(some_id), max_size=5),
    RADII,
)
def test_the_quick_search_agrees_with_looking_at_all_anywhere_on_earth(
    data: st.DataObject,
    cell: str,
    declined: frozenset[UUID],
    passed_over: dict[UUID, int],
    taken: frozenset[UUID],
    radius_m: int | None,
) -> None:
    shifts = data.draw(shifts_in(CELLS) | shifts_in(around(cell)))
    wanted = search(cell=cell, declined_by=declined, passed_over=passed_over, radius_m=radius_m)
    chosen = asked(wanted, *shifts, taken=taken)
    fitting = [
        distance_m(each.cell, cell)
        for each in shifts
        if each.tenant == "demo"
        and each.capabilities >= TOW
        and VehicleClass.CAR in each.vehicle_classes
        and each.provider_id not in declined
        and each.shift_id not in taken
        and (radius_m is None or distance_m(each.cell, cell) <= radius_m)
    ]
    assert (chosen is None) == (not fitting)
    if chosen is not None and not passed_over:
        assert distance_m(next(each.cell for each in shifts if each.shift_id == chosen), cell) == min(fitting)


@pytest.mark.parametrize("resolution", [7, 8])
def test_the_first_cell_that_holds_anybody_is_not_where_the_search_ends(resolution: int) -> None:
    """The trap that a search by rings falls into: in the own cell but far off, against next door but near."""
    own, _ = holder_of(BREAKDOWN, resolution)
    corners = h3.cell_to_children(own, 10)
    here = max(corners, key=lambda each: distance_m(each, h3.latlng_to_cell(*h3.cell_to_latlng(own), 10)))
    far_but_own = max(corners, key=lambda each: distance_m(each, here))
    others = [each for each in h3.grid_disk(here, 6) if holder_of(each, resolution)[0] != own]
    next_door = min(others, key=lambda each: (distance_m(each, here), each))
    assert distance_m(next_door, here) < distance_m(far_but_own, here)
    assert asked(search(cell=here), shift(1, far_but_own), shift(2, next_door)) == some_id(2)
