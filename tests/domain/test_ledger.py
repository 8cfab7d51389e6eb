"""Does a transfer always sum to nothing, under an id that follows from its fact?"""

import pytest

from domain import ledger
from domain.ledger import GstKind, Leg, Transfer, Unbalanced, transfer
from domain.money import UnknownCurrency
from tests.support.roadside import CUSTOMER, OTHER_REQUEST, PROVIDER, REQUEST


def test_a_transfer_leaves_out_accounts_that_get_nothing() -> None:
    moved = transfer("cap", REQUEST, "INR", {"A:Cash:Desk": 5, "I:Commission": 0, "I:Service": -5})
    assert moved.legs == (Leg("A:Cash:Desk", 5), Leg("I:Service", -5))
    assert moved.transfer_id == f"cap:{REQUEST.hex}"


def test_the_same_fact_has_the_same_id_and_another_has_another() -> None:
    legs = {"A:Cash:Desk": 5, "I:Service": -5}
    ids = {transfer(fact, of, "INR", legs).transfer_id for fact in ("cap", "dbt") for of in (REQUEST, OTHER_REQUEST)}
    assert len(ids) == 4
    assert transfer("cap", REQUEST, "INR", legs) == transfer("cap", REQUEST, "INR", legs)


@pytest.mark.parametrize(
    "legs",
    [
        (),
        (Leg("A:Cash:Desk", 0),),
        (Leg("A:Cash:Desk", 5),),
        (Leg("A:Cash:Desk", 5), Leg("I:Service", -4)),
        (Leg("A:Cash:Desk", 5), Leg("I:Service", -5), Leg("I:Commission", 0)),
        (Leg("A:Cash:Desk", 5), Leg("A:Cash:Desk", -5)),
        tuple(Leg(f"A:{n}", 1 if n % 2 else -1) for n in range(ledger.MOST_LEGS + 2)),
    ],
)
def test_what_does_not_balance_is_never_made(legs: tuple[Leg, ...]) -> None:
    with pytest.raises(Unbalanced):
        Transfer("cap:1", "INR", legs)


def test_a_currency_that_nobody_knows_is_not_booked() -> None:
    with pytest.raises(UnknownCurrency):
        Transfer("cap:1", "ZZZ", (Leg("A:Cash:Desk", 5), Leg("I:Service", -5)))


def test_every_account_has_a_name_of_its_own() -> None:
    names = [
        ledger.CASH_DESK,
        ledger.COMMISSION,
        ledger.SERVICE,
        ledger.ROUNDING,
        ledger.cash_with(PROVIDER),
        ledger.payable_to(PROVIDER),
        ledger.wallet_of(CUSTOMER),
        ledger.receivable_from(CUSTOMER),
        ledger.advance_for(REQUEST),
        *(ledger.gst_out(kind, state) for kind in GstKind for state in ("29", "33", "")),
    ]
    assert len(set(names)) == len(names)
    assert {name[:2] for name in names} == {"A:", "L:", "I:", "E:"}
