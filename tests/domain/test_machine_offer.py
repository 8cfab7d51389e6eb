"""Whatever is answered whenever: does an offer end once, in time, and does replay agree?"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.catalogue import Service, VehicleClass
from domain.offer import DeclineReason, Offer, OfferLapsed, OfferState, Terms
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

TERMS = Terms(REQUEST, PROVIDER, SHIFT, 1, LAPSE, BREAKDOWN_CELL, Service.TOW, VehicleClass.CAR, 900)


class OfferMachine(AggregateMachine[Offer]):
    """Random answers to one offer while time passes."""

    def __init__(self) -> None:
        super().__init__(Offer.make(STREAM, TERMS, NOON))

    @rule()
    def accept(self) -> None:
        was = self.aggregate.state
        refused = self.attempt(lambda o: o.accept(self.now))
        if self.now >= LAPSE and was is OfferState.MADE:
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

    @invariant()
    def it_ends_at_most_once(self) -> None:
        assert len(self.history) <= 2

    @invariant()
    def answers_are_in_time_and_lapses_are_not(self) -> None:
        for told in self.history[1:]:
            if told.event_class in (Offer.Accepted, Offer.Declined):
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
        }
        said = {*self.aggregate.can(THE_PROVIDER, self.now), *self.aggregate.can(DESK_ACTOR, self.now)}
        assert {act for act, command in tried.items() if self.would_be_news(command)} == said


TestOffer = OfferMachine.TestCase
TestOffer.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)
