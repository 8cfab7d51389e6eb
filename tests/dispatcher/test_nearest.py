"""Is the nearest able provider asked, by the stated tie-break, and does the quick search agree with brute force?"""

from datetime import timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from application.dispatch.board import FreeShift, Search
from application.dispatch.nearest import FreeShifts, nearest_provider
from domain.catalogue import Capability
from domain.geography import cell_of, distance_m
from tests.dispatcher.city import near
from tests.support.roadside import NOON, some_id

TOW = frozenset({Capability.TOW})
BREAKDOWN = near(0)


def search(needs: frozenset[Capability] = TOW, cell: str = BREAKDOWN, **other: object) -> Search:
    known: dict[str, object] = {"declined_by": frozenset(), "passed_over": {}, **other}
    return Search("demo", some_id(1), 1, 1, 1, cell, needs, requested_at=NOON, updated_at=NOON, **known)  # type: ignore[arg-type]  # a test's own names


def shift(
    number: int, cell: str, able: frozenset[Capability] = TOW, tenant: str = "demo", free_s: int = 0
) -> FreeShift:
    free_since = NOON - timedelta(seconds=free_s)
    return FreeShift(tenant, some_id(number), 1, some_id(number + 500), able, cell, free_since)


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
CELLS = st.builds(cell_of, LATITUDES, LONGITUDES)
ABLE = st.frozensets(st.sampled_from([Capability.TOW, Capability.FLAT_TYRE]), min_size=1)
SHIFTS = st.lists(
    st.builds(shift, st.integers(1, 60), CELLS, ABLE, st.sampled_from(["demo", "other"]), st.integers(0, 3)),
    max_size=40,
    unique_by=lambda each: each.shift_id,
)


@settings(max_examples=300)
@given(
    SHIFTS,
    CELLS,
    st.frozensets(st.integers(501, 560).map(some_id), max_size=5),
    st.dictionaries(st.integers(501, 560).map(some_id), st.integers(1, 3), max_size=8),
    st.frozensets(st.integers(1, 60).map(some_id), max_size=5),
)
def test_the_quick_search_agrees_with_looking_at_all_anywhere_on_earth(
    shifts: list[FreeShift],
    cell: str,
    declined: frozenset[UUID],
    passed_over: dict[UUID, int],
    taken: frozenset[UUID],
) -> None:
    chosen = asked(search(cell=cell, declined_by=declined, passed_over=passed_over), *shifts, taken=taken)
    if chosen is not None and not passed_over:
        distances = {each.shift_id: distance_m(each.cell, cell) for each in shifts}
        fitting = [
            each
            for each in shifts
            if each.tenant == "demo" and each.capabilities >= TOW and each.provider_id not in declined
        ]
        assert distances[chosen] == min(distances[each.shift_id] for each in fitting if each.shift_id not in taken)
