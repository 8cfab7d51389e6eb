"""How is a zone closed, flooded or in surge for a while, and what makes no sense?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.refusal import Refusal
from domain.timeline import BadEffect
from domain.zone import Zone
from domain.zone_conditions import (
    LONGEST,
    MOST_CONDITIONS,
    BadCondition,
    Condition,
    ConditionKind,
    NoSuchCondition,
    TooManyConditions,
    condition_at,
)
from tests.domain.city_facts import CLOSED, DEFINED, LIFTED, SURGE, SURGED
from tests.support.roadside import LATER, NOON, SOON
from tests.support.rulebook import fact, given

CLOSURE = Condition(ConditionKind.CLOSURE, SOON)
MUCH_LATER = LATER + timedelta(days=1)


def test_a_condition_is_declared_from_an_instant_on() -> None:
    given(Zone, DEFINED).when(lambda zone: zone.declare(SURGE, SOON)).then(SURGED)
    given(Zone, DEFINED).when(lambda zone: zone.declare(CLOSURE, SOON)).then(CLOSED)


def test_what_holds_already_is_no_news() -> None:
    given(Zone, DEFINED, SURGED).when(lambda zone: zone.declare(SURGE, SOON)).then_nothing()
    longer = replace(SURGE, effective_until=MUCH_LATER)
    given(Zone, DEFINED, SURGED).when(lambda zone: zone.declare(longer, SOON)).then(
        fact(Zone.ConditionDeclared, SOON, **{**SURGED.fields, "effective_until": MUCH_LATER})
    )


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"effective_until": SOON}, BadCondition),
        ({"effective_until": SOON + LONGEST + timedelta(seconds=1)}, BadCondition),
        ({"factor_percent": None}, BadCondition),
        ({"factor_percent": 100}, BadCondition),
        ({"factor_percent": 201}, BadCondition),
        ({"kind": ConditionKind.FLOOD}, BadCondition),
        ({"effective_from": SOON - timedelta(days=2), "effective_until": None}, BadEffect),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, object], refusal: type[Refusal]) -> None:
    odd = replace(SURGE, **changes)  # type: ignore[arg-type]  # any one of them
    given(Zone, DEFINED).when(lambda zone: zone.declare(odd, SOON)).then_refused(refusal)


def test_of_several_of_a_kind_the_one_declared_last_counts() -> None:
    dearer = replace(SURGE, effective_until=SOON + timedelta(seconds=1), factor_percent=200)
    told = fact(
        Zone.ConditionDeclared,
        SOON,
        **{**SURGED.fields, "effective_until": dearer.effective_until, "factor_percent": 200},
    )
    conditions = given(Zone, DEFINED, SURGED, told).now().conditions
    assert condition_at(conditions, ConditionKind.SURGE, SOON) == dearer
    assert condition_at(conditions, ConditionKind.SURGE, SOON + timedelta(seconds=1)) == SURGE
    assert condition_at(conditions, ConditionKind.SURGE, LATER) is None
    assert condition_at(conditions, ConditionKind.FLOOD, SOON) is None


def test_all_of_a_kind_are_lifted_at_an_instant() -> None:
    given(Zone, DEFINED, CLOSED, SURGED).when(lambda zone: zone.lift(ConditionKind.CLOSURE, LATER, LATER)).then(LIFTED)
    zone = given(Zone, DEFINED, CLOSED, SURGED, LIFTED).now()
    assert zone.conditions == (replace(CLOSURE, effective_until=LATER), SURGE)
    assert condition_at(zone.conditions, ConditionKind.CLOSURE, LATER) is None


def test_one_that_was_announced_never_comes_when_it_is_lifted_before() -> None:
    early = fact(Zone.ConditionLifted, NOON, kind=ConditionKind.CLOSURE, effective_from=NOON)
    assert given(Zone, DEFINED, CLOSED, early).now().conditions == ()


def test_what_is_not_there_cannot_be_lifted() -> None:
    given(Zone, DEFINED, SURGED).when(lambda zone: zone.lift(ConditionKind.FLOOD, SOON, SOON)).then_refused(
        NoSuchCondition
    )
    given(Zone, DEFINED, SURGED).when(lambda zone: zone.lift(ConditionKind.SURGE, LATER, SOON)).then_refused(
        NoSuchCondition
    )


def test_a_zone_has_only_so_many_conditions_ahead() -> None:
    told = [
        fact(Zone.ConditionDeclared, SOON, **{**SURGED.fields, "factor_percent": 101 + n % 99})
        for n in range(MOST_CONDITIONS)
    ]
    given(Zone, DEFINED, *told).when(lambda zone: zone.declare(CLOSURE, SOON)).then_refused(TooManyConditions)
    given(Zone, DEFINED, *told).when(lambda zone: zone.declare(replace(CLOSURE, effective_from=LATER), LATER)).then(
        fact(Zone.ConditionDeclared, LATER, **{**CLOSED.fields, "effective_from": LATER})
    )
