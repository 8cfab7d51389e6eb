"""What are the rules of a request?"""

import dataclasses
from collections.abc import Callable

import pytest

from domain.actor import Role
from domain.catalogue import Fuel, Service, ServiceDoesNotFit
from domain.geography import BadCell
from domain.offer import WhyClosed
from domain.refusal import OutOfTurn, Refusal
from domain.request_terms import (
    CancelReason,
    ConfirmedBy,
    DeclinedBefore,
    NotTheLiveOffer,
    OfferStillOut,
    RequestClosed,
    RevokeReason,
)
from domain.service_request import ServiceRequest
from tests.domain.facts import (
    ASKED,
    ASSIGNED,
    COMPLETED,
    DONE,
    DRIVING,
    EN_ROUTE,
    ENDS,
    FREE,
    HELD,
    JOB,
    NO_JOB,
    OFFER_MADE,
    ON_SCENE,
    REQUESTED,
    REVOKED,
    THERE,
    UNFULFILLED,
    offer_closed,
    offer_made,
)
from tests.support.roadside import (
    CALL,
    NOON,
    OFFER,
    OTHER_OFFER,
    OTHER_PROVIDER,
    OTHER_SHIFT,
    PROVIDER,
    REQUEST,
    SHIFT,
    SOON,
)
from tests.support.rulebook import Fact, born, fact, given

Command = Callable[[ServiceRequest], None]


def offer(r: ServiceRequest) -> None:
    r.make_offer(OFFER, PROVIDER, SHIFT, NOON)


def offer_another(r: ServiceRequest) -> None:
    r.make_offer(OTHER_OFFER, OTHER_PROVIDER, OTHER_SHIFT, NOON)


def offer_again_to_the_same(r: ServiceRequest) -> None:
    r.make_offer(OTHER_OFFER, PROVIDER, SHIFT, NOON)


def close(why: WhyClosed) -> Command:
    return lambda r: r.close_offer(OFFER, why, SOON)


def assign(r: ServiceRequest) -> None:
    r.assign(OFFER, SOON)


def en_route(r: ServiceRequest) -> None:
    r.report_en_route(SOON)


def arrive(r: ServiceRequest) -> None:
    r.confirm_arrival(ConfirmedBy.PROVIDER, 40, SOON)


def complete(r: ServiceRequest) -> None:
    r.complete(SOON)


def cancel(r: ServiceRequest) -> None:
    r.cancel(Role.CUSTOMER, CancelReason.NO_LONGER_NEEDED, SOON)


def give_up(r: ServiceRequest) -> None:
    r.give_up(SOON)


def revoke(r: ServiceRequest) -> None:
    r.revoke_assignment(RevokeReason.STALLED, SOON)


def cancelled(**job: object) -> Fact:
    return fact(
        ServiceRequest.Cancelled,
        SOON,
        **{**NO_JOB, **job},
        by=Role.CUSTOMER,
        reason=CancelReason.NO_LONGER_NEEDED,
        **FREE,
    )


def test_a_request_remembers_what_was_asked_for() -> None:
    assert born(ServiceRequest.request(REQUEST, CALL, NOON)) == REQUESTED


@pytest.mark.parametrize(
    ("service", "fuel"), [(Service.FUEL_DELIVERY, Fuel.ELECTRIC), (Service.EV_CHARGE, Fuel.PETROL)]
)
def test_a_service_must_fit_the_vehicle(service: Service, fuel: Fuel) -> None:
    with pytest.raises(ServiceDoesNotFit):
        ServiceRequest.request(REQUEST, dataclasses.replace(CALL, service=service, fuel=fuel), NOON)


def test_a_charge_may_be_asked_for_when_nobody_knows_the_fuel() -> None:
    call = dataclasses.replace(CALL, service=Service.EV_CHARGE, fuel=Fuel.UNKNOWN)
    assert ServiceRequest.request(REQUEST, call, NOON).fuel is Fuel.UNKNOWN


def test_a_place_must_be_a_cell() -> None:
    with pytest.raises(BadCell):
        ServiceRequest.request(REQUEST, dataclasses.replace(CALL, cell="somewhere"), NOON)


def test_the_path_from_the_call_to_the_completed_job() -> None:
    given(ServiceRequest, REQUESTED).when(offer).then(OFFER_MADE)
    given(ServiceRequest, *ASKED).when(assign).then(ASSIGNED)
    given(ServiceRequest, *HELD).when(en_route).then(EN_ROUTE)
    given(ServiceRequest, *DRIVING).when(arrive).then(ON_SCENE)
    given(ServiceRequest, *THERE).when(complete).then(COMPLETED)


@pytest.mark.parametrize(
    ("facts", "again"),
    [(ASKED, offer), (DRIVING, en_route), (THERE, arrive), (DONE, complete)],
    ids=["offer", "en_route", "arrive", "complete"],
)
def test_the_same_said_twice_is_no_news(facts: tuple[Fact, ...], again: Command) -> None:
    given(ServiceRequest, *facts).when(again).then_nothing()


def test_one_offer_is_out_at_a_time() -> None:
    given(ServiceRequest, *ASKED).when(offer_another).then_refused(OfferStillOut)


@pytest.mark.parametrize("why", list(WhyClosed))
def test_after_an_offer_is_closed_another_provider_is_asked(why: WhyClosed) -> None:
    given(ServiceRequest, *ASKED).when(close(why)).then(offer_closed(why))
    news = offer_made(OTHER_OFFER, OTHER_PROVIDER, OTHER_SHIFT)
    given(ServiceRequest, *ASKED, offer_closed(why)).when(offer_another).then(news)


