"""Whoever joins, leaves or is suspended: is nobody on two shifts, and does replay agree?"""

from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.catalogue import Capability
from domain.provider import Duty, Provider, ProviderState, SuspendReason
from tests.support.machine import AggregateMachine
from tests.support.roadside import NOON, PROFILE, some_id
from tests.support.rulebook import STREAM

CREW = st.sampled_from([some_id(51), some_id(52), some_id(53)])
TRUCKS = st.sampled_from([some_id(61), some_id(62), some_id(63)])
SHIFTS = st.sampled_from([some_id(n) for n in range(21, 27)])
SKILLS = st.frozensets(st.sampled_from(Capability), max_size=4)


class ProviderMachine(AggregateMachine[Provider]):
    """Random commands on one company."""

    def __init__(self) -> None:
        super().__init__(Provider.register(STREAM, PROFILE, NOON))

    @rule(crew_id=CREW, skills=SKILLS)
    def add_crew_member(self, crew_id: UUID, skills: frozenset[Capability]) -> None:
        self.attempt(lambda p: p.add_crew_member(crew_id, skills, self.now))

    @rule(truck_id=TRUCKS, equipment=SKILLS)
    def add_truck(self, truck_id: UUID, equipment: frozenset[Capability]) -> None:
        self.attempt(lambda p: p.add_truck(truck_id, equipment, self.now))

    @rule(shift_id=SHIFTS, crew_id=CREW, truck_id=TRUCKS)
    def go_on_duty(self, shift_id: UUID, crew_id: UUID, truck_id: UUID) -> None:
        suspended = self.aggregate.state is ProviderState.SUSPENDED
        if shift_id not in self.aggregate.on_duty:
            refused = self.attempt(lambda p: p.go_on_duty(shift_id, crew_id, truck_id, self.now))
            assert refused is not None or not suspended

    @rule(shift_id=SHIFTS)
    def go_off_duty(self, shift_id: UUID) -> None:
        assert self.attempt(lambda p: p.go_off_duty(shift_id, self.now)) is None

    @rule(reason=st.sampled_from(SuspendReason))
    def suspend(self, reason: SuspendReason) -> None:
        self.attempt(lambda p: p.suspend(reason, self.now))

    @rule()
    def reinstate(self) -> None:
        self.attempt(lambda p: p.reinstate(self.now))

    @invariant()
    def nobody_is_on_two_shifts(self) -> None:
        on_duty: dict[object, Duty] = {}
        for told in self.history:
            fields = told.fields
            if told.event_class is Provider.WentOnDuty:
                crew_id, truck_id = fields["crew_id"], fields["truck_id"]
                assert isinstance(crew_id, UUID)
                assert isinstance(truck_id, UUID)
                assert crew_id not in {duty.crew_id for duty in on_duty.values()}
                assert truck_id not in {duty.truck_id for duty in on_duty.values()}
                on_duty[fields["shift_id"]] = Duty(crew_id, truck_id)
            elif told.event_class is Provider.WentOffDuty:
                del on_duty[fields["shift_id"]]
        assert on_duty == self.aggregate.on_duty

    @invariant()
    def everybody_can_do_something(self) -> None:
        for able in (*self.aggregate.crew.values(), *self.aggregate.trucks.values()):
            assert able
            assert list(able) == sorted(set(able))


TestProvider = ProviderMachine.TestCase
TestProvider.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
