"""What are the rules of a price, from the quote to nothing being owed?"""

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from domain.actor import Role
from domain.price_terms import LineKind, PaymentMethod, PriceLine
from domain.refusal import BadInput, OutOfTurn, Refusal
from domain.request_asking import (
    BadPrice,
    BadSchedule,
    NotQuoted,
    QuoteExpired,
    QuoteStillValid,
    QuoteSuperseded,
)
from domain.request_fare import (
    ApprovalNeeded,
    NotSettled,
    NotTheLatestFare,
    Outcome,
    SettledBefore,
    Settlement,
    WhyDisputed,
)
from domain.request_job import EvidenceKind
from domain.request_terms import Call, Dispatch, Hazard, Quote, RequestClosed, RequestState, TriageSource
from domain.service_request import ServiceRequest
from tests.domain.facts import CANCELLED, COMPLETED, REQUESTED
from tests.domain.request_facts import (
    APPROVED,
    CONFIRMED,
    DISPATCHED,
    DISPUTED,
    EXPIRED,
    FARE,
    LINES,
    MENDED,
    PAYMENT,
    QUOTE,
    QUOTED,
    SCHEDULED,
    SEARCHED,
    SETTLED,
    SOS,
    SUBMITTED,
    TOW,
    TRIAGED,
    VALID_UNTIL,
    confirmed,
    picture,
)
from tests.support.roadside import CALL, LATER, NOON, REQUEST, SOON, THE_CUSTOMER
from tests.support.rulebook import Fact, born, fact, given

Command = Callable[[ServiceRequest], None]
PAID = Settlement(Outcome.CHARGE, 118_000, "INR", PAYMENT)


def confirm(version: int = 1, method: PaymentMethod = PaymentMethod.WALLET, at: datetime = SOON) -> Command:
    return lambda r: r.confirm(version, method, Role.CUSTOMER, at)


def quote(again: Quote = QUOTE) -> Command:
    return lambda r: r.issue_quote(again, NOON)


def search(r: ServiceRequest) -> None:
    r.start_dispatch(5_000, LATER, SOON)


def propose(total_minor: int) -> Command:
    return lambda r: r.propose_fare((PriceLine(LineKind.BASE, total_minor),), "INR", total_minor, SOON)


def approve(by: Role, version: int = 1) -> Command:
    return lambda r: r.approve_fare(version, by, SOON)


def test_a_priced_request_waits_for_its_price() -> None:
    assert born(ServiceRequest.request(REQUEST, TOW, NOON)) == SUBMITTED
    assert given(ServiceRequest, SUBMITTED).now().state is RequestState.SUBMITTED
    given(ServiceRequest, SUBMITTED).when(quote()).then(QUOTED)
    given(ServiceRequest, SUBMITTED, QUOTED).when(confirm()).then(CONFIRMED)
    given(ServiceRequest, SUBMITTED, QUOTED, CONFIRMED).when(search).then(DISPATCHED)


@pytest.mark.parametrize("facts", [(SUBMITTED,), (SUBMITTED, QUOTED)], ids=["submitted", "quoted"])
def test_nobody_is_looked_for_before_the_price_is_confirmed(facts: tuple[Fact, ...]) -> None:
    given(ServiceRequest, *facts).when(search).then_refused(OutOfTurn)


def test_an_sos_waits_for_no_price() -> None:
    given(ServiceRequest, SUBMITTED, QUOTED).when(lambda r: r.raise_sos(Role.CUSTOMER, SOON)).then(SOS)
    given(ServiceRequest, SUBMITTED, QUOTED, SOS).when(search).then(DISPATCHED)
    given(ServiceRequest, SUBMITTED, QUOTED, SOS, DISPATCHED).when(confirm()).then(CONFIRMED)


@pytest.mark.parametrize(
    ("facts", "command", "refusal"),
    [
        ((SUBMITTED, QUOTED), confirm(2), QuoteSuperseded),
        ((SUBMITTED, QUOTED), confirm(at=VALID_UNTIL), QuoteExpired),
        ((SUBMITTED, QUOTED), confirm(method=PaymentMethod.NONE), BadInput),
        ((SUBMITTED,), confirm(), OutOfTurn),
        ((REQUESTED,), confirm(), NotQuoted),
        ((SUBMITTED, QUOTED, EXPIRED), confirm(), RequestClosed),
        ((SUBMITTED, QUOTED, CONFIRMED), confirm(method=PaymentMethod.CASH), OutOfTurn),
        (SEARCHED, confirm(method=PaymentMethod.CASH), QuoteSuperseded),
        ((SUBMITTED,), quote(dataclasses.replace(QUOTE, total_minor=1)), BadPrice),
        ((SUBMITTED,), quote(dataclasses.replace(QUOTE, lines=(), total_minor=0)), BadPrice),
        ((SUBMITTED,), quote(dataclasses.replace(QUOTE, quote_version=2)), QuoteSuperseded),
        (
            (SUBMITTED, QUOTED),
            quote(dataclasses.replace(QUOTE, total_minor=118_000, tariff_version=9)),
            QuoteSuperseded,
        ),
    ],
)
def test_what_no_price_allows(facts: tuple[Fact, ...], command: Command, refusal: type[Refusal]) -> None:
    given(ServiceRequest, *facts).when(command).then_refused(refusal)


