"""Does the reckoning find every call that was lost, doubled or left open, and every provider in two jobs?"""

from datetime import datetime
from typing import Any

from interfaces.simulation.reckoning import Reckoning, overlaps_of, reckon, waits_s
from interfaces.simulation.recorded_calls import Recorded

Row = dict[str, Any]
NOON = "2026-03-02T12:00:00Z"


def call(number: int) -> Recorded:
    naive = datetime.fromisoformat("2016-01-22T10:00:00")
    return Recorded(number + 1, str(number), naive, 40.1, -75.3, "disabled_vehicle", "X")


def request(number: int, state: str = "completed", customer: int | None = None) -> Row:
    instants = dict.fromkeys(
        ("created_at", "offered_at", "assigned_at", "en_route_at", "on_scene_at", "ended_at"), NOON
    )
    who = number if customer is None else customer
    return {
        "id": f"req_{number}",
        "customer_id": f"usr_{who}",
        "state": state,
        "provider_id": "prv",
        "offers_made": 1,
        "attempt": 1,
        **instants,
    }


def job(number: int, answered: str, ended: str | None, shift: str = "shf", state: str = "completed") -> Row:
    at = None if ended is None else f"2026-03-02T{ended}:00Z"
    return {
        "id": f"off_{number}",
        "request_id": f"req_{number}",
        "shift_id": shift,
        "state": state,
        "answered_at": f"2026-03-02T{answered}:00Z",
        "ended_at": at,
    }


def reckoned(requests: list[Row], offers: list[Row] | None = None, refusals: dict[str, str] | None = None) -> Reckoning:
    """Two calls; those that were not refused were answered with the request of their number."""
    calls = [call(1), call(2)]
    answers = {each.id: f"req_{each.id}" for each in calls if each.id not in (refusals or {})}
    customers = {each.id: f"usr_{each.id}" for each in calls}
    return reckon(calls, customers, answers, refusals or {}, requests, offers or [])


def test_all_is_well() -> None:
    told = reckoned([request(1), request(2)], [job(1, "12:00", "12:10"), job(2, "12:10", "12:20")])
    assert told.is_clean
    assert told.outcomes == {"completed": 2}


def test_a_call_without_a_request_is_lost_although_it_was_answered() -> None:
    told = reckoned([request(1)])
    assert told.outcomes["lost"] == 1
    assert not told.is_clean


def test_an_answer_that_names_another_request_is_a_loss() -> None:
    assert reckoned([request(1), request(3, customer=2)]).outcomes["lost"] == 1


def test_two_requests_of_one_call_are_doubled() -> None:
    told = reckoned([request(1), request(2), request(3, customer=2)])
    assert told.outcomes["doubled"] == 1
    assert not told.is_clean


def test_a_request_that_is_not_at_its_end_is_open() -> None:
    for state in ("searching", "assigned", "en_route", "on_scene"):
        told = reckoned([request(1), request(2, state)])
        assert told.outcomes["open"] == 1
        assert not told.is_clean


def test_a_call_that_the_api_did_not_take_is_told_with_the_reason() -> None:
    told = reckoned([request(1)], refusals={"2": "422 bad_place"})
    assert told.outcomes["refused"] == 1
    assert told.calls[1]["why"] == "422 bad_place"
    assert not told.is_clean


def test_one_request_in_two_hands_is_doubled_unless_the_first_was_taken_away() -> None:
    twice = [job(1, "12:00", "12:10"), {**job(9, "12:20", "12:30", "other"), "request_id": "req_1"}]
    assert reckoned([request(1), request(2)], twice).twice_held == ("req_1",)
    twice[0]["state"] = "revoked"
    assert reckoned([request(1), request(2)], twice).is_clean


def test_a_shift_in_two_jobs_at_once_is_found() -> None:
    assert overlaps_of([job(1, "12:00", "12:10"), job(2, "12:10", "12:20"), job(3, "12:05", "12:15", "other")]) == []
    assert len(overlaps_of([job(1, "12:00", "12:10"), job(2, "12:09", "12:20")])) == 1
    assert len(overlaps_of([job(2, "12:09", "12:20"), job(1, "12:00", None)])) == 1
    assert not reckoned([request(1), request(2)], [job(1, "12:00", "12:10"), job(2, "12:09", "12:20")]).is_clean


def test_offers_that_were_nobodys_job_do_not_count() -> None:
    declined = [job(1, "12:00", "12:10"), {**job(1, "12:05", "12:05"), "state": "declined"}]
    assert reckoned([request(1), request(2)], declined).is_clean


def test_waits_are_measured_on_the_stacks_clock() -> None:
    rows: list[Row] = [
        {"created_at": NOON, "assigned_at": "2026-03-02T12:00:02.5Z"},
        {"created_at": NOON, "assigned_at": None},
    ]
    assert waits_s(rows, "assigned_at") == [2.5]


def test_every_end_is_an_end() -> None:
    for state in ("cancelled", "unfulfilled", "expired", "gone_on_arrival", "unsuccessful", "merged"):
        told = reckoned([request(1), request(2, state)])
        assert told.outcomes[state] == 1
        assert told.is_clean


def test_money_is_told_with_the_call_and_the_books_must_balance() -> None:
    price = {"version": 1, "total_minor": 29_400, "currency": "INR"}
    paid = {"quote": price, "fare": price, "payment_method": "cash", "outcome": "charge", "settled_minor": 29_400}
    calls = [call(1)]
    rows = [{**request(1), **paid}]
    books = [{"currency": "INR", "balance_minor": 29_400}, {"currency": "INR", "balance_minor": -29_400}]
    told = reckon(calls, {"1": "usr_1"}, {"1": "req_1"}, {}, rows, [], books)
    assert told.is_clean
    assert told.ledger == {"INR": 0}
    assert (told.calls[0]["price_minor"], told.calls[0]["payment"]) == (29_400, "cash")
    assert not reckon(calls, {"1": "usr_1"}, {"1": "req_1"}, {}, rows, [], books[:1]).is_clean
