"""What are the rules of telling a crew instead of asking it: who is told, and when does it know of its job?"""

from datetime import datetime, timedelta

import pytest

from domain.provider import Provider
from domain.provider_terms import AnswersBy, BadEngagement, Engagement, ProviderClosed, RejectReason
from domain.refusal import BadInput, OutOfTurn
from domain.request_terms import RevokeReason
from domain.service_request import ServiceRequest
from tests.domain.facts import APPLIED, ASSIGNED, EN_ROUTE, ENGAGED, JOB, OFFER_MADE, REGISTERED, REQUESTED
from tests.domain.request_facts import KNOWN, TOLD, TOLD_AGAIN
from tests.support.roadside import LATER, NOON
from tests.support.rulebook import fact, given

THEIRS = (REQUESTED, OFFER_MADE, ASSIGNED)
DUE = LATER + timedelta(seconds=30)


def tell(r: ServiceRequest) -> None:
    r.ask_acknowledgement(DUE, LATER)


def know(r: ServiceRequest) -> None:
    r.acknowledge(LATER)


def guide(p: Provider, effective_at: datetime = LATER, at: datetime = NOON) -> None:
    p.set_engagement(Engagement.GUIDED, AnswersBy.APP, effective_at, at)


def test_a_crew_that_was_told_acknowledges_once() -> None:
    given(ServiceRequest, *THEIRS).when(tell).then(TOLD)
    given(ServiceRequest, *THEIRS, TOLD).when(tell).then_nothing()
    given(ServiceRequest, *THEIRS, TOLD).when(know).then(KNOWN)
    given(ServiceRequest, *THEIRS, TOLD, KNOWN).when(know).then_nothing()
    given(ServiceRequest, *THEIRS).when(know).then_nothing()


def test_it_is_told_again_and_setting_out_says_the_same() -> None:
    again = given(ServiceRequest, *THEIRS, TOLD)
    again.when(lambda r: r.ask_acknowledgement(DUE + timedelta(seconds=30), LATER)).then(TOLD_AGAIN)
    given(ServiceRequest, *THEIRS, TOLD, EN_ROUTE).when(know).then_nothing()
    given(ServiceRequest, *THEIRS, TOLD, EN_ROUTE).when(tell).then_refused(OutOfTurn)


def test_nobody_is_told_who_has_no_job_or_no_time() -> None:
    given(ServiceRequest, REQUESTED).when(tell).then_refused(OutOfTurn)
    given(ServiceRequest, *THEIRS).when(lambda r: r.ask_acknowledgement(LATER, LATER)).then_refused(BadInput)


def test_a_job_that_was_taken_away_is_told_to_the_next_crew_for_the_first_time() -> None:
    reason = RevokeReason.NOT_ACKNOWLEDGED
    lost = fact(ServiceRequest.AssignmentRevoked, LATER, **JOB, attempt=1, reason=reason)
    request = given(ServiceRequest, *THEIRS, TOLD, TOLD_AGAIN, lost).now()
    assert (request.acknowledge_by, request.acknowledgements_asked) == (None, 0)


def test_an_engagement_takes_effect_at_its_instant() -> None:
    given(Provider, REGISTERED).when(guide).then(ENGAGED)
    given(Provider, REGISTERED, ENGAGED).when(guide).then_nothing()
    provider = given(Provider, REGISTERED, ENGAGED).now()
    assert not provider.engaged.is_guided(LATER - timedelta(seconds=1))
    assert provider.engaged.is_guided(LATER)
    assert not given(Provider, REGISTERED).now().engaged.is_guided(LATER)


def test_what_was_agreed_for_later_can_be_replaced_but_the_past_cannot() -> None:
    back = fact(
        Provider.EngagementSet,
        NOON,
        engagement=Engagement.CONTRACTOR,
        answers_by=AnswersBy.DESK,
        effective_at=NOON,
        before=Engagement.CONTRACTOR,
    )
    by_desk = given(Provider, REGISTERED, ENGAGED)
    by_desk.when(lambda p: p.set_engagement(Engagement.CONTRACTOR, AnswersBy.DESK, NOON, NOON)).then(back)
    given(Provider, REGISTERED).when(lambda p: guide(p, NOON, LATER)).then_refused(BadEngagement)


@pytest.mark.parametrize("at", [LATER])
def test_nothing_is_agreed_with_who_was_not_taken(at: datetime) -> None:
    gone = fact(Provider.Rejected, NOON, reason=RejectReason.OTHER)
    given(Provider, APPLIED, gone).when(lambda p: guide(p, at, at)).then_refused(ProviderClosed)
