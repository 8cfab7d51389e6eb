"""What may be said about an offer before it is answered?"""

import pytest

from domain.actor import Actor
from domain.offer import BadEta, Offer, OfferClosed, OfferLapsed, OfferState
from domain.offer_terms import NotCountered
from tests.domain.facts import MADE_AT_NOON, OFFER_IDS
from tests.support.roadside import DESK_ACTOR, LAPSE, LATER, SOON, THE_PROVIDER
from tests.support.rulebook import Fact, fact, given

DELIVERED = fact(Offer.Delivered, SOON, **OFFER_IDS)
SEEN = fact(Offer.Seen, SOON, **OFFER_IDS)
COUNTERED = fact(Offer.Countered, SOON, **OFFER_IDS, eta_s=1_800)
TAKEN = fact(Offer.CounterAccepted, SOON, **OFFER_IDS, eta_s=1_800)
NOT_TAKEN = fact(Offer.CounterDeclined, SOON, **OFFER_IDS, eta_s=1_800)
ACCEPTED = fact(Offer.Accepted, SOON, **OFFER_IDS)
LAPSED = fact(Offer.Lapsed, LAPSE, **OFFER_IDS)


def deliver(o: Offer) -> None:
    o.deliver(SOON)


def see(o: Offer) -> None:
    o.see(SOON)


def counter(o: Offer) -> None:
    o.counter(1_800, SOON)


def accept_counter(o: Offer) -> None:
    o.accept_counter(1_800, SOON)


def decline_counter(o: Offer) -> None:
    o.decline_counter(1_800, SOON)


def test_an_offer_arrives_and_is_seen() -> None:
    given(Offer, MADE_AT_NOON).when(deliver).then(DELIVERED)
    given(Offer, MADE_AT_NOON, DELIVERED).when(see).then(SEEN)
    given(Offer, MADE_AT_NOON).when(see).then(SEEN)


@pytest.mark.parametrize("facts", [(DELIVERED,), (SEEN,), (COUNTERED,), (ACCEPTED,), (LAPSED,)], ids=len)
def test_what_arrived_does_not_arrive_again(facts: tuple[Fact, ...]) -> None:
    given(Offer, MADE_AT_NOON, *facts).when(deliver).then_nothing()


@pytest.mark.parametrize("facts", [(SEEN,), (COUNTERED,), (ACCEPTED,), (LAPSED,)], ids=len)
def test_what_was_seen_or_answered_is_not_opened_again(facts: tuple[Fact, ...]) -> None:
    given(Offer, MADE_AT_NOON, *facts).when(see).then_nothing()


def test_what_comes_too_late_is_no_news() -> None:
    given(Offer, MADE_AT_NOON).when(lambda o: o.deliver(LAPSE)).then_nothing()
    given(Offer, MADE_AT_NOON).when(lambda o: o.see(LAPSE)).then_nothing()


def test_a_counter_is_taken_and_gives_the_job() -> None:
    given(Offer, MADE_AT_NOON).when(counter).then(COUNTERED)
    given(Offer, MADE_AT_NOON, COUNTERED).when(accept_counter).then(TAKEN)
    offer = given(Offer, MADE_AT_NOON, COUNTERED, TAKEN).now()
    assert (offer.state, offer.countered_eta_s, offer.eta_s) == (OfferState.ACCEPTED, 1_800, 900)
    given(Offer, MADE_AT_NOON, COUNTERED, TAKEN).when(accept_counter).then_nothing()


def test_a_counter_that_is_not_taken_lets_the_offer_stand() -> None:
    given(Offer, MADE_AT_NOON, COUNTERED).when(decline_counter).then(NOT_TAKEN)
    given(Offer, MADE_AT_NOON, COUNTERED, NOT_TAKEN).when(lambda o: o.accept(SOON)).then(ACCEPTED)
    given(Offer, MADE_AT_NOON, COUNTERED, NOT_TAKEN).when(counter).then(COUNTERED)
    given(Offer, MADE_AT_NOON, COUNTERED, NOT_TAKEN).when(decline_counter).then_nothing()
    given(Offer, MADE_AT_NOON, COUNTERED, NOT_TAKEN, COUNTERED).when(decline_counter).then(NOT_TAKEN)


def test_who_countered_may_still_take_it_as_it_was_made() -> None:
    given(Offer, MADE_AT_NOON, COUNTERED).when(lambda o: o.accept(SOON)).then(ACCEPTED)


def test_only_what_was_asked_for_last_can_be_taken() -> None:
    more = fact(Offer.Countered, SOON, **OFFER_IDS, eta_s=2_400)
    given(Offer, MADE_AT_NOON, COUNTERED).when(counter).then_nothing()
    given(Offer, MADE_AT_NOON, COUNTERED).when(lambda o: o.counter(2_400, SOON)).then(more)
    given(Offer, MADE_AT_NOON, COUNTERED, more).when(accept_counter).then_refused(NotCountered)
    given(Offer, MADE_AT_NOON).when(accept_counter).then_refused(NotCountered)
    given(Offer, MADE_AT_NOON, SEEN).when(decline_counter).then_refused(NotCountered)


def test_a_counter_has_its_time_and_its_bounds() -> None:
    given(Offer, MADE_AT_NOON).when(lambda o: o.counter(0, SOON)).then_refused(BadEta)
    given(Offer, MADE_AT_NOON).when(lambda o: o.counter(600, LAPSE)).then_refused(OfferLapsed)
    given(Offer, MADE_AT_NOON, COUNTERED).when(lambda o: o.accept_counter(1_800, LATER)).then_refused(OfferLapsed)
    given(Offer, MADE_AT_NOON, ACCEPTED).when(counter).then_refused(OfferClosed)
    given(Offer, MADE_AT_NOON, ACCEPTED).when(accept_counter).then_refused(OfferClosed)
    given(Offer, MADE_AT_NOON, COUNTERED).when(lambda o: o.lapse(LAPSE)).then(LAPSED)


@pytest.mark.parametrize(
    ("facts", "actor", "open_acts"),
    [
        ((DELIVERED,), THE_PROVIDER, ("accept", "decline", "counter", "report_seen")),
        ((SEEN,), THE_PROVIDER, ("accept", "decline", "counter")),
        ((COUNTERED,), THE_PROVIDER, ("accept", "decline", "counter")),
        ((COUNTERED,), DESK_ACTOR, ("withdraw", "accept_counter", "decline_counter")),
    ],
)
def test_what_is_open_to_whom(facts: tuple[Fact, ...], actor: Actor, open_acts: tuple[str, ...]) -> None:
    assert given(Offer, MADE_AT_NOON, *facts).now().can(actor, SOON) == open_acts
