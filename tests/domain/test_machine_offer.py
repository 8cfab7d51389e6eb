"""Whatever is answered whenever: does an offer end once, in time, and does replay agree?"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.catalogue import Service, VehicleClass
from domain.offer import DeclineReason, Offer, OfferLapsed, Terms
from domain.offer_terms import OUT
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import (
    BREAKDOWN_CELL,
    DESK_ACTOR,
    LAPSE,
    NOON,
    PROVIDER,
    REQUEST,
    SHIFT,
    THE_PROVIDER,
)
from tests.support.rulebook import STREAM

ETAS = st.sampled_from([600, 1_200, 99_999])
ENDS = {Offer.Accepted, Offer.CounterAccepted, Offer.Declined, Offer.Lapsed, Offer.Withdrawn, Offer.Superseded}
IN_TIME = {
    Offer.Accepted,
    Offer.Declined,
    Offer.Delivered,
    Offer.Seen,
    Offer.Countered,
    Offer.CounterAccepted,
    Offer.CounterDeclined,
}
TERMS = Terms(REQUEST, PROVIDER, SHIFT, 1, LAPSE, BREAKDOWN_CELL, Service.TOW, VehicleClass.CAR, 900)


class OfferMachine(AggregateMachine[Offer]):
    """Random answers to one offer while time passes."""

    def __init__(self) -> None:
        super().__init__(Offer.make(STREAM, TERMS, NOON))

    @rule()
    def accept(self) -> None:
        was = self.aggregate.state
        refused = self.attempt(lambda o: o.accept(self.now))
        if self.now >= LAPSE and was in OUT:
            assert type(refused) is OfferLapsed

    @rule(reason=st.sampled_from(DeclineReason))
    def decline(self, reason: DeclineReason) -> None:
        self.attempt(lambda o: o.decline(reason, self.now))

    @rule()
    def lapse(self) -> None:
        self.attempt(lambda o: o.lapse(self.now))

    @rule()
    def withdraw(self) -> None:
        self.attempt(lambda o: o.withdraw(self.now))

    @rule()
    def supersede(self) -> None:
        self.attempt(lambda o: o.supersede(self.now))

    @rule()
    def deliver(self) -> None:
        assert self.attempt(lambda o: o.deliver(self.now)) is None

    @rule()
    def see(self) -> None:
        assert self.attempt(lambda o: o.see(self.now)) is None

    @rule(eta_s=ETAS)
    def counter(self, eta_s: int) -> None:
        self.attempt(lambda o: o.counter(eta_s, self.now))

    @rule(eta_s=ETAS)
    def accept_counter(self, eta_s: int) -> None:
        self.attempt(lambda o: o.accept_counter(eta_s, self.now))

    @rule(eta_s=ETAS)
    def decline_counter(self, eta_s: int) -> None:
        self.attempt(lambda o: o.decline_counter(eta_s, self.now))

    @invariant()
    def it_ends_at_most_once_and_nothing_comes_after(self) -> None:
        assert not {told.event_class for told in self.history[:-1]} & ENDS

    @invariant()
    def only_what_was_asked_for_is_taken(self) -> None:
        asked: object = None
        for told in self.history:
            if told.event_class is Offer.Countered:
                asked = told.fields["eta_s"]
            elif told.event_class in {Offer.CounterAccepted, Offer.CounterDeclined}:
                assert told.fields["eta_s"] == asked
                asked = None

    @invariant()
    def answers_are_in_time_and_lapses_are_not(self) -> None:
        for told in self.history[1:]:
            if told.event_class in IN_TIME:
                assert told.at < LAPSE
            elif told.event_class is Offer.Lapsed:
                assert told.at >= LAPSE

    @invariant()
    def what_it_shows_never_changes(self) -> None:
        shown = {name: getattr(self.aggregate, name) for name in Terms.__dataclass_fields__}
        assert shown == {name: getattr(TERMS, name) for name in shown}

    @invariant()
    def what_is_said_to_be_open_is_open(self) -> None:
        tried = {
            "accept": lambda o: o.accept(self.now),
            "decline": lambda o: o.decline(DeclineReason.OTHER, self.now),
            "withdraw": lambda o: o.withdraw(self.now),
            "lapse": lambda o: o.lapse(self.now),
            "counter": lambda o: o.counter(1_234, self.now),
            "report_delivered": lambda o: o.deliver(self.now),
            "report_seen": lambda o: o.see(self.now),
            "accept_counter": lambda o: o.accept_counter(o.countered_eta_s or 0, self.now),
            "decline_counter": lambda o: o.decline_counter(o.countered_eta_s or 0, self.now),
        }
        said = {*self.aggregate.can(THE_PROVIDER, self.now), *self.aggregate.can(DESK_ACTOR, self.now)}
        assert {act for act, command in tried.items() if self.would_be_news(command)} == said


TestOffer = OfferMachine.TestCase
TestOffer.settings = settings(max_examples=examples(60), stateful_step_count=12, deadline=None)
