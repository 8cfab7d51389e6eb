"""Whoever joins, leaves or is suspended: is nobody on two shifts, and does replay agree?"""

from datetime import timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from domain.actor import Role
from domain.catalogue import Capability
from domain.provider import Duty, Provider, ProviderState, SuspendReason
from domain.provider_terms import REQUIRED, AnswersBy, DocumentFlaw, DocumentKind, Engagement, Paper, RejectReason
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import DESK_ACTOR, NOON, PROFILE, some_id
from tests.support.rulebook import STREAM

CREW = st.sampled_from([some_id(51), some_id(52), some_id(53)])
ACCOUNTS = st.sampled_from([some_id(951), some_id(952)])
TRUCKS = st.sampled_from([some_id(61), some_id(62), some_id(63)])
SHIFTS = st.sampled_from([some_id(n) for n in range(21, 27)])
DOCUMENTS = st.sampled_from([some_id(700 + number) for number in range(1, 6)])
SKILLS = st.frozensets(st.sampled_from(Capability), max_size=4)


class ProviderMachine(AggregateMachine[Provider]):
    """Random commands on one company."""

    def __init__(self) -> None:
        super().__init__(Provider.register(STREAM, PROFILE, NOON))

    @rule(engagement=st.sampled_from(Engagement), answers_by=st.sampled_from(AnswersBy), minutes=st.integers(-1, 3))
    def agree(self, engagement: Engagement, answers_by: AnswersBy, minutes: int) -> None:
        was_on, from_then = self.aggregate.engaged.on(self.now), self.now + timedelta(minutes=minutes)
        refused = self.attempt(lambda p: p.set_engagement(engagement, answers_by, from_then, self.now))
        if minutes > 0 or refused is not None:
            assert self.aggregate.engaged.on(self.now) is was_on, "nothing changes before its time"
        else:
            assert self.aggregate.engaged.on(self.now) is engagement

    @invariant()
    def who_left_or_was_not_taken_does_nothing_but_go_home(self) -> None:
        ended = [
            nth for nth, told in enumerate(self.history) if told.event_class in {Provider.Rejected, Provider.Offboarded}
        ]
        if ended:
            after = {told.event_class for told in self.history[ended[0] + 1 :]}
            assert after <= {Provider.WentOffDuty, Provider.DocumentExpired, Provider.CrewMemberUnlinked}

    @invariant()
    def whoever_was_taken_showed_what_every_company_shows(self) -> None:
        checked: set[object] = set()
        for told in self.history:
            if told.event_class is Provider.DocumentVerified:
                checked.add(told.fields["kind"])
            elif told.event_class is Provider.Approved:
                assert checked >= set(REQUIRED)

    @invariant()
    def what_is_said_to_be_open_is_open(self) -> None:
        tried = {
            "submit_for_review": lambda p: p.submit_for_review(self.now),
            "approve": lambda p: p.approve(self.now),
            "reject": lambda p: p.reject(RejectReason.OTHER, self.now),
            "reinstate": lambda p: p.reinstate(self.now),
            "offboard": lambda p: p.offboard(self.now),
        }
        said = set(self.aggregate.can(DESK_ACTOR, self.now)) & set(tried)
        assert {act for act, command in tried.items() if self.would_be_news(command)} == said

    @rule(crew_id=CREW, skills=SKILLS)
    def add_crew_member(self, crew_id: UUID, skills: frozenset[Capability]) -> None:
        self.attempt(lambda p: p.add_crew_member(crew_id, skills, self.now))

    @rule(truck_id=TRUCKS, equipment=SKILLS)
    def add_truck(self, truck_id: UUID, equipment: frozenset[Capability]) -> None:
        self.attempt(lambda p: p.add_truck(truck_id, equipment, self.now))

    @rule(crew_id=CREW, account_id=ACCOUNTS)
    def link_account(self, crew_id: UUID, account_id: UUID) -> None:
        if self.attempt(lambda p: p.link_account(crew_id, account_id, self.now)) is None:
            assert self.aggregate.crew_of(account_id) == crew_id

    @rule(crew_id=CREW)
    def unlink_account(self, crew_id: UUID) -> None:
        assert self.attempt(lambda p: p.unlink_account(crew_id, self.now)) is None
        assert crew_id not in self.aggregate.accounts

    @invariant()
    def nobody_is_two_of_the_crew(self) -> None:
        linked = self.aggregate.accounts
        assert len(set(linked.values())) == len(linked)
        assert set(linked) <= set(self.aggregate.crew)
        assert not linked or self.aggregate.state is not ProviderState.OFFBOARDED

    @rule(shift_id=SHIFTS, crew_id=CREW, truck_id=TRUCKS)
    def go_on_duty(self, shift_id: UUID, crew_id: UUID, truck_id: UUID) -> None:
        may_work = self.aggregate.is_active(self.now)
        if shift_id not in self.aggregate.on_duty:
            refused = self.attempt(lambda p: p.go_on_duty(shift_id, crew_id, truck_id, self.now))
            assert refused is not None or may_work

    @rule(shift_id=SHIFTS)
    def go_off_duty(self, shift_id: UUID) -> None:
        assert self.attempt(lambda p: p.go_off_duty(shift_id, self.now)) is None

    @rule(reason=st.sampled_from(SuspendReason), minutes=st.sampled_from([None, 0, 2]))
    def suspend(self, reason: SuspendReason, minutes: int | None) -> None:
        until = None if minutes is None else self.now + timedelta(minutes=minutes)
        self.attempt(lambda p: p.suspend(reason, self.now, until))

    @rule(number=st.integers(1, 5), kind=st.sampled_from(DocumentKind), crew_id=st.none() | CREW)
    def upload_document(self, number: int, kind: DocumentKind, crew_id: UUID | None) -> None:
        paper = Paper(kind, f"{number:064x}", self.now + timedelta(minutes=3), crew_id=crew_id)
        self.attempt(lambda p: p.upload_document(some_id(700 + number), paper, self.now))

    @rule(document_id=DOCUMENTS)
    def verify_document(self, document_id: UUID) -> None:
        self.attempt(lambda p: p.verify_document(document_id, self.now))

    @rule(document_id=DOCUMENTS, reason=st.sampled_from(DocumentFlaw))
    def reject_document(self, document_id: UUID, reason: DocumentFlaw) -> None:
        self.attempt(lambda p: p.reject_document(document_id, reason, self.now))

    @rule(document_id=DOCUMENTS, reason=st.sampled_from(DocumentFlaw))
    def ask_document_again(self, document_id: UUID, reason: DocumentFlaw) -> None:
        self.attempt(lambda p: p.ask_document_again(document_id, reason, self.now))

    @rule()
    def look_after_papers(self) -> None:
        assert self.attempt(lambda p: p.look_after_papers(self.now)) is None
        again = len(self.history)
        self.attempt(lambda p: p.look_after_papers(self.now))
        assert len(self.history) == again, "each is told once"

    @rule(document_id=DOCUMENTS)
    def expire_document(self, document_id: UUID) -> None:
        self.attempt(lambda p: p.expire_document(document_id, self.now))

    @rule()
    def submit_for_review(self) -> None:
        self.attempt(lambda p: p.submit_for_review(self.now))

    @rule()
    def approve(self) -> None:
        self.attempt(lambda p: p.approve(self.now))

    @rule(reason=st.sampled_from(RejectReason))
    def reject(self, reason: RejectReason) -> None:
        self.attempt(lambda p: p.reject(reason, self.now))

    @rule()
    def offboard(self) -> None:
        self.attempt(lambda p: p.offboard(self.now))

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


class ApplicantMachine(ProviderMachine):
    """The same, with a company that nobody vouches for."""

    def __init__(self) -> None:
        AggregateMachine.__init__(self, Provider.apply(STREAM, PROFILE, Role.PROVIDER, NOON))

    @initialize()
    def it_shows_its_papers(self) -> None:
        for number, kind in enumerate(REQUIRED, 1):
            self.upload_document(number, kind, None)


TestApplicant = ApplicantMachine.TestCase
TestApplicant.settings = settings(max_examples=examples(60), stateful_step_count=30, deadline=None)
TestProvider = ProviderMachine.TestCase
TestProvider.settings = settings(max_examples=examples(60), stateful_step_count=30, deadline=None)