def test_who_declined_is_never_asked_again() -> None:
    facts = (*ASKED, offer_closed(WhyClosed.DECLINED))
    given(ServiceRequest, *facts).when(offer_again_to_the_same).then_refused(DeclinedBefore)


def test_who_declined_is_not_asked_in_a_later_attempt_either() -> None:
    other = offer_made(OTHER_OFFER, OTHER_PROVIDER, OTHER_SHIFT)
    taken = dataclasses.replace(ASSIGNED, fields={**ASSIGNED.fields, **without_attempt(other)})
    lost = dataclasses.replace(REVOKED, fields={**REVOKED.fields, **without_attempt(other)})
    facts = (*ASKED, offer_closed(WhyClosed.DECLINED), other, taken, lost)
    given(ServiceRequest, *facts).when(offer_again_to_the_same).then_refused(DeclinedBefore)


def without_attempt(told: Fact) -> dict[str, object]:
    return {name: value for name, value in told.fields.items() if name != "attempt"}


@pytest.mark.parametrize("why", [WhyClosed.LAPSED, WhyClosed.WITHDRAWN])
def test_who_only_missed_an_offer_may_be_asked_again(why: WhyClosed) -> None:
    news = offer_made(OTHER_OFFER)
    given(ServiceRequest, *ASKED, offer_closed(why)).when(offer_again_to_the_same).then(news)


def test_only_the_live_offer_can_be_taken_or_closed() -> None:
    given(ServiceRequest, REQUESTED).when(assign).then_refused(NotTheLiveOffer)
    other = offer_made(OTHER_OFFER, OTHER_PROVIDER, OTHER_SHIFT)
    given(ServiceRequest, REQUESTED, other).when(assign).then_refused(NotTheLiveOffer)
    given(ServiceRequest, REQUESTED, other).when(close(WhyClosed.LAPSED)).then_refused(NotTheLiveOffer)


@pytest.mark.parametrize("facts", [HELD, DRIVING, THERE], ids=["assigned", "en_route", "on_scene"])
@pytest.mark.parametrize("command", [offer_another, assign, close(WhyClosed.LAPSED), give_up])
def test_a_job_that_somebody_holds_is_not_given_away(facts: tuple[Fact, ...], command: Command) -> None:
    given(ServiceRequest, *facts).when(command).then_refused(OutOfTurn)


@pytest.mark.parametrize(
    ("facts", "command"),
    [
        ((REQUESTED,), en_route),
        ((REQUESTED,), arrive),
        ((REQUESTED,), complete),
        (ASKED, en_route),
        (HELD, arrive),
        (HELD, complete),
        (DRIVING, complete),
        (THERE, en_route),
        (ASKED, revoke),
    ],
)
def test_no_step_is_skipped_or_gone_back(facts: tuple[Fact, ...], command: Command) -> None:
    given(ServiceRequest, *facts).when(command).then_refused(OutOfTurn)


def test_cancelling_while_searching() -> None:
    given(ServiceRequest, REQUESTED).when(cancel).then(cancelled())


def test_cancelling_takes_back_the_offer_that_is_out() -> None:
    given(ServiceRequest, *ASKED).when(cancel).then(offer_closed(WhyClosed.WITHDRAWN), cancelled())


@pytest.mark.parametrize("facts", [HELD, DRIVING, THERE], ids=["assigned", "en_route", "on_scene"])
def test_cancelling_a_job_under_way_names_who_loses_it(facts: tuple[Fact, ...]) -> None:
    given(ServiceRequest, *facts).when(cancel).then(cancelled(**JOB))


def test_giving_up_when_nobody_is_found() -> None:
    given(ServiceRequest, REQUESTED).when(give_up).then(UNFULFILLED)
    given(ServiceRequest, *ASKED).when(give_up).then_refused(OfferStillOut)


@pytest.mark.parametrize("facts", [HELD, DRIVING, THERE], ids=["assigned", "en_route", "on_scene"])
def test_a_revoked_assignment_begins_the_next_attempt(facts: tuple[Fact, ...]) -> None:
    given(ServiceRequest, *facts).when(revoke).then(REVOKED)
    after = (*facts, REVOKED)
    given(ServiceRequest, *after).when(offer_another).then(offer_made(OTHER_OFFER, OTHER_PROVIDER, OTHER_SHIFT, 2))


EVERYTHING: dict[str, Command] = {
    "offer": offer_another,
    "close": close(WhyClosed.LAPSED),
    "assign": assign,
    "en_route": en_route,
    "arrive": arrive,
    "complete": complete,
    "cancel": cancel,
    "give_up": give_up,
    "revoke": revoke,
}
SAYS_IT_AGAIN = {("completed", "complete"), ("cancelled", "cancel"), ("unfulfilled", "give_up")}


@pytest.mark.parametrize("end", list(ENDS))
@pytest.mark.parametrize("act", list(EVERYTHING))
def test_nothing_happens_to_a_closed_request(end: str, act: str) -> None:
    rule = given(ServiceRequest, *ENDS[end]).when(EVERYTHING[act])
    if (end, act) in SAYS_IT_AGAIN:
        rule.then_nothing()
    else:
        rule.then_refused(RequestClosed)


def test_a_refusal_names_the_state_and_no_person() -> None:
    request = given(ServiceRequest, *DONE).now()
    with pytest.raises(Refusal) as refused:
        offer_another(request)
    assert refused.value.code == "request_closed"
    assert refused.value.facts == {"state": "completed", "act": "offer"}
