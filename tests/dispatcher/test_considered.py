"""Does a decision account for everybody, exactly as the rules say, and can it be looked at again?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from application.dispatch.approach import Pace, arrival
from application.dispatch.board import Doing, FreeShift, Search, Stage
from application.dispatch.considered import Considering, SeenAt
from application.dispatch.nearest import eligible
from application.dispatch.policies.catalogue import POLICIES
from application.dispatch.policies.closures import heeding_closures
from application.dispatch.policies.names import PolicyName
from application.dispatch.policies.nearest_first_come import NearestFirstCome
from application.dispatch.policies.pairs import Pairs, Terms
from application.dispatch.snapshot import Plan, Snapshot, Unit
from domain.catalogue import Capability, Service, VehicleClass
from domain.decision_terms import MOST_CANDIDATES, Candidate, DecidedBy, Grounds, RuledOut, checked
from domain.geography import distance_m
from tests.dispatcher.city import near
from tests.dispatcher.small_cities import small_city
from tests.dispatcher.test_nearest import search, shift
from tests.support.effort import examples
from tests.support.roadside import NOON, some_id
from tests.support.trade import Town

TYRES = frozenset({Capability.FLAT_TYRE})


def busy(free: FreeShift, minutes: float) -> Unit:
    doing = Doing(some_id(900), Service.TOW, Stage.AT_JOB, NOON, free.cell)
    return Unit(free, NOON + timedelta(minutes=minutes), doing)


def considering(
    searches: Sequence[Search], units: Sequence[Unit], left_out: Sequence[tuple[FreeShift, RuledOut]] = ()
) -> Considering:
    policy, snapshot = NearestFirstCome(), Snapshot(NOON, searches, units, Pace())
    return Considering(policy, snapshot, policy.decide(snapshot), SeenAt(left_out=left_out))


def decided(
    wanted: Search, units: Sequence[Unit], left_out: Sequence[tuple[FreeShift, RuledOut]] = ()
) -> tuple[Considering, Grounds]:
    looked = considering([wanted], units, left_out)
    (match,) = looked.plan.now
    return looked, checked(looked.of(match), match.unit.shift.shift_id)


def idle(*shifts: FreeShift) -> list[Unit]:
    return [Unit(each, NOON) for each in shifts]


def test_candidates_are_told_by_cost_and_the_others_counted_by_reason() -> None:
    wanted = search(radius_m=5_000, declined_by=frozenset({some_id(503)}))
    units = [
        *idle(shift(1, near(2)), shift(2, near(1)), shift(3, near(0.1)), shift(4, near(9)), shift(5, near(1), TYRES)),
        *idle(shift(6, near(1), takes=frozenset({VehicleClass.VAN}))),
        busy(shift(7, near(0.1)), 5),
    ]
    left_out = [(shift(8, near(0.1)), RuledOut.RESTING), (shift(9, near(0.2)), RuledOut.DUTY_ENDS)]
    _, grounds = decided(wanted, units, left_out)
    assert [each.shift_id for each in grounds.candidates] == [some_id(2), some_id(1)]
    assert grounds.ruled_out == {
        "declined_before": 1, "out_of_radius": 1, "not_capable": 1, "wrong_vehicle_class": 1, "busy": 1, "resting": 1,
        "duty_ends": 1,
    }  # fmt: skip
    first = grounds.candidates[0]
    assert first.terms_milli_min == {"drive": first.cost_milli_min}
    assert (first.drive_s, grounds.rank, grounds.policy, grounds.by) == (149, 1, "nearest_first_come", DecidedBy.POLICY)


def test_another_tenants_shifts_are_not_even_counted() -> None:
    _, grounds = decided(search(), idle(shift(1, near(1)), shift(2, near(0.5), tenant="other")))
    assert grounds.considered == 1


def test_who_let_an_offer_pass_costs_a_day_more() -> None:
    wanted = search(passed_over={some_id(501): 2})
    _, grounds = decided(wanted, idle(shift(1, near(0.1)), shift(2, near(9))))
    assert [each.shift_id for each in grounds.candidates] == [some_id(2), some_id(1)]
    assert grounds.candidates[1].terms_milli_min["passed_over"] == 2 * 1_440_000
    assert grounds.inputs is not None
    assert grounds.inputs.passed_over == (some_id(501), some_id(501))


def test_a_nearer_one_that_goes_to_another_request_says_to_which_in_the_order_of_turns() -> None:
    first = search(sos=True)
    second = replace(search(cell=near(0.2)), request_id=some_id(2))
    looked = considering([second, first], idle(shift(1, near(0.1)), shift(2, near(3))))
    grounds = looked.of(next(match for match in looked.plan.now if match.search is second))
    assert [(each.shift_id, each.given_to_rank) for each in grounds.candidates] == [(some_id(1), 1), (some_id(2), None)]
    assert grounds.rank == 2


def test_at_most_forty_are_told_and_the_chosen_one_always() -> None:
    units = idle(*(shift(number, near(number / 10)) for number in range(1, 200)))
    wanted = search()
    farthest = units[-1]
    policy, snapshot = NearestFirstCome(), Snapshot(NOON, [wanted], units, Pace())
    match = arrival(wanted, farthest, snapshot)
    looked = Considering(policy, snapshot, Plan([match]))
    grounds = checked(looked.of(match), farthest.shift.shift_id)
    assert len(grounds.candidates) == MOST_CANDIDATES
    assert grounds.candidates[-1].shift_id == farthest.shift.shift_id
    assert [each.shift_id for each in grounds.candidates[:-1]] == [
        some_id(number) for number in range(1, MOST_CANDIDATES)
    ]
    assert grounds.ruled_out == {"dearer": 199 - MOST_CANDIDATES}


@dataclass(frozen=True)
class Weighing(NearestFirstCome):
    """A policy with costs of its own. Implements ``TellsCosts``."""

    looks_ahead: bool = True

    def cost_terms(self, pairs: Pairs, _snapshot: Snapshot) -> Terms:
        away_km = [
            [distance_m(pairs.units[number].shift.cell, wanted.cell) / 1_000 for number in numbers]
            for wanted, numbers in zip(pairs.searches, pairs.numbers.tolist(), strict=True)
        ]
        return {"km": np.array(away_km), "idle": 0.5 * pairs.idle[pairs.numbers]}


def test_a_policy_tells_its_own_costs_and_who_is_busy_for_longer_than_the_chosen_drives() -> None:
    wanted = search()
    units = [*idle(shift(1, near(4))), busy(shift(2, near(1)), 3), busy(shift(3, near(1)), 30)]
    policy, snapshot = Weighing(), Snapshot(NOON, [wanted], units, Pace())
    plan = policy.decide(snapshot)
    grounds = Considering(policy, snapshot, plan).of(plan.now[0])
    assert [each.shift_id for each in grounds.candidates] == [some_id(2), some_id(1)]
    assert grounds.candidates[1].terms_milli_min["idle"] == 500
    assert grounds.candidates[1].terms_milli_min["km"] == grounds.candidates[1].cost_milli_min - 500
    assert grounds.candidates[0].free_at == NOON + timedelta(minutes=3)
    assert grounds.ruled_out == {"busy": 1}


def test_what_somebody_chose_by_hand_shows_the_options() -> None:
    looked = considering([search()], idle(shift(1, near(1)), shift(2, near(2), TYRES)))
    grounds = checked(replace(looked.options(search()), by=DecidedBy.PERSON), some_id(2))
    assert [each.shift_id for each in grounds.candidates] == [some_id(1)]
    assert grounds.ruled_out == {"not_capable": 1}


@pytest.mark.parametrize("units", [[], [busy(shift(1, near(1)), 3)]], ids=["nobody", "all_busy"])
def test_where_nobody_can_be_chosen_the_options_are_none(units: list[Unit]) -> None:
    grounds = considering([search()], units).options(search())
    assert (grounds.candidates, grounds.considered) == ((), len(units))


SHIFTS = st.lists(
    st.tuples(
        st.floats(-12, 12),
        st.sampled_from([TYRES, frozenset({Capability.TOW}), TYRES | {Capability.TOW}]),
        st.sampled_from([frozenset(VehicleClass), frozenset({VehicleClass.VAN})]),
        st.sampled_from([None, 0, 4, 40]),
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=examples(60), deadline=None)
@given(told=SHIFTS, radius_m=st.sampled_from([None, 1_000, 5_000]), refused=st.integers(0, 3))
def test_whatever_the_board_everybody_is_accounted_for_by_the_rules_of_the_search(
    told: list[tuple[float, frozenset[Capability], frozenset[VehicleClass], int | None]],
    radius_m: int | None,
    refused: int,
) -> None:
    wanted = search(radius_m=radius_m, declined_by=frozenset(some_id(501 + number) for number in range(refused)))
    shifts = [shift(1 + n, near(km), able, takes=takes) for n, (km, able, takes, _) in enumerate(told)]
    units = [
        Unit(each, NOON) if minutes is None else busy(each, minutes)
        for each, (_, _, _, minutes) in zip(shifts, told, strict=True)
    ]
    looked = considering([wanted], units)
    can = {each.shift.shift_id for each in units if each.is_idle and eligible(wanted, each.shift)}
    for match in looked.plan.now:
        grounds = checked(looked.of(match), match.unit.shift.shift_id)
        assert grounds.considered == len(units)
        assert len(can) == len(grounds.candidates) + grounds.ruled_out.get("dearer", 0)
        assert {each.shift_id for each in grounds.candidates} <= can
        assert grounds.candidates[0].shift_id == match.unit.shift.shift_id
        for each in grounds.candidates:
            again = Considering(looked.policy, replace(looked.snapshot, units=_only(units, each)), Plan([]))
            assert again.weigh(wanted, each.shift_id, match.arrives_at) == each
    assert bool(looked.plan.now) == bool(can)


@pytest.mark.parametrize("name", list(POLICIES))
@settings(max_examples=examples(25), deadline=None)
@given(seed=st.integers(0, 2**32 - 1), searches=st.integers(0, 9), units=st.integers(0, 120))
def test_what_is_told_of_many_offers_is_what_is_told_of_each_alone(
    name: PolicyName, seed: int, searches: int, units: int
) -> None:
    policy = heeding_closures(POLICIES[name](), Town())
    policy.decide(small_city(seed + 1, 9, 3, at=NOON - timedelta(minutes=9)))
    snapshot = small_city(seed, searches, units)
    plan = policy.decide(snapshot)
    matches = [*plan.now, *plan.now[:1]]
    told = Considering(policy, snapshot, plan).of_each(matches)
    assert told == [Considering(policy, snapshot, plan).of(match) for match in matches]
    for match, grounds in zip(matches, told, strict=True):
        checked(grounds, match.unit.shift.shift_id)


def _only(units: Sequence[Unit], told: Candidate) -> list[Unit]:
    return [unit for unit in units if unit.shift.shift_id == told.shift_id]