def test_the_same_price_or_word_twice_is_no_news() -> None:
    given(ServiceRequest, SUBMITTED, QUOTED).when(quote()).then_nothing()
    given(ServiceRequest, SUBMITTED, QUOTED, CONFIRMED).when(confirm()).then_nothing()
    given(ServiceRequest, *SEARCHED).when(search).then_nothing()


def test_a_quote_that_nobody_confirms_expires() -> None:
    def expire(at: datetime) -> Command:
        return lambda r: r.expire(at)

    given(ServiceRequest, SUBMITTED, QUOTED).when(expire(VALID_UNTIL)).then(EXPIRED)
    given(ServiceRequest, SUBMITTED, QUOTED).when(expire(SOON)).then_refused(QuoteStillValid)
    given(ServiceRequest, SUBMITTED, QUOTED, EXPIRED).when(expire(VALID_UNTIL)).then_nothing()
    given(ServiceRequest, *SEARCHED).when(expire(VALID_UNTIL)).then_refused(OutOfTurn)


def test_a_scheduled_job_is_searched_for_later() -> None:
    in_5_hours, in_4_hours = NOON + timedelta(hours=5), NOON + timedelta(hours=4)
    facts = (SUBMITTED, QUOTED, CONFIRMED)
    given(ServiceRequest, *facts).when(lambda r: r.schedule(in_5_hours, in_4_hours, SOON)).then(SCHEDULED)
    given(ServiceRequest, *facts).when(lambda r: r.schedule(in_4_hours, in_5_hours, SOON)).then_refused(BadSchedule)
    given(ServiceRequest, *facts, SCHEDULED).when(search).then(DISPATCHED)


@pytest.mark.parametrize(
    "call",
    [
        dataclasses.replace(TOW, scheduled_for=NOON),
        dataclasses.replace(CALL, dispatch=Dispatch.AT_ONCE, scheduled_for=LATER),
    ],
)
def test_nothing_is_scheduled_for_the_past_or_for_at_once(call: Call) -> None:
    with pytest.raises(BadSchedule):
        ServiceRequest.request(REQUEST, call, NOON)


def test_triage_adds_dangers_and_takes_none_away() -> None:
    def triage(*hazards: Hazard) -> Command:
        return lambda r: r.record_triage(TriageSource.RULES, hazards, 90, SOON)

    given(ServiceRequest, SUBMITTED).when(triage(Hazard.NIGHT, Hazard.LIVE_LANE)).then(TRIAGED)
    given(ServiceRequest, SUBMITTED, TRIAGED).when(triage()).then_nothing()
    given(ServiceRequest, SUBMITTED, TRIAGED).when(triage(Hazard.NIGHT)).then_nothing()
    assert given(ServiceRequest, SUBMITTED, TRIAGED).now().hazards == (Hazard.LIVE_LANE, Hazard.NIGHT)
    given(ServiceRequest, SUBMITTED).when(
        lambda r: r.record_triage(TriageSource.MODEL, [Hazard.SMOKE], 101, SOON)
    ).then_refused(BadInput)


def test_a_fare_within_a_tenth_of_the_price_stands_by_itself() -> None:
    given(ServiceRequest, *MENDED).when(lambda r: r.propose_fare(LINES, "INR", 118_000, SOON)).then(FARE)
    given(ServiceRequest, *MENDED, FARE).when(approve(Role.SYSTEM)).then(APPROVED)
    assert not given(ServiceRequest, *MENDED, fare(129_800)).now().fare_needs_approval
    assert given(ServiceRequest, *MENDED, fare(129_801)).now().fare_needs_approval


def fare(total_minor: int, version: int = 1, **more: object) -> Fact:
    lines = (PriceLine(LineKind.BASE, total_minor),)
    told = {**FARE.fields, "fare_version": version, "lines": lines, "total_minor": total_minor, **more}
    return fact(ServiceRequest.FareProposed, SOON, **told)


def test_a_tariff_says_how_far_above_the_price_a_fare_stands_by_itself() -> None:
    assert not given(ServiceRequest, *MENDED, fare(120_000, most_minor=120_000)).now().fare_needs_approval
    assert given(ServiceRequest, *MENDED, fare(120_001, most_minor=120_000)).now().fare_needs_approval


