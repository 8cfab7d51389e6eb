"""What are the rules of the work: the start code, the evidence, the tow, the change of mind, the end in vain?"""

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from domain.actor import Role
from domain.catalogue import Fuel, Service, ServiceDoesNotFit
from domain.offer import WhyClosed
from domain.refusal import BadInput, OutOfTurn, Refusal
from domain.request_change import NoChangeProposed
from domain.request_ending import (
    GONE_AFTER,
    ContactChannel,
    MergesIntoItself,
    NotGoneYet,
    NotReportedGone,
    WhyUnsuccessful,
)
from domain.request_job import BadEvidence, EvidenceKind, EvidenceMissing, NotDelivered, StartCodeLocked, StartedBy
from domain.request_search import EscalationReason, NarrowerSearch
from domain.request_terms import Need, OfferStillOut, RequestClosed, RequestState, RevokeReason
from domain.request_transit import AlreadyDelivered, NewDropNeeded, NothingToTow, WhyRefused
from domain.service_request import ServiceRequest
from tests.domain.facts import ASSIGNED, EN_ROUTE, OFFER_MADE, ON_SCENE, REQUESTED, REVOKED, THERE, offer_closed
from tests.domain.request_facts import (
    AT_THE_DROP,
    AT_THE_GARAGE,
    AT_THE_TOW,
    AT_THE_TYRE,
    BEGUN,
    CHANGE_PROPOSED,
    CHANGE_REJECTED,
    CHANGED,
    DELIVERED,
    DISPATCHED,
    DROP_CHANGED,
    DROP_REFUSED,
    ESCALATED,
    GONE,
    GONE_DENIED,
    GONE_REPORTED,
    IN_VAIN,
    LOADED,
    MERGED,
    ON_THE_TRUCK,
    ON_THE_WAY,
    PICTURE,
    SEARCHED,
    TRIED,
    WIDENED,
    WORK_COMPLETED,
    WRONG_CODE,
    picture,
)
from tests.support.roadside import CALL, DEPOT_CELL, LATER, OTHER_REQUEST, PROVIDER, SOON
from tests.support.rulebook import STREAM, Fact, fact, given

Command = Callable[[ServiceRequest], None]
WAITED = SOON + GONE_AFTER
FLATBED = Need(Service.FLATBED_TOW, DEPOT_CELL)


def start(by: StartedBy = StartedBy.CODE) -> Command:
    return lambda r: r.start_service(by, SOON)


def capture(kind: EvidenceKind, sha256: str = PICTURE, taken_at: datetime = SOON) -> Command:
    return lambda r: r.capture_evidence(kind, sha256, CALL.cell, taken_at, SOON)


def load(r: ServiceRequest) -> None:
    r.load_vehicle(SOON)


def set_off(r: ServiceRequest) -> None:
    r.set_off_to_drop(SOON)


def deliver(r: ServiceRequest) -> None:
    r.deliver(SOON)


def complete_work(r: ServiceRequest) -> None:
    r.complete_work(SOON)


def tries(number: int) -> Fact:
    return dataclasses.replace(WRONG_CODE, fields={**WRONG_CODE.fields, "tries": number})


def test_a_priced_job_begins_with_the_customers_code() -> None:
    given(ServiceRequest, *AT_THE_TYRE).when(lambda r: r.note_wrong_start_code(SOON)).then(WRONG_CODE)
    given(ServiceRequest, *AT_THE_TYRE, WRONG_CODE).when(start()).then(BEGUN)
    given(ServiceRequest, *AT_THE_TYRE, BEGUN).when(start()).then_nothing()
    given(ServiceRequest, *AT_THE_TYRE).when(complete_work).then_refused(OutOfTurn)
    given(ServiceRequest, *AT_THE_TYRE).when(lambda r: r.complete(SOON)).then_refused(OutOfTurn)


def test_after_five_wrong_codes_only_the_desk_lets_the_work_begin() -> None:
    locked = (*AT_THE_TYRE, *(tries(n) for n in range(1, 6)))
    given(ServiceRequest, *locked).when(lambda r: r.note_wrong_start_code(SOON)).then_refused(StartCodeLocked)
    given(ServiceRequest, *locked).when(start()).then_refused(StartCodeLocked)
    by_the_desk = dataclasses.replace(BEGUN, fields={**BEGUN.fields, "by": StartedBy.DESK})
    given(ServiceRequest, *locked).when(start(StartedBy.DESK)).then(by_the_desk)


