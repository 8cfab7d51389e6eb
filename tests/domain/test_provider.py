"""What are the rules of a provider?"""

from collections.abc import Callable, Iterable
from typing import cast
from uuid import UUID

import pytest

from domain import provider_terms as rules
from domain.actor import Actor
from domain.catalogue import Capability
from domain.provider import (
    AlreadyOnDuty,
    FleetFull,
    NoCapability,
    Provider,
    ProviderNotActive,
    SuspendReason,
    UnknownCrew,
    UnknownTruck,
)
from tests.domain.facts import (
    CREW_ADDED,
    FLEET,
    OFF_DUTY,
    ON_DUTY,
    REGISTERED,
    SUSPENDED,
    TRUCK_ADDED,
    UP_TO_VANS,
)
from tests.support.roadside import (
    ANOTHER_PROVIDER,
    CREW,
    DESK_ACTOR,
    DISPATCHER,
    NOON,
    OTHER_CREW,
    OTHER_SHIFT,
    OTHER_TRUCK,
    PROFILE,
    SHIFT,
    SOON,
    THE_CUSTOMER,
    TOWING,
    TRUCK,
)
from tests.support.rulebook import STREAM, born, fact, given

Command = Callable[[Provider], object]
EQUIPMENT = cast("tuple[Capability, ...]", TRUCK_ADDED.fields["equipment"])


def crew(skills: Iterable[Capability] = TOWING, crew_id: UUID = CREW) -> Command:
    return lambda p: p.add_crew_member(crew_id, skills, NOON)


def truck(equipment: Iterable[Capability] = EQUIPMENT, truck_id: UUID = TRUCK) -> Command:
    return lambda p: p.add_truck(truck_id, equipment, NOON, UP_TO_VANS)


def duty(shift_id: UUID = SHIFT, crew_id: UUID = CREW, truck_id: UUID = TRUCK) -> Command:
    return lambda p: p.go_on_duty(shift_id, crew_id, truck_id, NOON)


def off_duty(p: Provider) -> None:
    p.go_off_duty(SHIFT, SOON)


def suspend(p: Provider) -> None:
    p.suspend(SuspendReason.COMPLAINTS, NOON)


def reinstate(p: Provider) -> None:
    p.reinstate(NOON)


REINSTATED = fact(Provider.Reinstated, NOON)


def test_a_company_joins_by_an_id_only() -> None:
    assert born(Provider.register(STREAM, PROFILE, NOON)) == REGISTERED


def test_crew_and_trucks_join_with_what_they_can_do() -> None:
    given(Provider, REGISTERED).when(crew()).then(CREW_ADDED)
    given(Provider, REGISTERED).when(truck()).then(TRUCK_ADDED)


def test_capabilities_are_kept_sorted_and_once() -> None:
    given(Provider, REGISTERED).when(crew([Capability.TOW, Capability.FLAT_TYRE, Capability.TOW])).then(CREW_ADDED)


def test_the_same_crew_member_twice_is_no_news_but_new_skills_are() -> None:
    given(Provider, *FLEET).when(crew()).then_nothing()
    given(Provider, *FLEET).when(truck()).then_nothing()
    more = fact(Provider.CrewMemberAdded, NOON, crew_id=CREW, skills=(Capability.LOCKOUT,))
    given(Provider, *FLEET).when(crew([Capability.LOCKOUT])).then(more)


def test_nobody_joins_who_can_do_nothing() -> None:
    given(Provider, REGISTERED).when(crew([])).then_refused(NoCapability)
    given(Provider, REGISTERED).when(truck([])).then_refused(NoCapability)
    given(Provider, REGISTERED).when(lambda p: p.add_truck(TRUCK, TOWING, NOON, ())).then_refused(NoCapability)


def test_a_fleet_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_CREW", 1)
    monkeypatch.setattr(rules, "MOST_TRUCKS", 1)
    given(Provider, *FLEET).when(crew(crew_id=OTHER_CREW)).then_refused(FleetFull)
    given(Provider, *FLEET).when(truck(truck_id=OTHER_TRUCK)).then_refused(FleetFull)
    given(Provider, *FLEET).when(crew()).then_nothing()


