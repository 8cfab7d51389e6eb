"""Which documents does a provider show, and who may not drive without?"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from domain.provider import Provider, ProviderState, UnknownCrew, UnknownTruck
from domain.provider_terms import (
    BadDocument,
    DocumentFlaw,
    DocumentKind,
    DocumentNotValid,
    DocumentState,
    Paper,
    ProviderClosed,
    RejectReason,
    UnknownDocument,
)
from domain.refusal import OutOfTurn
from tests.domain.facts import APPLIED, FLEET, ON_DUTY, PAPERS_END, REGISTERED, paper, uploaded, verified
from tests.support.roadside import CREW, NOON, OTHER_CREW, OTHER_TRUCK, SHIFT, SOON, TRUCK, some_id
from tests.support.rulebook import Fact, fact, given

INSURANCE = Paper(DocumentKind.INSURANCE, f"{1:064x}", PAPERS_END)
DOCUMENT = some_id(701)
LICENCE = Paper(DocumentKind.LICENCE, f"{1:064x}", PAPERS_END, crew_id=CREW)
REJECTED = fact(Provider.DocumentRejected, SOON, **paper(DocumentKind.INSURANCE), reason=DocumentFlaw.UNREADABLE)
EXPIRED = fact(Provider.DocumentExpired, PAPERS_END, **paper(DocumentKind.INSURANCE), valid_until=PAPERS_END)
SHOWN = uploaded(DocumentKind.INSURANCE)


def upload(p: Provider, what: Paper = INSURANCE, document_id: UUID = DOCUMENT) -> UUID:
    return p.upload_document(document_id, what, NOON)


def verify(p: Provider, at: datetime = NOON) -> None:
    p.verify_document(DOCUMENT, at)


def reject(p: Provider) -> None:
    p.reject_document(DOCUMENT, DocumentFlaw.UNREADABLE, SOON)


def expire(p: Provider, at: datetime = PAPERS_END) -> None:
    p.expire_document(DOCUMENT, at)


def test_a_document_is_shown_once() -> None:
    given(Provider, REGISTERED).when(upload).then(SHOWN)
    again = given(Provider, REGISTERED, SHOWN)
    again.when(lambda p: upload(p, document_id=some_id(799))).then_nothing()
    assert upload(again.now(), document_id=some_id(799)) == DOCUMENT


def test_a_newer_document_takes_the_place_of_the_older_of_that_kind_and_holder() -> None:
    newer = uploaded(DocumentKind.INSURANCE, 2)
    of_truck = uploaded(DocumentKind.INSURANCE, 3, truck_id=TRUCK)
    provider = given(Provider, *FLEET, SHOWN, of_truck, newer).now()
    assert set(provider.documents) == {some_id(703), some_id(702)}
    with pytest.raises(UnknownDocument):
        verify(provider)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(INSURANCE, sha256="A" * 64),
        replace(INSURANCE, sha256="a" * 63),
        replace(INSURANCE, valid_until=None),
        replace(INSURANCE, valid_until=NOON),
        replace(INSURANCE, crew_id=CREW),
        replace(INSURANCE, crew_id=CREW, truck_id=TRUCK),
        replace(LICENCE, crew_id=None, truck_id=TRUCK),
        Paper(DocumentKind.PAN, f"{1:064x}", truck_id=TRUCK),
    ],
)
def test_a_document_that_makes_no_sense_is_refused(wrong: Paper) -> None:
    given(Provider, *FLEET).when(lambda p: upload(p, wrong)).then_refused(BadDocument)


def test_an_id_names_one_document() -> None:
    other = replace(INSURANCE, sha256=f"{2:064x}")
    given(Provider, REGISTERED, SHOWN).when(lambda p: upload(p, other)).then_refused(BadDocument)


def test_a_document_is_of_somebody_who_is_there() -> None:
    unknown_crew, unknown_truck = replace(LICENCE, crew_id=OTHER_CREW), replace(INSURANCE, truck_id=OTHER_TRUCK)
    given(Provider, *FLEET).when(lambda p: upload(p, unknown_crew)).then_refused(UnknownCrew)
    given(Provider, *FLEET).when(lambda p: upload(p, unknown_truck)).then_refused(UnknownTruck)


def test_a_document_is_checked_once_and_does_or_does_not() -> None:
    checked = verified(DocumentKind.INSURANCE)
    given(Provider, REGISTERED, SHOWN).when(verify).then(checked)
    given(Provider, REGISTERED, SHOWN, checked).when(verify).then_nothing()
    given(Provider, REGISTERED, SHOWN).when(reject).then(REJECTED)
    given(Provider, REGISTERED, SHOWN, checked).when(reject).then(REJECTED)
    given(Provider, REGISTERED, SHOWN, REJECTED).when(reject).then_nothing()
    given(Provider, REGISTERED, SHOWN, REJECTED).when(verify).then_refused(OutOfTurn)
    given(Provider, REGISTERED).when(verify).then_refused(UnknownDocument)
    given(Provider, REGISTERED, SHOWN).when(lambda p: verify(p, PAPERS_END)).then_refused(DocumentNotValid)


def test_a_document_runs_out_when_its_time_is_up_not_before() -> None:
    given(Provider, REGISTERED, SHOWN).when(expire).then(EXPIRED)
    given(Provider, REGISTERED, SHOWN, EXPIRED).when(expire).then_nothing()
    early = PAPERS_END - timedelta(seconds=1)
    given(Provider, REGISTERED, SHOWN).when(lambda p: expire(p, early)).then_refused(OutOfTurn)
    given(Provider, REGISTERED, SHOWN, EXPIRED).when(reject).then_refused(OutOfTurn)
    given(Provider, REGISTERED, SHOWN, REJECTED).when(expire).then_refused(OutOfTurn)
    assert given(Provider, REGISTERED, SHOWN, EXPIRED).now().documents[DOCUMENT].state is DocumentState.EXPIRED


@pytest.mark.parametrize(
    "shown",
    [
        SHOWN,
        uploaded(DocumentKind.INSURANCE, truck_id=TRUCK),
        uploaded(DocumentKind.PERMIT, truck_id=TRUCK),
        uploaded(DocumentKind.LICENCE, crew_id=CREW),
    ],
)
def test_nobody_drives_when_a_paper_has_run_out(shown: Fact) -> None:
    given(Provider, *FLEET, shown).when(lambda p: p.go_on_duty(SHIFT, CREW, TRUCK, NOON)).then(ON_DUTY)
    late = given(Provider, *FLEET, shown).when(lambda p: p.go_on_duty(SHIFT, CREW, TRUCK, PAPERS_END))
    late.then_refused(DocumentNotValid)


def test_nobody_drives_when_a_paper_was_rejected() -> None:
    given(Provider, *FLEET, SHOWN, REJECTED).when(lambda p: p.go_on_duty(SHIFT, CREW, TRUCK, NOON)).then_refused(
        DocumentNotValid
    )


def test_papers_of_others_are_their_own_matter() -> None:
    other = fact(Provider.CrewMemberAdded, NOON, crew_id=OTHER_CREW, skills=FLEET[1].fields["skills"])
    theirs = uploaded(DocumentKind.LICENCE, crew_id=OTHER_CREW)
    pan = uploaded(DocumentKind.PAN, 2)
    provider = given(Provider, *FLEET, other, theirs, pan).now()
    provider.go_on_duty(SHIFT, CREW, TRUCK, PAPERS_END)
    with pytest.raises(DocumentNotValid):
        provider.check_papers(OTHER_CREW, OTHER_TRUCK, PAPERS_END)


def test_the_first_document_and_a_rejected_one_say_that_more_are_to_come() -> None:
    assert given(Provider, APPLIED, SHOWN).now().state is ProviderState.DOCS_PENDING
    review = fact(Provider.SubmittedForReview, NOON)
    assert given(Provider, APPLIED, SHOWN, review, REJECTED).now().state is ProviderState.DOCS_PENDING


def test_who_is_gone_shows_nothing_more() -> None:
    gone = fact(Provider.Rejected, NOON, reason=RejectReason.OTHER)
    given(Provider, APPLIED, SHOWN, gone).when(lambda p: upload(p, LICENCE)).then_refused(ProviderClosed)
    given(Provider, APPLIED, SHOWN, gone).when(verify).then_refused(ProviderClosed)
    given(Provider, APPLIED, SHOWN, gone).when(reject).then_refused(ProviderClosed)
