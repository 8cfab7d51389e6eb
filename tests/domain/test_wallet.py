"""Which rules does a wallet keep? Nobody takes what is not there; what came in or was kept is always booked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from domain import ledger
from domain.money import BadAmount, CurrencyMismatch, UnknownCurrency
from domain.refusal import Refusal
from domain.wallet import Wallet
from domain.wallet_terms import (
    MOST_HOLDS,
    TRANSFERS_REMEMBERED,
    Hold,
    InsufficientFunds,
    NoSuchHold,
    TooManyHolds,
    WalletFrozen,
    WhyCredited,
    WhyDebited,
    WhyFrozen,
    WhyReleased,
    wallet_id,
)
from tests.domain.money_facts import (
    FROZEN,
    HOLD,
    OPENED,
    PAYMENT,
    TOP_UP,
    TOW_TOTAL,
    UNFROZEN,
    WEEK_LATER,
    captured,
    debited,
    held,
    released,
    topped_up,
)
from tests.support.roadside import CUSTOMER, LATER, NOON, OTHER_CUSTOMER, OTHER_REQUEST, REQUEST, SOON, TENANT, some_id
from tests.support.rulebook import Fact, born, given

Command = Callable[[Wallet], None]
THE_HOLD = Hold(HOLD, REQUEST, TOW_TOTAL, WEEK_LATER)
RICH = (OPENED, topped_up())
KEPT = (*RICH, held())


def credit(amount_minor: int = TOW_TOTAL, transfer_id: UUID = TOP_UP) -> Command:
    return lambda w: w.credit(transfer_id, amount_minor, WhyCredited.TOP_UP, ledger.CASH_DESK, NOON)


def keep(hold: Hold = THE_HOLD, currency: str = "INR", at: datetime = SOON) -> Command:
    return lambda w: w.hold(hold, currency, at)


def capture(amount_minor: int = TOW_TOTAL, hold_id: UUID = HOLD) -> Command:
    return lambda w: w.capture(hold_id, amount_minor, LATER)


def debit(amount_minor: int = TOW_TOTAL) -> Command:
    return lambda w: w.debit(PAYMENT, REQUEST, amount_minor, WhyDebited.SERVICE, LATER)


def release(w: Wallet) -> None:
    w.release(HOLD, WhyReleased.NOT_NEEDED, LATER)


def freeze(w: Wallet) -> None:
    w.freeze(WhyFrozen.CUSTOMER_ASKED, SOON)


def unfreeze(w: Wallet) -> None:
    w.unfreeze(LATER)


def test_a_customer_has_one_wallet_in_each_tenant() -> None:
    wallet = Wallet.open(TENANT, CUSTOMER, "INR", NOON)
    assert wallet.id == wallet_id(TENANT, CUSTOMER)
    assert len({wallet_id(tenant, who) for tenant in ("demo", "other") for who in (CUSTOMER, OTHER_CUSTOMER)}) == 4
    assert born(wallet) == OPENED
    assert (wallet.balance_minor, wallet.held_minor, wallet.available_minor) == (0, 0, 0)


def test_a_wallet_is_in_a_currency_that_is_known() -> None:
    with pytest.raises(UnknownCurrency):
        Wallet.open(TENANT, CUSTOMER, "ZZZ", NOON)


def test_what_came_in_is_booked_once() -> None:
    given(Wallet, OPENED).when(credit()).then(topped_up())
    given(Wallet, *RICH).when(credit()).then_nothing()


def test_a_frozen_wallet_still_takes_money_in_and_gives_what_was_kept() -> None:
    given(Wallet, OPENED, FROZEN).when(credit()).then(topped_up())
    given(Wallet, *KEPT, FROZEN).when(capture()).then(captured())
    given(Wallet, *KEPT, FROZEN).when(release).then(released(WhyReleased.NOT_NEEDED))


@pytest.mark.parametrize("command", [keep(), debit()])
def test_nothing_new_is_taken_from_a_frozen_wallet(command: Command) -> None:
    given(Wallet, *RICH, FROZEN).when(command).then_refused(WalletFrozen)


def test_a_wallet_is_frozen_and_unfrozen_once() -> None:
    given(Wallet, OPENED).when(freeze).then(FROZEN)
    given(Wallet, OPENED, FROZEN).when(freeze).then_nothing()
    given(Wallet, OPENED, FROZEN).when(unfreeze).then(UNFROZEN)
    given(Wallet, OPENED).when(unfreeze).then_nothing()
    given(Wallet, *RICH, FROZEN, UNFROZEN).when(keep()).then(held())


def test_a_part_of_the_balance_is_kept_once() -> None:
    given(Wallet, *RICH).when(keep()).then(held())
    given(Wallet, *KEPT).when(keep()).then_nothing()
    wallet = given(Wallet, *KEPT).now()
    assert (wallet.balance_minor, wallet.held_minor, wallet.available_minor) == (TOW_TOTAL, TOW_TOTAL, 0)


def other(amount_minor: int, expires_at: datetime = WEEK_LATER) -> Hold:
    return Hold(some_id(84), OTHER_REQUEST, amount_minor, expires_at)


@pytest.mark.parametrize(
    ("before", "command", "refusal"),
    [
        (RICH, keep(replace(THE_HOLD, amount_minor=TOW_TOTAL + 1)), InsufficientFunds),
        (KEPT, keep(other(1)), InsufficientFunds),
        (RICH, keep(currency="JPY"), CurrencyMismatch),
        (RICH, keep(replace(THE_HOLD, amount_minor=0)), BadAmount),
        (KEPT, debit(1), InsufficientFunds),
        (RICH, debit(TOW_TOTAL + 1), InsufficientFunds),
        (RICH, debit(-1), BadAmount),
        (RICH, credit(0, some_id(85)), BadAmount),
        (RICH, capture(), NoSuchHold),
        (KEPT, capture(TOW_TOTAL + 1), NoSuchHold),
        (KEPT, capture(0), BadAmount),
    ],
)
def test_what_makes_no_sense_or_is_not_there_is_refused(
    before: tuple[Fact, ...], command: Command, refusal: type[Refusal]
) -> None:
    given(Wallet, *before).when(command).then_refused(refusal)


def test_a_new_hold_for_the_same_job_takes_the_place_of_the_former() -> None:
    smaller = Hold(some_id(84), REQUEST, 5, WEEK_LATER)
    wallet = given(Wallet, *KEPT).now()
    wallet.hold(smaller, "INR", LATER)
    assert wallet.holds == (smaller,)
    released_, placed = wallet.collect_events()
    assert (released_.why, released_.hold_id) == (WhyReleased.REPLACED, HOLD)
    assert placed.hold_id == smaller.hold_id


def test_a_hold_that_has_expired_makes_room_for_another() -> None:
    given(Wallet, *KEPT).when(keep(other(TOW_TOTAL), at=WEEK_LATER - timedelta(seconds=1))).then_refused(
        InsufficientFunds
    )
    wallet = given(Wallet, *KEPT).now()
    wallet.hold(other(TOW_TOTAL), "INR", WEEK_LATER)
    assert [event.why for event in wallet.collect_events()[:1]] == [WhyReleased.EXPIRED]
    assert wallet.available_minor == 0


def test_an_expired_hold_that_nobody_needed_can_still_be_captured() -> None:
    wallet = given(Wallet, *KEPT).now()
    wallet.capture(HOLD, TOW_TOTAL, WEEK_LATER + timedelta(days=30))
    assert wallet.balance_minor == 0


def test_a_wallet_is_kept_for_so_many_jobs_and_no_more() -> None:
    wallet = given(Wallet, *RICH).now()
    for number in range(MOST_HOLDS):
        wallet.hold(Hold(some_id(200 + number), some_id(300 + number), 1, WEEK_LATER), "INR", SOON)
    with pytest.raises(TooManyHolds):
        wallet.hold(Hold(some_id(250), some_id(350), 1, WEEK_LATER), "INR", SOON)
    wallet.hold(Hold(some_id(251), some_id(300), 2, WEEK_LATER), "INR", SOON)
    assert len(wallet.holds) == MOST_HOLDS, "one that takes the place of another is not one more"


def test_who_has_too_little_is_told_how_much_is_missing() -> None:
    with pytest.raises(InsufficientFunds) as refused:
        given(Wallet, *RICH).now().debit(PAYMENT, REQUEST, TOW_TOTAL + 7, WhyDebited.SERVICE, LATER)
    assert (refused.value.facts["available_minor"], refused.value.facts["missing_minor"]) == (TOW_TOTAL, 7)


def test_what_is_taken_from_a_hold_leaves_the_rest_free() -> None:
    given(Wallet, *KEPT).when(capture()).then(captured())
    given(Wallet, *KEPT).when(capture(TOW_TOTAL - 7)).then(captured(TOW_TOTAL - 7, 7, 7))
    given(Wallet, *KEPT, captured()).when(capture()).then_refused(NoSuchHold)


def test_a_hold_is_given_free_once() -> None:
    given(Wallet, *KEPT).when(release).then(released(WhyReleased.NOT_NEEDED))
    given(Wallet, *KEPT, released(WhyReleased.NOT_NEEDED)).when(release).then_nothing()


def test_what_nothing_was_kept_for_is_taken_once() -> None:
    given(Wallet, *RICH).when(debit()).then(debited())
    given(Wallet, *RICH, debited()).when(debit()).then_nothing()


def test_a_debt_is_paid_to_what_is_owed_and_not_to_the_job() -> None:
    wallet = given(Wallet, *RICH).now()
    wallet.debit(PAYMENT, REQUEST, 5, WhyDebited.DEBT, LATER)
    (paid,) = wallet.collect_events()
    assert [leg.account for leg in paid.legs] == [ledger.wallet_of(CUSTOMER), ledger.receivable_from(CUSTOMER)]


def test_a_wallet_remembers_so_many_transfers() -> None:
    wallet = given(Wallet, OPENED).now()
    for number in range(TRANSFERS_REMEMBERED + 5):
        wallet.credit(some_id(1_000 + number), 1, WhyCredited.TOP_UP, ledger.CASH_DESK, NOON)
    assert len(wallet.booked) == TRANSFERS_REMEMBERED
    assert wallet.balance_minor == TRANSFERS_REMEMBERED + 5