def test_the_work_is_done_when_there_is_a_picture_of_it() -> None:
    begun = (*AT_THE_TYRE, BEGUN)
    given(ServiceRequest, *begun).when(complete_work).then_refused(EvidenceMissing)
    done = picture(EvidenceKind.WORK_DONE)
    given(ServiceRequest, *begun).when(capture(EvidenceKind.WORK_DONE)).then(done)
    given(ServiceRequest, *begun, done).when(capture(EvidenceKind.WORK_DONE)).then_nothing()
    given(ServiceRequest, *begun, done).when(complete_work).then(WORK_COMPLETED)


@pytest.mark.parametrize(
    "command",
    [
        capture(EvidenceKind.SCENE, "AB" * 32),
        capture(EvidenceKind.SCENE, "ab"),
        capture(EvidenceKind.SCENE, taken_at=SOON + timedelta(minutes=3)),
    ],
)
def test_evidence_is_a_hash_of_something_that_was_taken(command: Command) -> None:
    given(ServiceRequest, *AT_THE_TYRE).when(command).then_refused(BadEvidence)


def test_the_path_of_a_tow() -> None:
    before = picture(EvidenceKind.VEHICLE_BEFORE)
    given(ServiceRequest, *AT_THE_TOW, BEGUN).when(load).then_refused(EvidenceMissing)
    given(ServiceRequest, *AT_THE_TOW, BEGUN, before).when(load).then(LOADED)
    given(ServiceRequest, *ON_THE_TRUCK).when(set_off).then(ON_THE_WAY)
    given(ServiceRequest, *ON_THE_TRUCK, ON_THE_WAY).when(lambda r: r.arrive_at_drop(20, SOON)).then(AT_THE_DROP)
    given(ServiceRequest, *AT_THE_GARAGE).when(complete_work).then_refused(NotDelivered)
    given(ServiceRequest, *AT_THE_GARAGE).when(deliver).then(DELIVERED)
    given(ServiceRequest, *AT_THE_GARAGE, DELIVERED).when(complete_work).then_refused(EvidenceMissing)
    handed_over = (*AT_THE_GARAGE, DELIVERED, picture(EvidenceKind.VEHICLE_DELIVERED))
    given(ServiceRequest, *handed_over).when(complete_work).then(WORK_COMPLETED)


def test_nothing_is_loaded_that_goes_nowhere() -> None:
    given(ServiceRequest, *AT_THE_TYRE, BEGUN).when(load).then_refused(NothingToTow)


def test_a_destination_that_refuses_needs_another_one() -> None:
    refuse: Command = lambda r: r.refuse_drop(WhyRefused.CLOSED, SOON)  # noqa: E731
    given(ServiceRequest, *AT_THE_GARAGE).when(refuse).then(DROP_REFUSED)
    refused = (*AT_THE_GARAGE, DROP_REFUSED)
    given(ServiceRequest, *refused).when(refuse).then_nothing()
    given(ServiceRequest, *refused).when(deliver).then_refused(NewDropNeeded)
    given(ServiceRequest, *refused).when(set_off).then_refused(NewDropNeeded)
    given(ServiceRequest, *refused).when(lambda r: r.change_drop(CALL.cell, SOON)).then(DROP_CHANGED)
    elsewhere = (*refused, DROP_CHANGED)
    given(ServiceRequest, *elsewhere).when(deliver).then_refused(OutOfTurn)
    given(ServiceRequest, *elsewhere).when(set_off).then(
        dataclasses.replace(ON_THE_WAY, fields={**ON_THE_WAY.fields, "drop_cell": CALL.cell})
    )
    given(ServiceRequest, *AT_THE_GARAGE, DELIVERED).when(refuse).then_refused(AlreadyDelivered)


def test_nobody_drives_on_from_where_the_vehicle_shall_be() -> None:
    given(ServiceRequest, *AT_THE_GARAGE).when(set_off).then_refused(OutOfTurn)


