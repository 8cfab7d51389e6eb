"""Does the queue say who waits, since when, for what, and what ends next?"""

from datetime import datetime, timedelta
from typing import Any

from projections.fact import Fact
from projections.provider_papers import provider_papers
from tests.projections.telling import the_row
from tests.projections.test_provider_directory import APPLIED, REGISTERED, of_provider
from tests.support.roadside import TRUCK, some_id

ENDS = datetime.fromisoformat("2027-03-31T00:00:00+00:00")


def shown(position: int, number: int, kind: str, **more: Any) -> Fact:
    told: dict[str, Any] = {
        "document_id": str(some_id(700 + number)), "kind": kind, "sha256": "0" * 64, "valid_until": None,
        "crew_id": None, "truck_id": None, "valid_from": None, "file_id": None, "number_id": None,
        "must_be_verified": False, "class_version": 2, **more,
    }  # fmt: skip
    return of_provider(position, "document_uploaded", **told)


def told(position: int, what: str, number: int, kind: str = "pan", **more: Any) -> Fact:
    document = {"document_id": str(some_id(700 + number)), "kind": kind, "sha256": "0" * 64, "reason": "unreadable"}
    return of_provider(position, f"document_{what}", **document, **more)


def test_a_company_waits_from_its_first_document_on_until_somebody_has_looked_at_all() -> None:
    first, second = shown(2, 1, "pan"), shown(3, 2, "bank")
    row = the_row(provider_papers, APPLIED, first, second)
    assert (row.waits_for, row.documents_waiting, row.missing) == ("documents", 2, ("insurance",))
    assert row.waiting_since == first.occurred_at
    row = the_row(provider_papers, APPLIED, first, second, told(4, "verified", 1), told(5, "rejected", 2, "bank"))
    assert (row.waits, row.waiting_since, row.missing) == (False, None, ("bank", "insurance"))


def test_a_company_under_review_waits_for_a_decision() -> None:
    facts = [APPLIED, shown(2, 1, "pan"), told(3, "verified", 1), of_provider(4, "submitted_for_review")]
    row = the_row(provider_papers, *facts)
    assert (row.state, row.waits_for, row.waiting_since) == ("under_review", "decision", facts[3].occurred_at)
    assert not the_row(provider_papers, *facts, of_provider(5, "approved")).waits
    row = the_row(provider_papers, *facts, told(5, "asked_again", 1))
    assert (row.state, row.waits, row.documents[0]["reason"]) == ("docs_pending", False, "unreadable")


def test_a_newer_document_takes_the_place_of_the_older_which_is_kept() -> None:
    older, newer = shown(2, 1, "pan", file_id=str(some_id(1))), shown(3, 2, "pan", file_id=str(some_id(2)))
    row = the_row(provider_papers, REGISTERED, older, newer)
    assert [one["document_id"] for one in row.documents] == [str(some_id(702))]
    assert [one["state"] for one in row.earlier] == ["superseded"]
    assert row.files == (str(some_id(1)), str(some_id(2)))


def test_what_is_due_next_is_a_warning_then_the_end() -> None:
    facts = [REGISTERED, shown(2, 1, "insurance", valid_until=ENDS.isoformat(), truck_id=str(TRUCK))]
    for position, days in enumerate((30, 7, 1), 3):
        assert the_row(provider_papers, *facts).looks_at == ENDS - timedelta(days=days)
        facts.append(told(position, "ends_soon", 1, "insurance", valid_until=ENDS.isoformat(), days=days))
    row = the_row(provider_papers, *facts)
    assert (row.looks_at, row.blocks) == (ENDS, False)
    row = the_row(provider_papers, *facts, told(6, "expired", 1, "insurance"))
    assert (row.looks_at, row.blocks) == (None, True)
    renewed = shown(7, 2, "insurance", truck_id=str(TRUCK), must_be_verified=True)
    row = the_row(provider_papers, *facts, told(6, "expired", 1, "insurance"), renewed)
    assert row.blocks, "nobody looked at it yet"
    checked = told(8, "verified", 2, "insurance")
    assert not the_row(provider_papers, *facts, told(6, "expired", 1, "insurance"), renewed, checked).blocks


def test_of_whoever_left_nothing_is_due() -> None:
    paper = shown(2, 1, "insurance", valid_until=ENDS.isoformat())
    row = the_row(provider_papers, REGISTERED, paper, of_provider(3, "offboarded"))
    assert (row.state, row.waits, row.looks_at) == ("offboarded", False, None)