def test_a_shift_can_do_what_crew_and_truck_have_in_common() -> None:
    given(Provider, *FLEET).when(duty()).then(ON_DUTY)
    assert given(Provider, *FLEET).now().go_on_duty(SHIFT, CREW, TRUCK, NOON) == TOWING


def test_only_own_crew_and_trucks_go_on_duty() -> None:
    given(Provider, *FLEET).when(duty(crew_id=OTHER_CREW)).then_refused(UnknownCrew)
    given(Provider, *FLEET).when(duty(truck_id=OTHER_TRUCK)).then_refused(UnknownTruck)


def test_nobody_is_on_two_shifts() -> None:
    other_truck = fact(Provider.TruckAdded, NOON, truck_id=OTHER_TRUCK, equipment=TOWING, vehicle_classes=UP_TO_VANS)
    other_crew = fact(Provider.CrewMemberAdded, NOON, crew_id=OTHER_CREW, skills=TOWING)
    facts = (*FLEET, other_crew, other_truck, ON_DUTY)
    given(Provider, *facts).when(duty(OTHER_SHIFT, truck_id=OTHER_TRUCK)).then_refused(AlreadyOnDuty)
    given(Provider, *facts).when(duty(OTHER_SHIFT, crew_id=OTHER_CREW)).then_refused(AlreadyOnDuty)
    news = fact(Provider.WentOnDuty, NOON, shift_id=OTHER_SHIFT, crew_id=OTHER_CREW, truck_id=OTHER_TRUCK)
    given(Provider, *facts).when(duty(OTHER_SHIFT, OTHER_CREW, OTHER_TRUCK)).then(news)


def test_who_goes_off_duty_is_free_for_another_shift() -> None:
    given(Provider, *FLEET, ON_DUTY).when(off_duty).then(OFF_DUTY)
    given(Provider, *FLEET, ON_DUTY, OFF_DUTY).when(off_duty).then_nothing()
    news = fact(Provider.WentOnDuty, NOON, shift_id=OTHER_SHIFT, crew_id=CREW, truck_id=TRUCK)
    given(Provider, *FLEET, ON_DUTY, OFF_DUTY).when(duty(OTHER_SHIFT)).then(news)


def test_a_suspended_provider_starts_no_shift() -> None:
    given(Provider, *FLEET).when(suspend).then(SUSPENDED)
    given(Provider, *FLEET, SUSPENDED).when(suspend).then_nothing()
    given(Provider, *FLEET, SUSPENDED).when(duty()).then_refused(ProviderNotActive)
    given(Provider, *FLEET, SUSPENDED).when(lambda p: p.check_active(NOON)).then_refused(ProviderNotActive)


def test_a_suspended_provider_still_goes_off_duty() -> None:
    given(Provider, *FLEET, ON_DUTY, SUSPENDED).when(off_duty).then(OFF_DUTY)


def test_a_reinstated_provider_works_again() -> None:
    given(Provider, *FLEET).when(reinstate).then_nothing()
    given(Provider, *FLEET, SUSPENDED).when(reinstate).then(REINSTATED)
    given(Provider, *FLEET, SUSPENDED, REINSTATED).when(duty()).then(ON_DUTY)


OF_ITS_OWN = ("add_crew_member", "add_truck", "upload_document", "start_shift")


@pytest.mark.parametrize(
    ("actor", "open_acts"),
    [
        (DESK_ACTOR, (*OF_ITS_OWN, "set_engagement", "suspend", "offboard")),
        (DISPATCHER, OF_ITS_OWN),
        (ANOTHER_PROVIDER, ()),
        (THE_CUSTOMER, ()),
    ],
)
def test_what_is_open_to_whom(actor: Actor, open_acts: tuple[str, ...]) -> None:
    assert given(Provider, *FLEET).now().can(actor, NOON) == open_acts


def test_a_suspended_provider_can_be_reinstated_by_the_desk() -> None:
    acts = given(Provider, *FLEET, SUSPENDED).now().can(DESK_ACTOR, NOON)
    assert acts == ("add_crew_member", "add_truck", "upload_document", "set_engagement", "reinstate", "offboard")