def test_a_vehicle_on_a_truck_is_not_cancelled_or_taken_away() -> None:
    given(ServiceRequest, *ON_THE_TRUCK).when(lambda r: r.revoke_assignment(RevokeReason.STALLED, SOON)).then_refused(
        OutOfTurn
    )


def test_another_need_is_proposed_and_agreed_to() -> None:
    propose: Command = lambda r: r.propose_need_change(FLATBED, Role.PROVIDER, SOON)  # noqa: E731
    agree: Command = lambda r: r.change_need(FLATBED, Role.CUSTOMER, SOON)  # noqa: E731
    reject: Command = lambda r: r.reject_need_change(Role.CUSTOMER, SOON)  # noqa: E731
    given(ServiceRequest, *AT_THE_TOW).when(propose).then(CHANGE_PROPOSED)
    given(ServiceRequest, *AT_THE_TOW, CHANGE_PROPOSED).when(propose).then_nothing()
    given(ServiceRequest, *AT_THE_TOW, CHANGE_PROPOSED).when(reject).then(CHANGE_REJECTED)
    given(ServiceRequest, *AT_THE_TOW).when(reject).then_refused(NoChangeProposed)
    given(ServiceRequest, *AT_THE_TOW, CHANGE_PROPOSED).when(agree).then(CHANGED)
    given(ServiceRequest, *AT_THE_TOW, CHANGED).when(agree).then_nothing()
    given(ServiceRequest, REQUESTED, OFFER_MADE).when(agree).then_refused(OfferStillOut)


def test_a_need_must_fit_the_vehicle() -> None:
    electric = dataclasses.replace(REQUESTED, fields={**REQUESTED.fields, "fuel": Fuel.ELECTRIC})
    fuel = Need(Service.FUEL_DELIVERY, None)
    given(ServiceRequest, electric).when(lambda r: r.change_need(fuel, Role.CUSTOMER, SOON)).then_refused(
        ServiceDoesNotFit
    )


def test_after_a_change_who_declined_may_be_asked_again() -> None:
    facts = (REQUESTED, OFFER_MADE, offer_closed(WhyClosed.DECLINED), CHANGED)
    assert given(ServiceRequest, *facts).now().declined_by == frozenset()


def test_who_gave_the_job_back_is_not_asked_again() -> None:
    back = dataclasses.replace(REVOKED, fields={**REVOKED.fields, "reason": RevokeReason.PROVIDER_CANCELLED})
    request = given(ServiceRequest, *AT_THE_TYRE, back).now()
    assert (request.state, request.attempt, request.declined_by) == (RequestState.SEARCHING, 2, frozenset({PROVIDER}))
    again = fact(ServiceRequest.DispatchStarted, SOON, attempt=2, radius_m=5_000, widens_at=LATER)
    given(ServiceRequest, *AT_THE_TYRE, back).when(lambda r: r.start_dispatch(5_000, LATER, SOON)).then(again)


def report_gone(r: ServiceRequest) -> None:
    r.report_gone(WAITED + timedelta(minutes=5), WAITED)


def test_gone_is_who_was_waited_for() -> None:
    tried = (*AT_THE_TYRE, TRIED, TRIED)
    given(ServiceRequest, *AT_THE_TYRE).when(lambda r: r.attempt_contact(ContactChannel.CALL, SOON)).then(TRIED)
    reported = dataclasses.replace(
        GONE_REPORTED, at=WAITED, fields={**GONE_REPORTED.fields, "confirms_at": WAITED + timedelta(minutes=5)}
    )
    given(ServiceRequest, *tried).when(report_gone).then(reported)
    given(ServiceRequest, *tried, reported).when(report_gone).then_nothing()
    far = dataclasses.replace(ON_SCENE, fields={**ON_SCENE.fields, "distance_m": 400})
    unknown = dataclasses.replace(ON_SCENE, fields={**ON_SCENE.fields, "distance_m": None})
    way = (REQUESTED, OFFER_MADE, ASSIGNED, EN_ROUTE)
    for facts in ((*AT_THE_TYRE, TRIED), (*way, far, TRIED, TRIED), (*way, unknown, TRIED, TRIED)):
        given(ServiceRequest, *facts).when(report_gone).then_refused(NotGoneYet)
    early: Command = lambda r: r.report_gone(LATER, SOON)  # noqa: E731
    given(ServiceRequest, *tried).when(early).then_refused(NotGoneYet)


