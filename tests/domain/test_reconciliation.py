"""Does a comparison of four bookkeepers find every difference, and none where there is none?"""

from dataclasses import replace

import pytest

from domain.ledger import BANK, CLEARING, Leg
from domain.ledger.recipes import (
    captured,
    dispute_fee,
    dispute_lost,
    dispute_opened,
    dispute_won,
    dispute_won_fee,
    gateway_fee,
    payout,
    payout_reversed,
    refund_paid,
    settled_to_bank,
)
from domain.ledger.transfer import Transfer
from domain.reconciliation import (
    BankLine,
    Difference,
    Differing,
    Posted,
    Row,
    SettledSum,
    balances_of,
    disputes_agree,
    gateway_and_bank,
    given_back,
    ledger_and_gateway,
    log_and_ledger,
    payouts_agree,
    settlements_agree,
)
from tests.support.roadside import PROVIDER, REQUEST


def posted(transfer: Transfer) -> Posted:
    return Posted(transfer.transfer_id, transfer.legs)


BOOKS = tuple(
    posted(each)
    for each in (
        captured("pay_1", REQUEST, 100_000, "INR"),
        gateway_fee("pay_1", 2_360, 360, "INR"),
        captured("pay_2", REQUEST, 50_000, "INR"),
        refund_paid("rfnd_1", 10_000, "INR"),
        settled_to_bank("setl_1", 87_640, "INR"),
        payout("pout_1", PROVIDER, 40_000, "INR", 590, 90),
        payout("pout_2", PROVIDER, 1_000, "INR"),
        payout_reversed(payout("pout_2", PROVIDER, 1_000, "INR")),
    )
)
ROWS = (Row("setl_1", "pay_1", 97_640), Row("setl_1", "rfnd_1", -10_000))
SETTLED = (SettledSum("setl_1", 87_640, "utr_s"),)
LINES = (BankLine("utr_s", 87_640), BankLine("utr_p", -40_590))
PAID_OUT = {"utr_p": 40_590}


def test_four_that_agree_differ_in_nothing() -> None:
    assert log_and_ledger(BOOKS, balances_of(BOOKS)) == []
    assert ledger_and_gateway(BOOKS, ROWS, frozenset({"pay_1"})) == []
    assert settlements_agree(BOOKS, SETTLED, ROWS) == []
    assert gateway_and_bank(SETTLED, PAID_OUT, LINES) == []
    assert payouts_agree(BOOKS, {"pout_1": 40_590}) == []


def test_a_ledger_that_is_a_paisa_off_is_found() -> None:
    ledger = balances_of(BOOKS) | {BANK: balances_of(BOOKS)[BANK] + 1}
    found = log_and_ledger(BOOKS, ledger)
    assert found == [Difference(Differing.LOG_AND_LEDGER, BANK, 87_640 - 40_590 + 1, 87_640 - 40_590)]
    assert [each.subject for each in log_and_ledger(BOOKS, {**balances_of(BOOKS), "L:Suspense": 5})] == ["L:Suspense"]


@pytest.mark.parametrize(
    ("rows", "overdue", "kind", "subject"),
    [
        ((*ROWS, Row("setl_1", "pay_9", 7)), set(), Differing.UNKNOWN_TO_US, "pay_9"),
        ((replace(ROWS[0], net_minor=97_641), ROWS[1]), set(), Differing.ANOTHER_AMOUNT, "pay_1"),
        (ROWS, {"pay_2"}, Differing.NOT_SETTLED, "pay_2"),
    ],
)
def test_what_books_and_gateway_have_otherwise_is_found(
    rows: tuple[Row, ...], overdue: set[str], kind: Differing, subject: str
) -> None:
    (found,) = ledger_and_gateway(BOOKS, rows, frozenset(overdue))
    assert (found.kind, found.subject) == (kind, subject)


