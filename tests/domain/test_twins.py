"""Which calls are about the same breakdown, and which are not?"""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalogue import Service
from domain.geography import cell_of, distance_m
from domain.twins import APART_AT_MOST_M, FAMILY, WITHIN, Heard, Twins, twins_of
from tests.support.roadside import NOON, some_id


def heard(number: int, metres: float = 0, minutes: float = 0, service: Service = Service.TOW, **told: object) -> Heard:
    cell = cell_of(12.9716 + metres / 111_195, 77.5946)
    at = NOON + timedelta(minutes=minutes)
    return Heard(str(told.get("tenant", "demo")), some_id(number), cell, service, at, bool(told.get("may_end", True)))


def test_the_later_call_ends_in_the_earlier() -> None:
    first, second = heard(1), heard(2, 60, 10)
    assert twins_of([second, first]) == [Twins(second, first, distance_m(first.cell, second.cell))]


@pytest.mark.parametrize(
    "other",
    [
        heard(2, 400, 10),
        heard(2, 60, 31),
        heard(2, 60, 10, Service.LOCKOUT),
        heard(2, 60, 10, tenant="another"),
        heard(2, 60, 10, may_end=False),
    ],
)
def test_another_place_time_kind_tenant_or_one_that_is_on_its_way_is_no_twin(other: Heard) -> None:
    assert twins_of([heard(1), other]) == []


def test_what_callers_mix_up_is_one_kind() -> None:
    assert twins_of([heard(1, service=Service.MECHANIC), heard(2, 0, 5, Service.BATTERY_JUMP)])
    assert set(FAMILY) < set(Service)


@given(
    st.lists(
        st.tuples(st.integers(0, 900), st.integers(0, 70), st.sampled_from([Service.TOW, Service.LOCKOUT])),
        max_size=12,
    )
)
def test_buckets_find_what_a_look_at_every_pair_finds(told: list[tuple[int, int, Service]]) -> None:
    calls = [heard(number, *each) for number, each in enumerate(told)]
    found = {each.later.request_id for each in twins_of(calls)}
    for call in calls:
        earlier = [
            other
            for other in calls
            if (other.at, other.request_id) < (call.at, call.request_id)
            and other.service is call.service
            and call.at - other.at <= WITHIN
            and distance_m(call.cell, other.cell) <= APART_AT_MOST_M
        ]
        assert (call.request_id in found) == bool(earlier)