@pytest.mark.parametrize("kind", [LineKind.PARTS, LineKind.EXTRA])
def test_what_nobody_proved_needs_the_customers_word(kind: LineKind) -> None:
    lines = (PriceLine(LineKind.BASE, 117_999), PriceLine(kind, 1))
    propose = partial(
        ServiceRequest.propose_fare, lines=lines, currency="INR", total_minor=118_000, at=SOON, most_minor=200_000
    )
    told = {**FARE.fields, "lines": lines, "most_minor": 200_000}
    doubted = fact(ServiceRequest.FareProposed, SOON, **{**told, "unproven": (kind,)})
    given(ServiceRequest, *MENDED).when(propose).then(doubted)
    given(ServiceRequest, *MENDED, doubted).when(approve(Role.SYSTEM)).then_refused(ApprovalNeeded)
    receipt = picture(EvidenceKind.RECEIPT)
    # A receipt that is shown later makes it another fare, which stands.
    proved = fact(ServiceRequest.FareProposed, SOON, **{**told, "fare_version": 2})
    given(ServiceRequest, *MENDED, doubted, receipt).when(propose).then(proved)
    assert not given(ServiceRequest, *MENDED, doubted, receipt, proved).now().fare_needs_approval


def test_a_fare_above_it_needs_the_customers_word() -> None:
    dear = (*MENDED, fare(200_000))
    given(ServiceRequest, *dear).when(approve(Role.SYSTEM)).then_refused(ApprovalNeeded)
    told = given(ServiceRequest, *dear).when(approve(Role.CUSTOMER))
    told.then(
        fact(ServiceRequest.FareApproved, SOON, **{**APPROVED.fields, "total_minor": 200_000, "by": Role.CUSTOMER})
    )


def test_a_disputed_fare_needs_a_word_or_another_fare() -> None:
    def dispute(r: ServiceRequest) -> None:
        r.dispute_fare(1, WhyDisputed.TOO_HIGH, Role.CUSTOMER, SOON)

    given(ServiceRequest, *MENDED, FARE).when(dispute).then(DISPUTED)
    disputed = (*MENDED, FARE, DISPUTED)
    given(ServiceRequest, *disputed).when(dispute).then_nothing()
    given(ServiceRequest, *disputed).when(approve(Role.SYSTEM)).then_refused(ApprovalNeeded)
    given(ServiceRequest, *disputed).when(propose(90_000)).then(fare(90_000, 2))
    given(ServiceRequest, *disputed, fare(90_000, 2)).when(approve(Role.CUSTOMER)).then_refused(NotTheLatestFare)


def test_a_job_is_settled_once_and_then_completed() -> None:
    approved = (*MENDED, FARE, APPROVED)
    given(ServiceRequest, *approved).when(lambda r: r.close(SOON)).then_refused(NotSettled)
    given(ServiceRequest, *approved).when(lambda r: r.settle(PAID, SOON)).then(SETTLED)
    settled = (*approved, SETTLED)
    given(ServiceRequest, *settled).when(lambda r: r.settle(PAID, SOON)).then_nothing()
    zero = Settlement(Outcome.ZERO, 0, None, None)
    given(ServiceRequest, *settled).when(lambda r: r.settle(zero, SOON)).then_refused(SettledBefore)
    given(ServiceRequest, *settled).when(lambda r: r.close(SOON)).then(COMPLETED)


def test_a_cancelled_request_is_settled_too() -> None:
    zero = Settlement(Outcome.ZERO, 0, None, None)
    given(ServiceRequest, SUBMITTED, QUOTED).when(lambda r: r.settle(zero, SOON)).then_refused(OutOfTurn)
    news = given(ServiceRequest, SUBMITTED, QUOTED, CANCELLED).when(lambda r: r.settle(zero, SOON))
    news.then(fact(ServiceRequest.Settled, SOON, outcome=Outcome.ZERO, amount_minor=0, currency=None, payment_id=None))


def test_the_customer_is_told_what_can_be_done_about_the_price() -> None:
    def open_to_the_customer(*facts: Fact) -> tuple[str, ...]:
        return given(ServiceRequest, *facts).now().can(THE_CUSTOMER)

    assert open_to_the_customer(SUBMITTED, QUOTED) == ("issue_quote", "confirm", "raise_sos", "cancel")
    assert open_to_the_customer(*SEARCHED) == ("change_need", "raise_sos", "cancel")
    assert open_to_the_customer(*MENDED, FARE) == ("approve_fare", "dispute_fare", "raise_sos")


def test_how_it_is_paid_is_remembered() -> None:
    cash = given(ServiceRequest, SUBMITTED, QUOTED, confirmed(PaymentMethod.CASH)).now()
    assert (cash.payment_method, cash.confirmed_quote) == (PaymentMethod.CASH, 1)
