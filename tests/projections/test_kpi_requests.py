"""Does a request's row hold what the figures are counted from?"""

from __future__ import annotations

from typing import Any

import pytest

from projections.fact import Fact
from projections.kpi_requests import OTHER_ENDS, kpi_requests
from tests.projections.telling import fact, the_row
from tests.support.roadside import BREAKDOWN_CELL, CUSTOMER, OFFER, PROVIDER, SHIFT, some_id

ASKED: dict[str, Any] = {
    "class_version": 3, "customer_id": str(CUSTOMER), "service": "tow", "vehicle_class": "car", "fuel": "petrol",
    "cell": BREAKDOWN_CELL, "place_id": str(some_id(71)), "contact_id": str(some_id(72)), "zone_id": str(some_id(77)),
    "drop_cell": None, "sos": False, "hazards": [], "scheduled_for": None, "dispatch": "at_once", "radius_m": None,
    "widens_at": None,
}  # fmt: skip
JOB: dict[str, Any] = {"offer_id": str(OFFER), "provider_id": str(PROVIDER), "shift_id": str(SHIFT)}


def told(position: int, what: str, **data: Any) -> Fact:
    return fact(position, f"service_request.{what}", version=position, **data)


def asked(**other: Any) -> Fact:
    return told(1, "requested", **{**ASKED, **other})


def seconds(*instants: Any) -> list[int | None]:
    return [None if at is None else at.second for at in instants]


def test_a_request_that_is_searched_for_at_once_begins_its_search_with_itself() -> None:
    row = the_row(kpi_requests, asked())
    assert (row.search_began_at, row.ended_as, row.zone_id) == (row.created_at, None, some_id(77))


def test_a_quoted_request_is_measured_from_its_first_search() -> None:
    row = the_row(
        kpi_requests,
        asked(dispatch="on_confirmation"),
        told(2, "quote_issued", currency="INR", total_minor=100),
        told(3, "dispatch_started", attempt=1, radius_m=5000, widens_at=None),
        told(9, "dispatch_started", attempt=2, radius_m=5000, widens_at=None),
    )
    assert (seconds(row.created_at, row.search_began_at), row.currency) == ([1, 3], "INR")


def test_the_first_provider_counts_and_the_later_ones_are_revocations() -> None:
    row = the_row(
        kpi_requests,
        asked(),
        told(2, "offer_made", **JOB, attempt=1),
        told(3, "offer_closed", offer_id=str(OFFER), provider_id=str(PROVIDER), why="declined"),
        told(4, "offer_made", **JOB, attempt=1),
        told(5, "offer_closed", offer_id=str(OFFER), provider_id=str(PROVIDER), why="lapsed"),
        told(6, "offer_made", **JOB, attempt=1),
        told(7, "assigned", **JOB, attempt=1),
        told(8, "assignment_revoked", **JOB, attempt=1, reason="stalled"),
        told(9, "assigned", **JOB, attempt=2),
        told(10, "arrived_on_scene", **JOB, confirmed_by="provider", distance_m=3),
        told(11, "settled", outcome="charge", amount_minor=118_00, currency="INR", payment_id=None),
        told(12, "completed", **JOB),
    )
    assert seconds(row.first_assigned_at, row.on_scene_at, row.ended_at) == [7, 10, 12]
    assert (row.offers_made, row.declines, row.lapses, row.revocations) == (3, 1, 1, 1)
    assert (row.ended_as, row.settled_minor, row.currency, row.position) == ("completed", 118_00, "INR", 12)


def test_a_cancellation_says_who_and_why() -> None:
    off = told(2, "cancelled", class_version=2, by="customer", reason="took_too_long", fee_minor=0, currency=None,
               fault="nobody", offer_id=None, provider_id=None, shift_id=None)  # fmt: skip
    row = the_row(kpi_requests, asked(), off)
    assert (row.ended_as, row.ended_by, row.ended_why) == ("cancelled", "customer", "took_too_long")
    assert row.ended_at == off.occurred_at


@pytest.mark.parametrize("what", OTHER_ENDS)
def test_every_other_end_is_named_after_its_fact(what: str) -> None:
    assert the_row(kpi_requests, asked(), told(2, what, **JOB, attempt=1, into=str(some_id(42)))).ended_as == what


def test_a_changed_need_is_counted_as_what_was_done() -> None:
    changed = told(2, "need_changed", service="flatbed_tow", drop_cell=None, by="customer")
    assert the_row(kpi_requests, asked(), changed).service == "flatbed_tow"
