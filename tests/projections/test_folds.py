"""Do the rows say what happened, fact by fact?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.aggregate import shape_of
from domain.offer import Offer
from domain.service_request import ServiceRequest
from domain.shift import Shift
from domain.topics import event_classes
from infra.bench.history import some_events
from infra.event_store import codec
from projections.audit_trail import audit_trail
from projections.catalog import READ_MODELS, read_model
from projections.fact import Fact
from projections.matching_table import matching_table
from projections.provider_jobs import provider_jobs
from projections.read_model import Key, ReadModel, Row, RowMissing
from projections.request_board import request_board
from tests.projections.telling import fact, facts_of, folded, the_row
from tests.support.roadside import (
    BREAKDOWN_CELL,
    CUSTOMER,
    OFFER,
    OTHER_OFFER,
    PROVIDER,
    REQUEST,
    SHIFT,
    TENANT,
    some_id,
)

ASKED: dict[str, Any] = {
    "class_version": 2, "customer_id": str(CUSTOMER), "service": "tow", "vehicle_class": "car", "fuel": "petrol",
    "cell": BREAKDOWN_CELL, "place_id": str(some_id(71)), "contact_id": str(some_id(72)),
}  # fmt: skip
JOB: dict[str, Any] = {"offer_id": str(OFFER), "provider_id": str(PROVIDER), "shift_id": str(SHIFT)}
OFFERED: dict[str, Any] = {
    "request_id": str(REQUEST), "provider_id": str(PROVIDER), "shift_id": str(SHIFT), "attempt": 1,
    "lapses_at": "2026-03-02T12:00:25Z", "cell": BREAKDOWN_CELL, "service": "tow", "vehicle_class": "car",
    "distance_m": 2209,
}  # fmt: skip


def requested(position: int = 1) -> Fact:
    """A call for help."""
    return fact(position, "service_request.requested", **ASKED)


def of_request(position: int, what: str, version: int, **data: Any) -> Fact:
    """What happened to it."""
    return fact(position, f"service_request.{what}", version=version, **data)


def of_offer(position: int, what: str, version: int = 1, **data: Any) -> Fact:
    """What happened to its offer."""
    return fact(position, f"offer.{what}", 31, version, **data)


def test_a_request_is_searching_for_help() -> None:
    row = the_row(request_board, requested())
    assert (row.state, row.service, row.fuel, row.customer_id, row.attempt) == (
        "searching",
        "tow",
        "petrol",
        CUSTOMER,
        1,
    )
    assert (row.provider_id, row.live_offer_id, row.declined_by, row.version) == (None, None, (), 1)


def test_a_request_of_the_first_version_has_an_unknown_fuel() -> None:
    old: dict[str, Any] = {name: value for name, value in ASKED.items() if name not in {"fuel", "class_version"}}
    assert the_row(request_board, fact(1, "service_request.requested", **old)).fuel == "unknown"


def test_an_offer_that_is_out_is_not_an_assignment() -> None:
    row = the_row(request_board, requested(), of_request(2, "offer_made", 2, **JOB, attempt=1))
    assert (row.state, row.live_offer_id, row.asked_provider_id, row.provider_id) == (
        "searching",
        OFFER,
        PROVIDER,
        None,
    )


@pytest.mark.parametrize(("why", "declined_by"), [("declined", (PROVIDER,)), ("lapsed", ()), ("withdrawn", ())])
def test_only_who_declined_is_remembered_as_such(why: str, declined_by: tuple[object, ...]) -> None:
    row = the_row(
        request_board,
        requested(),
        of_request(2, "offer_made", 2, **JOB, attempt=1),
        of_request(3, "offer_closed", 3, offer_id=str(OFFER), provider_id=str(PROVIDER), why=why),
    )
    assert (row.declined_by, row.live_offer_id, row.asked_provider_id, row.offers_made) == (declined_by, None, None, 1)


def whole_job() -> list[Fact]:
    """From the call to the end."""
    return [
        requested(),
        of_request(2, "offer_made", 2, **JOB, attempt=1),
        of_offer(3, "made", **OFFERED),
        of_offer(4, "accepted", 2, **{name: OFFERED[name] for name in ("request_id", "provider_id", "shift_id")}),
        of_request(5, "assigned", 3, **JOB, attempt=1),
        of_request(6, "en_route_started", 4, **JOB),
        of_request(7, "arrived_on_scene", 5, **JOB, confirmed_by="provider", distance_m=12),
        of_request(8, "completed", 6, **JOB),
    ]


def test_a_completed_request_tells_who_helped_and_when() -> None:
    row = the_row(request_board, *whole_job())
    assert (row.state, row.provider_id, row.offer_id, row.shift_id) == ("completed", PROVIDER, OFFER, SHIFT)
    assert (row.version, row.position, row.arrived_within_m, row.live_offer_id) == (6, 8, 12, None)
    instants = [row.created_at, row.offered_at, row.assigned_at, row.en_route_at, row.on_scene_at, row.ended_at]
    assert [at.second for at in instants if at] == [1, 2, 5, 6, 7, 8]


def test_a_cancelled_request_keeps_who_was_on_the_way() -> None:
    row = the_row(request_board, *whole_job()[:6], of_request(9, "cancelled", 5, by="customer", reason="safety", **JOB))
    assert (row.state, row.ended_by, row.ended_why, row.provider_id) == ("cancelled", "customer", "safety", PROVIDER)


def test_a_revoked_job_is_searched_anew() -> None:
    revoked = of_request(9, "assignment_revoked", 5, **JOB, attempt=1, reason="stalled")
    row = the_row(request_board, *whole_job()[:6], revoked)
    assert (row.state, row.attempt, row.provider_id, row.en_route_at, row.assigned_at) == (
        "searching",
        2,
        None,
        None,
        None,
    )


def test_nobody_found_ends_a_request() -> None:
    assert the_row(request_board, requested(), of_request(2, "unfulfilled", 2, attempt=1)).state == "unfulfilled"


def test_every_event_is_in_the_audit_trail() -> None:
    told = [*whole_job(), fact(9, "something.never_heard_of")]
    rows = folded(audit_trail, told)
    assert [row.position for row in rows.values()] == [each.position for each in told]
    assert {row.kind for row in rows.values()} == {"service_request", "offer", "something"}
    assert rows[TENANT, 9].command_id == some_id(909)


@pytest.mark.parametrize("model", [request_board, provider_jobs, matching_table], ids=lambda model: model.name)
def test_a_fact_about_a_row_that_nothing_began_is_refused(model: ReadModel[Row]) -> None:
    lonely = {
        request_board: of_request(1, "completed", 6, **JOB),
        provider_jobs: of_request(1, "completed", 6, offer_id=str(OTHER_OFFER)),
        matching_table: fact(1, "shift.held", 21, 2, offer_id=str(OFFER), request_id=str(REQUEST)),
    }[model]
    with pytest.raises(RowMissing):
        folded(model, [lonely])


@pytest.mark.parametrize("seed", range(5))
def test_rows_agree_with_the_aggregates(seed: int) -> None:
    events = some_events(seed, 3_000)
    facts = facts_of(events)
    board, jobs, shifts = (folded(model, facts) for model in (request_board, provider_jobs, matching_table))
    streams: dict[object, list[tuple[int, str, bytes, object]]] = {}
    for _, event in events:
        streams.setdefault(event.stream_id, []).append(
            (event.version or 1, event.topic, event.payload, event.occurred_at)
        )
    for stream_id, rows in streams.items():
        aggregate = codec.replay(stream_id, rows)  # type: ignore[arg-type]  # ids and instants of a log
        if isinstance(aggregate, ServiceRequest):
            _same_request(board, aggregate)
        elif isinstance(aggregate, Offer):
            row = jobs[TENANT, aggregate.id]
            assert aggregate.state in {row.state, "accepted"}
            assert row.version == aggregate.version
        elif isinstance(aggregate, Shift):
            _same_shift(shifts, aggregate)


def _same_request(board: dict[Key, Row], request: ServiceRequest) -> None:
    row = board[TENANT, request.id]
    held = request.assignment
    live = request.live_offer
    assert msg(row, "state", "version", "attempt", "provider_id", "live_offer_id", "offer_id") == (
        request.state,
        request.version,
        request.attempt,
        held and held.provider_id,
        live and live.offer_id,
        held and held.offer_id,
    )
    assert set(msg(row, "declined_by")[0]) == request.declined_by  # type: ignore[call-overload]  # a tuple of ids


def _same_shift(shifts: dict[Key, Row], aggregate: Shift) -> None:
    row = shifts.get((TENANT, aggregate.id))
    if aggregate.state == "ended":
        assert row is None
        return
    assert row is not None
    assert msg(row, "state", "cell", "version") == (aggregate.state, aggregate.cell, aggregate.version)


def msg(row: Row, *names: str) -> tuple[object, ...]:
    """Some fields of a row."""
    return tuple(getattr(row, name) for name in names)


def test_read_models_are_found_by_name() -> None:
    assert {model.name for model in READ_MODELS} >= {"request_board", "provider_jobs", "audit_trail", "matching_table"}
    assert read_model("audit_trail") is not None
    with pytest.raises(LookupError, match="there are request_board"):
        read_model("dashboards")


@pytest.mark.parametrize("model", READ_MODELS, ids=lambda model: model.name)
def test_every_fold_is_for_a_topic_that_exists(model: ReadModel[Row]) -> None:
    assert model.rules.keys() <= {shape_of(each).topic for each in event_classes()}
