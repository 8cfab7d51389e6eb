"""Does the report say of every call what became of it, to a program and to a spreadsheet, dirty lines included?"""

import csv
import io
from pathlib import Path

from interfaces.simulation.api import Tally
from interfaces.simulation.day import Journal
from interfaces.simulation.reckoning import reckon
from interfaces.simulation.recorded_calls import Dirt, Recording
from interfaces.simulation.replay import Limits, Played, Script
from interfaces.simulation.report import calls_as_csv, report_of, summary_of
from tests.simulation.test_reckoning import call, request

SCRIPT = Script("http://city", "replay-x", "x", 600, 1, 10, Limits(60, 90), tariff=True, pay="mix")
PRICE = {"version": 1, "total_minor": 29_400, "currency": "INR"}
PAID = {"quote": PRICE, "fare": None, "payment_method": "wallet", "outcome": "charge", "settled_minor": 29_400}


def told() -> dict[str, object]:
    calls = [call(1), call(2)]
    requests = [{**request(1), **PAID}, request(2, "cancelled")]
    customers = {each.id: f"usr_{each.id}" for each in calls}
    balances = [{"currency": "INR", "balance_minor": 0}]
    reckoning = reckon(calls, customers, {"1": "req_1", "2": "req_2"}, {}, requests, [], balances)
    recording = Recording(rows=3, calls=calls, dirt=[Dirt(4, "no place on earth")])
    return report_of(SCRIPT, Path("calls.csv"), recording, [], Played(reckoning, Journal(), Tally(), 12.5))


def test_the_counts_and_the_money_are_there() -> None:
    report = told()
    assert report["clean"]
    assert report["counts"] == {
        "calls": 2,
        "completed": 1,
        "lost": 0,
        "doubled": 0,
        "refused": 0,
        "not_terminal": 0,
        "other_ends": 1,
        "provider_overlaps": 0,
        "declined": 0,
        "answered_too_late": 0,
    }
    assert report["payments"] == {"wallet": {"calls": 1, "settled_minor": 29_400}}
    assert report["ledger"] == {"INR": 0}


def test_a_spreadsheet_has_a_row_per_call_and_per_dirty_line() -> None:
    rows = list(csv.DictReader(io.StringIO(calls_as_csv(told()))))
    assert [(row["line"], row["outcome"]) for row in rows] == [("2", "completed"), ("3", "cancelled"), ("4", "dirty")]
    assert rows[0]["request_id"] == "req_1"
    assert rows[0]["price_minor"] == rows[0]["settled_minor"] == "29400"
    assert rows[0]["payment"] == "wallet"
    assert rows[0]["attempts"] == "1"
    assert rows[2]["why"] == "no place on earth"


def test_a_person_reads_it_in_a_few_lines() -> None:
    text = summary_of(told())
    assert "2 calls in 12.5 s: 1 completed, 1 ended otherwise" in text
    assert "paid by wallet: 1 calls, 29400 minor; all accounts together: 0 INR" in text
    assert text.endswith("clean: nothing lost, nothing doubled")
