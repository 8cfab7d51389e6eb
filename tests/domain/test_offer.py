"""What are the rules of an offer?"""

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from domain.actor import Actor
from domain.catalogue import Service, VehicleClass
from domain.geography import BadCell
from domain.offer import (
    LONGEST_OFFER,
    BadEta,
    BadLapse,
    DeclineReason,
    Offer,
    OfferClosed,
    OfferLapsed,
    OfferStillOpen,
    Terms,
)
from domain.offer_terms import LONGEST_APPROACH_S, approach_s
from domain.refusal import Refusal
from tests.domain.facts import MADE_AT_NOON, OFFER_IDS
from tests.support.roadside import (
    ANOTHER_PROVIDER,
    BREAKDOWN_CELL,
    DEPOT_CELL,
    DEPOT_TO_BREAKDOWN_M,
    DESK_ACTOR,
    LAPSE,
    LATER,
    NOON,
    OFFER,
    PROVIDER,
    REQUEST,
    SHIFT,
    SOON,
    THE_CUSTOMER,
    THE_PROVIDER,
)
from tests.support.rulebook import Fact, born, fact, given

Command = Callable[[Offer], None]
TERMS = Terms(
    REQUEST,
    PROVIDER,
    SHIFT,
    1,
    LAPSE,
    BREAKDOWN_CELL,
    Service.TOW,
    VehicleClass.CAR,
    DEPOT_TO_BREAKDOWN_M,
    price_minor=150_000,
    currency="INR",
    provider_share_minor=112_500,
    drop_cell=DEPOT_CELL,
    eta_s=900,
)
A_BLINK = timedelta(microseconds=1)


def accept_at(at: datetime) -> Command:
    return lambda offer: offer.accept(at)


def decline_at(at: datetime) -> Command:
    return lambda offer: offer.decline(DeclineReason.TOO_FAR, at)


def lapse_at(at: datetime) -> Command:
    return lambda offer: offer.lapse(at)


def withdraw_at(at: datetime) -> Command:
    return lambda offer: offer.withdraw(at)


def accepted(at: datetime = SOON) -> Fact:
    return fact(Offer.Accepted, at, **OFFER_IDS)


def declined(at: datetime = SOON) -> Fact:
    return fact(Offer.Declined, at, **OFFER_IDS, reason=DeclineReason.TOO_FAR)


def lapsed(at: datetime = LAPSE) -> Fact:
    return fact(Offer.Lapsed, at, **OFFER_IDS)


def supersede(offer: Offer) -> None:
    offer.supersede(SOON)


def superseded() -> Fact:
    return fact(Offer.Superseded, SOON, **OFFER_IDS)


def withdrawn(at: datetime = SOON) -> Fact:
    return fact(Offer.Withdrawn, at, **OFFER_IDS)


def test_an_offer_shows_all_that_a_provider_decides_from() -> None:
    assert born(Offer.make(OFFER, TERMS, NOON)) == MADE_AT_NOON


@pytest.mark.parametrize("lapses_at", [NOON - A_BLINK, NOON, NOON + LONGEST_OFFER + A_BLINK])
def test_an_offer_lapses_after_it_is_made_and_soon(lapses_at: datetime) -> None:
    with pytest.raises(BadLapse):
        Offer.make(OFFER, dataclasses.replace(TERMS, lapses_at=lapses_at), NOON)


def test_an_offer_may_take_the_longest_time() -> None:
    terms = dataclasses.replace(TERMS, lapses_at=NOON + LONGEST_OFFER)
    assert Offer.make(OFFER, terms, NOON).lapses_at == NOON + LONGEST_OFFER


@pytest.mark.parametrize("wrong", [{"cell": "8a"}, {"drop_cell": "8a"}])
def test_an_offer_is_for_cells(wrong: dict[str, str]) -> None:
    with pytest.raises(BadCell):
        Offer.make(OFFER, dataclasses.replace(TERMS, **wrong), NOON)  # type: ignore[arg-type]  # a text each


@pytest.mark.parametrize("eta_s", [0, -1, LONGEST_APPROACH_S + 1])
def test_an_approach_takes_some_time_and_not_for_ever(eta_s: int) -> None:
    with pytest.raises(BadEta):
        Offer.make(OFFER, dataclasses.replace(TERMS, eta_s=eta_s), NOON)


