"""Does the directory say how every company stands, and what it has done?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from projections.fact import Fact
from projections.provider_directory import provider_directory
from tests.projections.telling import fact, folded, the_row
from tests.support.roadside import (
    BREAKDOWN_CELL,
    CREW,
    OTHER_CREW,
    OTHER_SHIFT,
    PROFILE,
    PROVIDER,
    REQUEST,
    SHIFT,
    TRUCK,
    some_id,
)

OFFERED: dict[str, Any] = {
    "request_id": str(REQUEST), "provider_id": str(PROVIDER), "shift_id": str(SHIFT), "attempt": 1,
    "lapses_at": "2026-03-02T12:00:25Z", "cell": BREAKDOWN_CELL, "service": "tow", "vehicle_class": "car",
    "distance_m": 2209,
}  # fmt: skip


def of_provider(position: int, what: str, **data: Any) -> Fact:
    """What happened to the company; every fact has the version of its position."""
    return fact(position, f"provider.{what}", 11, position, **data)


REGISTERED = of_provider(1, "registered", profile_id=str(PROFILE))
APPLIED = of_provider(1, "applied", profile_id=str(PROFILE), applied_by="provider")


def uploaded(position: int, number: int = 1, kind: str = "pan", crew_id: str | None = None) -> Fact:
    return of_provider(
        position, "document_uploaded", document_id=str(some_id(700 + number)), kind=kind, sha256="0" * 64,
        valid_until=None, crew_id=crew_id, truck_id=None,
    )  # fmt: skip


def checked(position: int, what: str, number: int = 1) -> Fact:
    document = {"document_id": str(some_id(700 + number)), "kind": "pan", "sha256": "0" * 64}
    return of_provider(position, f"document_{what}", **document, valid_until=None, reason="unreadable")


def test_a_company_that_somebody_vouches_for_is_active_at_once() -> None:
    assert the_row(provider_directory, REGISTERED).state == "active"
    assert the_row(provider_directory, APPLIED).state == "applied"


def test_crew_trucks_and_shifts_are_counted_once() -> None:
    told = [
        REGISTERED,
        of_provider(2, "crew_member_added", crew_id=str(CREW), skills=["tow"]),
        of_provider(3, "crew_member_added", crew_id=str(CREW), skills=["tow", "lockout"]),
        of_provider(4, "crew_member_added", crew_id=str(OTHER_CREW), skills=["tow"]),
        of_provider(5, "truck_added", truck_id=str(TRUCK), equipment=["tow"]),
        of_provider(6, "went_on_duty", shift_id=str(SHIFT), crew_id=str(CREW), truck_id=str(TRUCK)),
        of_provider(7, "went_on_duty", shift_id=str(OTHER_SHIFT), crew_id=str(OTHER_CREW), truck_id=str(TRUCK)),
        of_provider(8, "went_off_duty", shift_id=str(SHIFT)),
    ]
    row = the_row(provider_directory, *told)
    assert (row.crew, row.trucks, row.on_duty, row.version) == ((CREW, OTHER_CREW), (TRUCK,), (OTHER_SHIFT,), 8)


def test_documents_wait_until_somebody_checked_them() -> None:
    told = [APPLIED, uploaded(2)]
    row = the_row(provider_directory, *told)
    assert (row.state, row.documents_waiting) == ("docs_pending", 1)
    told += [uploaded(3, 2, "licence", str(CREW)), uploaded(4, 3)]
    assert [one["document_id"] for one in the_row(provider_directory, *told).waiting] == [
        str(some_id(702)),
        str(some_id(703)),
    ]
    told += [checked(5, "verified", 2), checked(6, "rejected", 3)]
    assert the_row(provider_directory, *told).documents_waiting == 0


@pytest.mark.parametrize(("what", "state"), [("verified", "under_review"), ("rejected", "docs_pending")])
def test_a_review_waits_for_a_better_document(what: str, state: str) -> None:
    told = [APPLIED, uploaded(2), of_provider(3, "submitted_for_review"), checked(4, what)]
    assert the_row(provider_directory, *told).state == state


@pytest.mark.parametrize(
    ("what", "state"), [("approved", "active"), ("rejected", "rejected"), ("offboarded", "offboarded")]
)
def test_a_decision_stands(what: str, state: str) -> None:
    assert the_row(provider_directory, APPLIED, of_provider(2, what, reason="other")).state == state


def test_a_suspension_says_until_when_and_is_forgotten() -> None:
    until = "2026-04-02T12:00:00Z"
    told = [REGISTERED, of_provider(2, "suspended", class_version=2, reason="fraud", until=until)]
    row = the_row(provider_directory, *told)
    assert (row.state, row.suspended_for) == ("suspended", "fraud")
    assert row.suspended_until == datetime(2026, 4, 2, 12, tzinfo=UTC)
    row = the_row(provider_directory, *told, of_provider(3, "reinstated"))
    assert (row.state, row.suspended_for, row.suspended_until) == ("active", None, None)


def test_offers_and_jobs_are_counted_and_leave_the_version_alone() -> None:
    ids = {name: OFFERED[name] for name in ("request_id", "provider_id", "shift_id")}
    told = [
        REGISTERED,
        fact(2, "offer.made", 31, **OFFERED),
        fact(3, "offer.accepted", 31, 2, **ids),
        fact(4, "offer.made", 32, **OFFERED),
        fact(5, "offer.counter_accepted", 32, 2, **ids, eta_s=600),
        fact(6, "service_request.completed", offer_id=str(some_id(31)), **ids),
    ]
    row = the_row(provider_directory, *told)
    assert (row.offers, row.accepted, row.completed, row.version, row.position) == (2, 2, 1, 1, 6)


def test_an_offer_to_a_company_that_nobody_knows_is_no_row() -> None:
    assert folded(provider_directory, [fact(1, "offer.made", 31, **OFFERED)]) == {}
