"""Who is taken, who may not work for now, and who leaves?"""

from datetime import datetime

import pytest

from domain.actor import Actor, Role
from domain.provider import Provider, ProviderNotActive, ProviderState, SuspendReason
from domain.provider_terms import (
    REQUIRED,
    BadSuspension,
    DocumentsMissing,
    ProviderClosed,
    RejectReason,
    StillOnDuty,
)
from domain.refusal import OutOfTurn
from tests.domain.facts import APPLIED, FLEET, OFF_DUTY, ON_DUTY, PAPERS_END, REGISTERED, SUSPENDED, uploaded, verified
from tests.support.roadside import (
    CREW,
    DESK_ACTOR,
    LATER,
    NOON,
    PROFILE,
    SHIFT,
    SOON,
    TENANT,
    TOWING,
    TRUCK,
)
from tests.support.rulebook import STREAM, Fact, born, fact, given

SHOWN = tuple(uploaded(kind, number) for number, kind in enumerate(REQUIRED, 1))
CHECKED = tuple(verified(kind, number) for number, kind in enumerate(REQUIRED, 1))
SUBMITTED = fact(Provider.SubmittedForReview, NOON)
APPROVED = fact(Provider.Approved, NOON)
REJECTED = fact(Provider.Rejected, NOON, reason=RejectReason.BACKGROUND)
OFFBOARDED = fact(Provider.Offboarded, SOON)
FORGOTTEN = fact(Provider.Forgotten, LATER)
UNTIL_LATER = fact(Provider.Suspended, NOON, reason=SuspendReason.COMPLAINTS, until=LATER)
IN_REVIEW = (APPLIED, *SHOWN, SUBMITTED)
THE_APPLICANT = Actor(Role.PROVIDER, STREAM, TENANT)


def submit(p: Provider) -> None:
    p.submit_for_review(NOON)


def approve(p: Provider, at: datetime = NOON) -> None:
    p.approve(at)


def reject(p: Provider) -> None:
    p.reject(RejectReason.BACKGROUND, NOON)


def suspend(p: Provider) -> None:
    p.suspend(SuspendReason.COMPLAINTS, NOON)


def offboard(p: Provider) -> None:
    p.offboard(SOON)


def test_a_company_applies_and_may_do_nothing_yet() -> None:
    assert born(Provider.apply(STREAM, PROFILE, Role.PROVIDER, NOON)) == APPLIED
    given(Provider, APPLIED).when(lambda p: p.check_active(NOON)).then_refused(ProviderNotActive)
    crew = fact(Provider.CrewMemberAdded, NOON, crew_id=CREW, skills=TOWING)
    given(Provider, APPLIED).when(lambda p: p.add_crew_member(CREW, TOWING, NOON)).then(crew)


def test_a_review_begins_when_everything_is_there() -> None:
    given(Provider, APPLIED).when(submit).then_refused(DocumentsMissing)
    given(Provider, APPLIED, *SHOWN[1:]).when(submit).then_refused(DocumentsMissing)
    given(Provider, APPLIED, *SHOWN).when(submit).then(SUBMITTED)
    given(Provider, *IN_REVIEW).when(submit).then_nothing()
    given(Provider, REGISTERED).when(submit).then_refused(OutOfTurn)


def test_a_company_is_taken_when_everything_was_checked_and_still_holds() -> None:
    given(Provider, *IN_REVIEW).when(approve).then_refused(DocumentsMissing)
    given(Provider, *IN_REVIEW, *CHECKED[1:]).when(approve).then_refused(DocumentsMissing)
    given(Provider, *IN_REVIEW, *CHECKED).when(approve).then(APPROVED)
    given(Provider, *IN_REVIEW, *CHECKED).when(lambda p: approve(p, PAPERS_END)).then_refused(DocumentsMissing)
    given(Provider, *IN_REVIEW, *CHECKED, APPROVED).when(approve).then_nothing()
    given(Provider, APPLIED, *SHOWN, *CHECKED).when(approve).then_refused(OutOfTurn)
    given(Provider, *IN_REVIEW, *CHECKED, APPROVED).now().check_active(NOON)


@pytest.mark.parametrize("facts", [(APPLIED,), (APPLIED, SHOWN[0]), IN_REVIEW])
def test_a_company_is_not_taken_at_any_stage_and_then_closed(facts: tuple[Fact, ...]) -> None:
    given(Provider, *facts).when(reject).then(REJECTED)
    given(Provider, *facts, REJECTED).when(reject).then_nothing()
    for command in (submit, approve, suspend, offboard, lambda p: p.reinstate(NOON)):
        given(Provider, *facts, REJECTED).when(command).then_refused(ProviderClosed)
    given(Provider, *facts, REJECTED).when(lambda p: p.add_truck(TRUCK, TOWING, NOON)).then_refused(ProviderClosed)


