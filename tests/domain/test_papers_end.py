"""Who is told that a document ends, who drives no more, and what brings them back?"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from domain.provider import Provider
from domain.provider_terms import BadDocument, DocumentFlaw, DocumentKind, DocumentNotValid, DocumentState, Paper
from domain.refusal import OutOfTurn
from tests.domain.facts import APPLIED, FLEET, PAPERS_END, REGISTERED, paper, uploaded, verified
from tests.support.roadside import CREW, NOON, SOON, TRUCK, some_id
from tests.support.rulebook import Fact, fact, given

DAY = timedelta(days=1)
INSURANCE = uploaded(DocumentKind.INSURANCE, truck_id=TRUCK)
DOCUMENT = some_id(701)
AGAIN = fact(Provider.DocumentAskedAgain, SOON, **paper(DocumentKind.INSURANCE), reason=DocumentFlaw.UNREADABLE)
RENEWED = Paper(DocumentKind.INSURANCE, f"{2:064x}", PAPERS_END + 365 * DAY, truck_id=TRUCK)


def ends_soon(days: int, at: datetime) -> Fact:
    return fact(Provider.DocumentEndsSoon, at, **paper(DocumentKind.INSURANCE), valid_until=PAPERS_END, days=days)


def expired(at: datetime) -> Fact:
    return fact(Provider.DocumentExpired, at, **paper(DocumentKind.INSURANCE), valid_until=PAPERS_END)


def look(p: Provider, at: datetime) -> None:
    p.look_after_papers(at)


def test_a_company_is_told_a_month_a_week_and_a_day_before_and_each_once() -> None:
    told: list[Fact] = [*FLEET, INSURANCE]
    given(Provider, *told).when(lambda p: look(p, PAPERS_END - 30 * DAY - timedelta(seconds=1))).then_nothing()
    for days in (30, 7, 1):
        at = PAPERS_END - days * DAY
        news = ends_soon(days, at)
        given(Provider, *told).when(partial(look, at=at)).then(news)
        told.append(news)
        given(Provider, *told).when(partial(look, at=at)).then_nothing()
    given(Provider, *told).when(lambda p: look(p, PAPERS_END)).then(expired(PAPERS_END))
    given(Provider, *told, expired(PAPERS_END)).when(lambda p: look(p, PAPERS_END + DAY)).then_nothing()


def test_of_what_was_missed_only_the_most_urgent_is_told() -> None:
    at = PAPERS_END - 2 * DAY
    given(Provider, *FLEET, INSURANCE).when(lambda p: look(p, at)).then(ends_soon(7, at))


def test_of_whoever_was_not_taken_nothing_is_noted() -> None:
    rejected = fact(Provider.Rejected, SOON, reason="documents")
    shown = uploaded(DocumentKind.INSURANCE)
    given(Provider, APPLIED, shown, rejected).when(lambda p: look(p, PAPERS_END)).then_nothing()


def test_after_its_end_only_a_paper_that_was_checked_brings_a_truck_back() -> None:
    after = PAPERS_END + DAY
    company = given(Provider, *FLEET, INSURANCE, expired(PAPERS_END))
    with pytest.raises(DocumentNotValid):
        company.now().check_papers(CREW, TRUCK, after)
    provider = company.now()
    new = provider.upload_document(some_id(702), RENEWED, after)
    assert provider.documents[new].must_be_verified
    with pytest.raises(DocumentNotValid):
        provider.check_papers(CREW, TRUCK, after)
    provider.verify_document(new, after)
    provider.check_papers(CREW, TRUCK, after)


def test_a_paper_that_comes_in_time_holds_before_anybody_looked() -> None:
    provider = given(Provider, *FLEET, INSURANCE).now()
    new = provider.upload_document(some_id(702), RENEWED, NOON)
    assert not provider.documents[new].must_be_verified
    provider.check_papers(CREW, TRUCK, NOON)


def test_a_better_one_is_asked_for_once_and_the_truck_goes_on() -> None:
    def ask(p: Provider) -> None:
        p.ask_document_again(DOCUMENT, DocumentFlaw.UNREADABLE, SOON)

    company = given(Provider, *FLEET, INSURANCE)
    company.when(ask).then(AGAIN)
    asked = given(Provider, *FLEET, INSURANCE, AGAIN)
    asked.when(ask).then_nothing()
    asked.now().check_papers(CREW, TRUCK, SOON)
    assert asked.now().documents[DOCUMENT].state is DocumentState.ASKED_AGAIN
    given(Provider, *FLEET, INSURANCE, expired(PAPERS_END)).when(ask).then_refused(OutOfTurn)
    pan = uploaded(DocumentKind.PAN)
    given(Provider, REGISTERED, pan, verified(DocumentKind.PAN)).when(ask).then(
        fact(Provider.DocumentAskedAgain, SOON, **paper(DocumentKind.PAN), reason=DocumentFlaw.UNREADABLE)
    )


@pytest.mark.parametrize(
    "wrong",
    [
        replace(RENEWED, valid_from=RENEWED.valid_until),
        Paper(DocumentKind.RC, f"{2:064x}", PAPERS_END),
        Paper(DocumentKind.PUC, f"{2:064x}", PAPERS_END),
        Paper(DocumentKind.PUC, f"{2:064x}", truck_id=TRUCK),
        Paper(DocumentKind.PUC, f"{2:064x}", PAPERS_END, crew_id=CREW),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: Paper) -> None:
    given(Provider, *FLEET).when(lambda p: p.upload_document(DOCUMENT, wrong, NOON)).then_refused(BadDocument)