@pytest.mark.parametrize(
    ("distance_m", "seconds"), [(0, 1), (1_000, 202), (10_000, 2_025), (10_000_000, LONGEST_APPROACH_S)]
)
def test_an_approach_is_told_from_the_distance(distance_m: int, seconds: int) -> None:
    assert approach_s(distance_m) == seconds


def test_accepting_in_time() -> None:
    given(Offer, MADE_AT_NOON).when(accept_at(SOON)).then(accepted())
    given(Offer, MADE_AT_NOON).when(accept_at(LAPSE - A_BLINK)).then(accepted(LAPSE - A_BLINK))


def test_declining_in_time() -> None:
    given(Offer, MADE_AT_NOON).when(decline_at(SOON)).then(declined())


@pytest.mark.parametrize("at", [LAPSE, LATER])
@pytest.mark.parametrize("answer", [accept_at, decline_at])
def test_an_answer_that_comes_late_is_refused(answer: Callable[[datetime], Command], at: datetime) -> None:
    given(Offer, MADE_AT_NOON).when(answer(at)).then_refused(OfferLapsed)


def test_a_lapsed_offer_refuses_everyone() -> None:
    given(Offer, MADE_AT_NOON, lapsed()).when(accept_at(LATER)).then_refused(OfferLapsed)
    given(Offer, MADE_AT_NOON, lapsed()).when(accept_at(SOON)).then_refused(OfferLapsed)
    given(Offer, MADE_AT_NOON, lapsed()).when(withdraw_at(LATER)).then_refused(OfferLapsed)


def test_an_offer_lapses_when_its_time_is_up_not_before() -> None:
    given(Offer, MADE_AT_NOON).when(lapse_at(LAPSE - A_BLINK)).then_refused(OfferStillOpen)
    given(Offer, MADE_AT_NOON).when(lapse_at(LAPSE)).then(lapsed())


def test_an_offer_can_be_taken_back_until_somebody_answers() -> None:
    given(Offer, MADE_AT_NOON).when(withdraw_at(SOON)).then(withdrawn())
    given(Offer, MADE_AT_NOON).when(withdraw_at(LATER)).then(withdrawn(LATER))


ENDS: dict[str, tuple[Fact, Command]] = {
    "accept": (accepted(), accept_at(SOON)),
    "decline": (declined(), decline_at(SOON)),
    "lapse": (lapsed(), lapse_at(LATER)),
    "withdraw": (withdrawn(), withdraw_at(SOON)),
    "supersede": (superseded(), supersede),
}


@pytest.mark.parametrize("end", list(ENDS))
@pytest.mark.parametrize("act", list(ENDS))
def test_an_offer_ends_once(end: str, act: str) -> None:
    rule = given(Offer, MADE_AT_NOON, ENDS[end][0]).when(ENDS[act][1])
    if end == act:
        rule.then_nothing()
    else:
        expected: type[Refusal] = OfferLapsed if end == "lapse" else OfferClosed
        rule.then_refused(expected)


def test_accepting_twice_is_no_news_even_after_the_time_is_up() -> None:
    given(Offer, MADE_AT_NOON, accepted()).when(accept_at(LATER)).then_nothing()


@pytest.mark.parametrize(
    ("actor", "at", "open_acts"),
    [
        (THE_PROVIDER, SOON, ("accept", "decline", "counter", "report_delivered", "report_seen")),
        (THE_PROVIDER, LAPSE, ()),
        (ANOTHER_PROVIDER, SOON, ()),
        (THE_CUSTOMER, SOON, ()),
        (DESK_ACTOR, SOON, ("withdraw",)),
        (DESK_ACTOR, LAPSE, ("withdraw", "lapse")),
    ],
)
def test_what_is_open_to_whom(actor: Actor, at: datetime, open_acts: tuple[str, ...]) -> None:
    assert given(Offer, MADE_AT_NOON).now().can(actor, at) == open_acts
    assert given(Offer, MADE_AT_NOON, accepted()).now().can(actor, at) == ()
