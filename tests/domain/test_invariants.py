"""Does each invariant of money hold for a true story, and is it the one that notices its own fault?"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from domain import ledger
from domain.ledger import recipes
from domain.ledger.chart import CLEARING
from domain.ledger.invariants import (
    IntentThenOutcome,
    NoticeFirst,
    Seen,
    Watch,
    effects,
    one_outcome,
    replayed_alone,
    two_bookkeepers,
    untouched,
    whole_watch,
)
from domain.ledger.invariants.books import Journaled
from domain.ledger.transfer import Transfer
from tests.support.roadside import CUSTOMER, NOON, PROVIDER, REQUEST, some_id

WALLET, DESK = ledger.wallet_of(CUSTOMER), ledger.CASH_DESK
OF_THE_WALLET = {"customer_id": str(CUSTOMER), "currency": "INR"}
Told = tuple[str, dict[str, object]]


def books(topic: str, moved: Transfer, **more: object) -> Told:
    """An event that books."""
    legs = [{"account": leg.account, "amount_minor": leg.amount_minor} for leg in moved.legs]
    return topic, {"transfer_id": moved.transfer_id, "currency": moved.currency, "legs": legs, **more}


def wallet(fact: str, transfer_id: str, amount: int, balance: int, other: str = DESK) -> Told:
    """A wallet is credited (or, below nothing, debited)."""
    legs = [{"account": other, "amount_minor": amount}, {"account": WALLET, "amount_minor": -amount}]
    return fact, {**OF_THE_WALLET, "transfer_id": transfer_id, "legs": legs, "balance_minor": balance}


def held(amount: int) -> Told:
    """A part of the wallet is kept."""
    return "wallet.hold_placed", {**OF_THE_WALLET, "hold_id": "h1", "amount_minor": amount}


def gateway(moved: Transfer) -> Told:
    """The gateway told of one of its payments."""
    return books("gateway.told", moved, gateway_payment="pay_1")


FILLED = wallet("wallet.credited", "crd:1", 500, 500)
CAPTURED = gateway(recipes.captured("pay_1", REQUEST, 1_000, "INR"))
FEE = gateway(recipes.gateway_fee("pay_1", 24, 4, "INR"))
PROMISED = recipes.refund_promised("rfnd_1", {ledger.advance_for(REQUEST): 300}, "INR")
REFUNDED = (gateway(PROMISED), gateway(recipes.refund_paid("rfnd_1", 300, "INR")))
LOST = (gateway(recipes.dispute_opened("disp_1", 200, "INR")), gateway(recipes.dispute_lost("disp_1", 200, "INR")))
SETTLED = books("gateway.settled", recipes.settled_to_bank("setl_1", 476, "INR"))
DOCUMENT, OTHER_DOCUMENT = some_id(71), some_id(72)


def issued(document: UUID = DOCUMENT, day: str = "2026-11-22", **more: object) -> Told:
    """A bill of 118.00."""
    taxes = [{"kind": "tax_cgst", "amount_minor": 900}, {"kind": "tax_sgst", "amount_minor": 900}]
    told: dict[str, object] = {"lines": [{"kind": "base", "amount_minor": 10_000}], "tax_lines": taxes}
    told |= {"net_minor": 10_000, "tax_minor": 1_800, "total_minor": 11_800, "issued_on": day}
    return f"invoice.issued@{document}", told | more


def numbered(number: int, document: UUID = DOCUMENT) -> Told:
    """It takes a number."""
    told: dict[str, object] = {"invoice_id": str(document), "series": "VA", "financial_year": "26-27"}
    return f"invoice_series.number_taken@{some_id(70)}#{number}", told


def seen(position: int, told: Told) -> Seen:
    """As a checker sees it; a topic may name its stream and version."""
    named, _, version = told[0].partition("#")
    topic, _, stream = named.partition("@")
    at = NOON + timedelta(hours=position)
    return Seen(position, "demo", UUID(stream) if stream else REQUEST, int(version or 1), topic, at, told[1])


def broken(*history: Told, watch: Callable[[], Watch] = whole_watch) -> set[tuple[str, int]]:
    """Which invariants do not hold, and where."""
    watched = watch()
    found = [each for n, told in enumerate(history, start=1) for each in watched.take(seen(n, told))]
    assert all(each.what for each in found)
    return {(each.invariant, each.position) for each in found}


def test_a_true_story_breaks_nothing_at_any_position() -> None:
    taken = wallet("wallet.hold_captured", "cap:1", -300, 200, ledger.advance_for(REQUEST))
    taken[1]["hold_id"] = "h1"
    history = (FILLED, held(400), taken, CAPTURED, FEE, *REFUNDED, *LOST, SETTLED, issued(), numbered(1))
    assert broken(*history) == set()
    won = gateway(recipes.dispute_won("disp_2", 5, "INR"))
    assert broken(CAPTURED, gateway(recipes.dispute_opened("disp_2", 5, "INR")), won) == set()
    failed = (
        gateway(recipes.refund_failed(PROMISED)),
        gateway(recipes.refund_promised("rfnd_2", {DESK: 1_000}, "INR")),
    )
    assert broken(CAPTURED, gateway(PROMISED), *failed) == set()
    rerouted = gateway(recipes.refund_to_wallet("rfnd_1", CUSTOMER, 300, "INR"))
    assert broken(CAPTURED, gateway(PROMISED), rerouted) == set()


def spoilt(told: Told, account: str, by: int) -> Told:
    """One leg is wrong."""
    legs = told[1]["legs"]
    assert isinstance(legs, list)
    moved = [{**leg, "amount_minor": leg["amount_minor"] + by * (leg["account"] == account)} for leg in legs]
    return told[0], {**told[1], "legs": moved}


@pytest.mark.parametrize(
    ("history", "faults"),
    [
        ((spoilt(FILLED, DESK, 1),), {("M1", 1)}),
        ((spoilt(FILLED, DESK, 1), wallet("wallet.credited", "crd:2", 1, 501)), {("M1", 1), ("M1", 2)}),
        (((FILLED[0], {**FILLED[1], "currency": "XYZ"}),), {("M1", 1)}),
        ((FILLED, held(501)), {("M2", 2)}),
        ((FILLED, held(400), wallet("wallet.debited", "dbt:1", -101, 399)), {("M2", 3)}),
        ((FILLED, wallet("wallet.credited", "crd:2", 1, 502)), {("M3", 2)}),
        ((FILLED, wallet("wallet.credited", "crd:1", 1, 501)), {("M6", 2)}),
        ((CAPTURED, *REFUNDED, gateway(recipes.refund_paid("rfnd_2", 701, "INR"))), set()),
        ((CAPTURED, gateway(recipes.refund_promised("rfnd_1", {DESK: 1_001}, "INR"))), {("M4", 2), ("M10", 2)}),
        ((CAPTURED, spoilt(FEE, CLEARING, -1)), {("M1", 2)}),
        ((books("b", recipes.payout("pout_1", PROVIDER, 5, "INR")),), {("M10", 1)}),
        ((issued(), numbered(2)), {("M8", 2)}),
        ((issued(), numbered(1), numbered(2)), {("M8", 3)}),
        ((issued(), numbered(1), issued(OTHER_DOCUMENT, "2026-11-21"), numbered(2, OTHER_DOCUMENT)), {("M8", 4)}),
        ((numbered(1),), {("M8", 1)}),
        ((issued(total_minor=11_801),), {("M9", 1)}),
        ((issued(net_minor=9_999),), {("M9", 1)}),
        ((issued(lines=[{"kind": "base", "amount_minor": 9_900}, {"kind": "tax_igst", "amount_minor": 100}]),),
         {("M9", 1)}),
        ((issued(lines=[{"kind": "base", "amount_minor": 9_900}, {"kind": "tax_cgst", "amount_minor": 100}]),),
         {("M9", 1)}),
        ((issued(lines=[{"kind": "base", "amount_minor": 9_949}, {"kind": "rounding", "amount_minor": 51}]),),
         {("M9", 1)}),
    ],
)  # fmt: skip
def test_each_fault_is_named_where_it_happens(history: tuple[Told, ...], faults: set[tuple[str, int]]) -> None:
    assert broken(*history) == faults


def test_a_second_bookkeeper_agrees_only_with_the_truth() -> None:
    ours = {CLEARING: 500, ledger.BANK: 476}
    assert two_bookkeepers(ours, 500, 500, 24) == []
    assert len(two_bookkeepers(ours, 501, 500, 25)) == 2
    journal = Journaled()
    assert list(journal.take(seen(1, FILLED))) == []
    rows = {("demo", WALLET, "INR"): -500, ("demo", DESK, "INR"): 500}
    assert journal.against(rows) == []
    assert len(journal.against(rows | {("demo", WALLET, "INR"): -499})) == 1
    assert len(journal.against({("demo", DESK, "INR"): 500})) == 1


MEANT, DONE, UNCERTAIN = "refund.requested", "refund.confirmed", "refund.reconciled"
CALLS = {MEANT: frozenset({DONE, UNCERTAIN}), "payout.requested": frozenset({"payout.processed"})}


@pytest.mark.parametrize(
    ("topics", "positions"),
    [
        ((MEANT, DONE), set()),
        ((MEANT, UNCERTAIN), set()),
        ((MEANT, MEANT, DONE), {2}),
        ((DONE,), {1}),
        ((MEANT, "payout.processed"), {2}),
        ((MEANT, DONE, UNCERTAIN), {3}),
        ((MEANT, DONE, MEANT), {3}),
    ],
)
def test_a_call_is_meant_once_and_comes_out_once(topics: tuple[str, ...], positions: set[int]) -> None:
    history: list[Told] = [(topic, {"op_id": "o1"}) for topic in topics]
    assert broken(*history, watch=lambda: Watch((IntentThenOutcome(CALLS),))) == {("M11", n) for n in positions}


def test_what_was_meant_and_forgotten_is_found_at_rest() -> None:
    checker = IntentThenOutcome(CALLS)
    assert list(checker.take(seen(1, (MEANT, {"op_id": "o1"})))) == []
    assert checker.at_rest() != []
    assert list(checker.take(seen(2, (DONE, {"op_id": "o1"})))) == []
    assert checker.at_rest() == []


@pytest.mark.parametrize(("hours", "faults"), [(24, set()), (23, {("M10", 25)})])
def test_a_charge_comes_a_day_after_its_notice(hours: int, faults: set[tuple[str, int]]) -> None:
    history: list[Told] = [("other", {})] * 25
    history[24] = ("s.charged", {"charge_id": "c1"})
    history[24 - hours] = ("s.noticed", {"charge_id": "c1"})
    assert broken(*history, watch=lambda: Watch((NoticeFirst("s.noticed", "s.charged"),))) == faults
    assert broken(("s.charged", {}), watch=lambda: Watch((NoticeFirst("s.noticed", "s.charged"),))) == {("M10", 1)}


def test_what_is_compared_is_compared_to_the_byte() -> None:
    assert effects(["a", "b"], ["a"]) == []
    assert effects(["a", "a"], ["b"]) == ["a was done 2 times", "b is confirmed and was never done"]
    assert one_outcome([(b"1", frozenset({"x"}))] * 3) == []
    assert one_outcome([(b"1", frozenset({"x"})), (b"1", frozenset())]) != []
    assert replayed_alone(b"1", b"1", []) == []
    assert replayed_alone(b"1", b"2", ["o1"]) == ["a replay gives another state", "a replay called o1"]
    assert untouched({"M1": b"1"}, {"M1": b"1", "new": b"2"}) == []
    assert untouched({"M1": b"1", "bill": b"2"}, {"M1": b"2"}) == [
        "M1 changed with an erasure", "bill changed with an erasure",
    ]  # fmt: skip