def test_who_works_is_not_rejected_and_who_applies_is_not_suspended() -> None:
    given(Provider, REGISTERED).when(reject).then_refused(OutOfTurn)
    given(Provider, APPLIED).when(suspend).then_refused(OutOfTurn)
    given(Provider, APPLIED).when(offboard).then_refused(OutOfTurn)
    given(Provider, APPLIED).when(lambda p: p.reinstate(NOON)).then_refused(OutOfTurn)


def test_a_suspension_ends_by_itself_when_it_says_when() -> None:
    given(Provider, *FLEET).when(lambda p: p.suspend(SuspendReason.COMPLAINTS, NOON, LATER)).then(UNTIL_LATER)
    given(Provider, *FLEET, UNTIL_LATER).when(lambda p: p.check_active(SOON)).then_refused(ProviderNotActive)
    given(Provider, *FLEET, UNTIL_LATER).now().check_active(LATER)
    back = fact(Provider.Reinstated, LATER)
    on_duty = fact(Provider.WentOnDuty, LATER, shift_id=SHIFT, crew_id=CREW, truck_id=TRUCK)
    given(Provider, *FLEET, UNTIL_LATER).when(lambda p: p.go_on_duty(SHIFT, CREW, TRUCK, LATER)).then(back, on_duty)


def test_a_suspension_can_be_made_longer_and_ends_after_it_begins() -> None:
    given(Provider, *FLEET, UNTIL_LATER).when(suspend).then(SUSPENDED)
    given(Provider, *FLEET, SUSPENDED).when(suspend).then_nothing()
    given(Provider, *FLEET).when(lambda p: p.suspend(SuspendReason.FRAUD, NOON, NOON)).then_refused(BadSuspension)


def test_who_leaves_is_off_duty() -> None:
    given(Provider, *FLEET).when(offboard).then(OFFBOARDED)
    given(Provider, *FLEET, SUSPENDED).when(offboard).then(OFFBOARDED)
    given(Provider, *FLEET, OFFBOARDED).when(offboard).then_nothing()
    given(Provider, *FLEET, OFFBOARDED).when(lambda p: p.forget(LATER)).then(FORGOTTEN)
    given(Provider, *FLEET, OFFBOARDED, FORGOTTEN).when(lambda p: p.forget(LATER)).then_nothing()
    given(Provider, *FLEET, ON_DUTY).when(offboard).then_refused(StillOnDuty)
    given(Provider, *FLEET, ON_DUTY, OFF_DUTY).when(offboard).then(OFFBOARDED)
    gone = given(Provider, *FLEET, OFFBOARDED)
    gone.when(lambda p: p.go_on_duty(SHIFT, CREW, TRUCK, NOON)).then_refused(ProviderNotActive)
    assert gone.now().state is ProviderState.OFFBOARDED


FOR_ALL = ("add_crew_member", "add_truck", "upload_document")


@pytest.mark.parametrize(
    ("facts", "actor", "open_acts"),
    [
        ((APPLIED,), THE_APPLICANT, ("add_crew_member", "add_truck", "upload_document")),
        ((APPLIED, *SHOWN), THE_APPLICANT, ("add_crew_member", "add_truck", "upload_document", "submit_for_review")),
        ((APPLIED,), DESK_ACTOR, ("add_crew_member", "add_truck", "upload_document", "reject")),
        (
            IN_REVIEW,
            DESK_ACTOR,
            (*FOR_ALL, "verify_document", "reject_document", "ask_document_again", "reject"),
        ),
        (
            (*IN_REVIEW, *CHECKED),
            DESK_ACTOR,
            (*FOR_ALL, "ask_document_again", "approve", "reject"),
        ),
        (
            (*FLEET, ON_DUTY),
            DESK_ACTOR,
            ("add_crew_member", "add_truck", "upload_document", "start_shift", "set_engagement", "suspend"),
        ),
        ((*FLEET, OFFBOARDED), DESK_ACTOR, ()),
        ((APPLIED, REJECTED), THE_APPLICANT, ()),
    ],
)
def test_what_is_open_to_whom(facts: tuple[Fact, ...], actor: Actor, open_acts: tuple[str, ...]) -> None:
    assert given(Provider, *facts).now().can(actor, NOON) == open_acts