def test_a_settlement_is_its_rows_and_is_booked() -> None:
    (sum_differs,) = settlements_agree(BOOKS, SETTLED, ROWS[:1])
    assert sum_differs == Difference(Differing.SUM_OF_ROWS, "setl_1", 97_640, 87_640)
    unbooked = [each for each in BOOKS if each.fact != "stl"]
    assert settlements_agree(unbooked, SETTLED, ROWS) == [Difference(Differing.NOT_BOOKED, "setl_1", 0, 87_640)]


def test_the_bank_has_everything_and_nothing_else() -> None:
    assert gateway_and_bank(SETTLED, PAID_OUT, LINES[1:]) == [Difference(Differing.NOT_IN_BANK, "utr_s", 87_640, 0)]
    strange = (*LINES, BankLine("cash", 5))
    assert gateway_and_bank(SETTLED, PAID_OUT, strange) == [Difference(Differing.UNKNOWN_IN_BANK, "cash", 0, 5)]


def test_a_payout_that_only_one_side_knows_is_found() -> None:
    assert payouts_agree(BOOKS, {}) == [Difference(Differing.PAYOUT_DIFFERS, "pout_1", 40_590, 0)]
    both = {"pout_1": 40_590, "pout_3": 1}
    assert payouts_agree(BOOKS, both) == [Difference(Differing.PAYOUT_DIFFERS, "pout_3", 0, 1)]


def test_a_transfer_says_what_it_is_about() -> None:
    told = Posted("rf:rfnd_1:processed", (Leg(CLEARING, -5),))
    assert (told.fact, told.entity, told.on(CLEARING), told.on(BANK)) == ("rf", "rfnd_1", -5, 0)


def test_a_fee_for_a_dispute_is_in_its_row_and_no_part_of_what_the_bank_took() -> None:
    taken, fee = posted(dispute_opened("disp_1", 500, "INR")), posted(dispute_fee("disp_1", "setl_1", 59, 9, "INR"))
    assert ledger_and_gateway((taken, fee), (Row("setl_1", "disp_1", -559),), frozenset()) == []
    assert ledger_and_gateway((taken,), (Row("setl_1", "disp_1", -559),), frozenset()) == [
        Difference(Differing.ANOTHER_AMOUNT, "disp_1", -500, -559)
    ]
    assert disputes_agree((taken, fee), {"disp_1": 500}) == []
    back, kept = posted(dispute_won("disp_1", 500, "INR")), posted(dispute_won_fee("disp_1", "setl_2", 59, 9, "INR"))
    rows = (Row("setl_1", "disp_1", -500), Row("setl_2", given_back("disp_1"), 441))
    assert ledger_and_gateway((taken, back, kept), rows, frozenset()) == []
    assert disputes_agree((taken, back, kept), {"disp_1": 0}) == []


def test_what_a_bank_takes_and_gives_back_are_two_rows_of_one_dispute() -> None:
    taken, back = posted(dispute_opened("disp_1", 500, "INR")), posted(dispute_won("disp_1", 500, "INR"))
    assert (taken.entity, back.entity) == ("disp_1", given_back("disp_1"))
    rows = (Row("setl_1", "disp_1", -500), Row("setl_2", given_back("disp_1"), 500))
    assert ledger_and_gateway((taken, back), rows[:1], frozenset()) == []
    assert ledger_and_gateway((taken, back), rows, frozenset()) == []


def test_what_is_held_back_or_lost_is_what_the_gateway_took() -> None:
    taken, lost = posted(dispute_opened("disp_1", 500, "INR")), posted(dispute_lost("disp_1", 500, "INR"))
    assert disputes_agree((taken, lost), {"disp_1": 500}) == []
    assert disputes_agree((taken, posted(dispute_won("disp_1", 500, "INR"))), {"disp_1": 0}) == []
    assert disputes_agree((taken,), {"disp_1": 0, "disp_2": 7}) == [
        Difference(Differing.DISPUTE_DIFFERS, "disp_1", 500, 0),
        Difference(Differing.DISPUTE_DIFFERS, "disp_2", 0, 7),
    ]