def test_the_customer_has_the_last_word_for_a_while() -> None:
    reported = (*AT_THE_TYRE, TRIED, TRIED, GONE_REPORTED)
    confirms_at = LATER + timedelta(minutes=5)
    given(ServiceRequest, *reported).when(lambda r: r.confirm_gone(Role.CUSTOMER, LATER)).then(GONE)
    given(ServiceRequest, *reported).when(lambda r: r.confirm_gone(Role.SYSTEM, LATER)).then_refused(NotGoneYet)
    by_itself = dataclasses.replace(GONE, at=confirms_at, fields={**GONE.fields, "by": Role.SYSTEM})
    given(ServiceRequest, *reported).when(lambda r: r.confirm_gone(Role.SYSTEM, confirms_at)).then(by_itself)
    given(ServiceRequest, *reported).when(lambda r: r.deny_gone(Role.CUSTOMER, LATER)).then(GONE_DENIED)
    denied = given(ServiceRequest, *reported, GONE_DENIED)
    denied.when(lambda r: r.confirm_gone(Role.CUSTOMER, LATER)).then_refused(NotReportedGone)


def test_a_provider_can_leave_without_having_helped() -> None:
    leave: Command = lambda r: r.end_unsuccessful(WhyUnsuccessful.NO_ACCESS, SOON)  # noqa: E731
    given(ServiceRequest, *AT_THE_TYRE).when(leave).then(IN_VAIN)
    given(ServiceRequest, *SEARCHED).when(leave).then_refused(OutOfTurn)
    given(ServiceRequest, *AT_THE_TYRE, IN_VAIN).when(leave).then_nothing()
    given(ServiceRequest, *AT_THE_TYRE, IN_VAIN).when(start()).then_refused(RequestClosed)


def test_the_same_breakdown_is_one_request() -> None:
    given(ServiceRequest, *SEARCHED).when(lambda r: r.merge_into(OTHER_REQUEST, SOON)).then(MERGED)
    given(ServiceRequest, *SEARCHED, MERGED).when(lambda r: r.merge_into(OTHER_REQUEST, SOON)).then_nothing()
    given(ServiceRequest, *SEARCHED).when(lambda r: r.merge_into(STREAM, SOON)).then_refused(MergesIntoItself)
    given(ServiceRequest, *SEARCHED, OFFER_MADE).when(lambda r: r.merge_into(OTHER_REQUEST, SOON)).then_refused(
        OfferStillOut
    )
    given(ServiceRequest, *THERE).when(lambda r: r.merge_into(OTHER_REQUEST, SOON)).then_refused(OutOfTurn)


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (lambda r: r.widen_search(4_000, LATER + timedelta(minutes=1), LATER), NarrowerSearch),
        (lambda r: r.widen_search(None, LATER, LATER), BadInput),
        (lambda r: r.escalate(4, EscalationReason.DESK, LATER), BadInput),
    ],
)
def test_a_search_only_grows(command: Command, refusal: type[Refusal]) -> None:
    given(ServiceRequest, *SEARCHED).when(command).then_refused(refusal)


def test_a_search_widens_and_escalates_step_by_step() -> None:
    widen: Command = lambda r: r.widen_search(None, LATER + timedelta(minutes=1), LATER)  # noqa: E731
    given(ServiceRequest, *SEARCHED).when(widen).then(WIDENED)
    given(ServiceRequest, *SEARCHED, WIDENED).when(widen).then_nothing()
    escalate: Command = lambda r: r.escalate(1, EscalationReason.NOBODY_NEAR, LATER)  # noqa: E731
    given(ServiceRequest, *SEARCHED).when(escalate).then(ESCALATED)
    given(ServiceRequest, *SEARCHED, ESCALATED).when(escalate).then_nothing()
    assert given(ServiceRequest, *SEARCHED, DISPATCHED).now().widens_at == LATER
