"""Does the row of an offer say what was shown, what was answered and how the job goes?"""

from __future__ import annotations

from typing import Any

import pytest

from projections.fact import Fact
from projections.provider_jobs import provider_jobs
from tests.projections.telling import fact, the_row
from tests.support.roadside import BREAKDOWN_CELL, DEPOT_CELL, OFFER, PROVIDER, REQUEST, SHIFT

IDS: dict[str, Any] = {"request_id": str(REQUEST), "provider_id": str(PROVIDER), "shift_id": str(SHIFT)}
JOB: dict[str, Any] = {"offer_id": str(OFFER), "provider_id": str(PROVIDER), "shift_id": str(SHIFT)}
FIRST: dict[str, Any] = {
    **IDS, "attempt": 1, "lapses_at": "2026-03-02T12:00:25Z", "cell": BREAKDOWN_CELL, "service": "tow",
    "vehicle_class": "car", "distance_m": 2209,
}  # fmt: skip
SHOWN: dict[str, Any] = {
    **FIRST, "class_version": 2, "price_minor": 150_000, "currency": "INR", "provider_share_minor": 112_500,
    "drop_cell": DEPOT_CELL, "sos": True, "eta_s": 900,
}  # fmt: skip
LOST: dict[str, Any] = {"by": "customer", "reason": "stalled", "attempt": 1}


def of_offer(position: int, what: str, **data: Any) -> Fact:
    """What happened to the offer; its version is the position."""
    return fact(position, f"offer.{what}", 31, position, **data)


def of_request(position: int, what: str, **data: Any) -> Fact:
    """What happened to the request."""
    return fact(position, f"service_request.{what}", version=position, **data)


MADE = of_offer(1, "made", **SHOWN)
TAKEN = [MADE, of_offer(2, "accepted", **IDS)]


def test_what_was_shown() -> None:
    row = the_row(provider_jobs, MADE)
    assert (row.state, row.price_minor, row.provider_share_minor, row.currency) == ("made", 150_000, 112_500, "INR")
    assert (row.drop_cell, row.sos, row.eta_s, row.distance_m) == (DEPOT_CELL, True, 900, 2209)


def test_an_offer_of_the_first_version_showed_no_price() -> None:
    row = the_row(provider_jobs, of_offer(1, "made", **FIRST))
    assert (row.price_minor, row.currency, row.drop_cell, row.sos, row.eta_s) == (None, None, None, False, None)


@pytest.mark.parametrize(
    ("what", "more", "state"),
    [
        ("delivered", {}, "delivered"),
        ("seen", {}, "seen"),
        ("countered", {"eta_s": 1_800}, "countered"),
        ("counter_declined", {"eta_s": 1_800}, "seen"),
        ("counter_accepted", {"eta_s": 1_800}, "accepted"),
    ],
)
def test_an_offer_that_is_out(what: str, more: dict[str, Any], state: str) -> None:
    row = the_row(provider_jobs, MADE, of_offer(2, what, **IDS, **more))
    assert (row.state, row.version, row.ended_at) == (state, 2, None)
    assert row.countered_eta_s == (1_800 if what == "countered" else None)


@pytest.mark.parametrize(
    ("what", "more", "why"),
    [
        ("declined", {"reason": "too_far"}, "too_far"),
        ("lapsed", {}, None),
        ("withdrawn", {}, None),
        ("superseded", {}, None),
    ],
)
def test_an_offer_that_is_not_taken_is_over(what: str, more: dict[str, Any], why: str | None) -> None:
    row = the_row(provider_jobs, MADE, of_offer(2, what, **IDS, **more))
    assert (row.state, row.why) == (what, why)
    assert row.ended_at == row.answered_at


def test_a_tow_from_the_acceptance_to_its_end() -> None:
    told = list(TAKEN)
    for what, more, state in (
        ("en_route_started", {}, "en_route"),
        ("arrived_on_scene", {"confirmed_by": "provider", "distance_m": 12}, "on_scene"),
        ("service_started", {"by": "code"}, "in_service"),
        ("vehicle_loaded", {}, "loaded"),
        ("transit_started", {"drop_cell": BREAKDOWN_CELL}, "in_transit"),
        ("arrived_at_drop", {"distance_m": None}, "at_drop"),
        ("drop_changed", {"drop_cell": DEPOT_CELL}, "at_drop"),
        ("vehicle_delivered", {}, "at_drop"),
        ("work_completed", {}, "work_done"),
        ("fare_proposed", {"fare_version": 1, "currency": "INR", "lines": [], "total_minor": 160_000}, "work_done"),
        ("completed", {}, "completed"),
    ):
        told.append(of_request(len(told) + 1, what, **JOB, **more))
        assert the_row(provider_jobs, *told).state == state
    row = the_row(provider_jobs, *told)
    assert (row.version, row.price_minor, row.fare_minor, row.drop_cell) == (2, 150_000, 160_000, DEPOT_CELL)
    instants = (row.answered_at, row.en_route_at, row.on_scene_at, row.started_at, row.loaded_at, row.at_drop_at)
    assert [at.second for at in instants if at] == [2, 3, 4, 5, 6, 8]
    assert [at.second for at in (row.delivered_at, row.work_done_at, row.ended_at) if at] == [10, 11, 13]


def test_a_repair_that_is_completed_at_once_is_done_then() -> None:
    row = the_row(provider_jobs, *TAKEN, of_request(3, "completed", **JOB))
    assert row.work_done_at == row.ended_at


@pytest.mark.parametrize(
    ("what", "state", "why"),
    [
        ("cancelled", "cancelled", "stalled"),
        ("assignment_revoked", "revoked", "stalled"),
        ("gone_confirmed", "gone_on_arrival", None),
        ("unsuccessful", "unsuccessful", "stalled"),
    ],
)
def test_a_job_can_end_early(what: str, state: str, why: str | None) -> None:
    row = the_row(provider_jobs, *TAKEN, of_request(3, what, **JOB, **LOST))
    assert (row.state, row.why, row.ended_at) == (state, why, row.updated_at)


def test_a_cancellation_before_anybody_accepted_is_no_matter_of_a_job() -> None:
    nobody: dict[str, Any] = {"offer_id": None, "provider_id": None, "shift_id": None}
    assert the_row(provider_jobs, MADE, of_request(2, "cancelled", **nobody, **LOST)).state == "made"
