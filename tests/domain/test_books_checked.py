"""Do the checkers of production see guarded accounts, ends of holds and both sides of each limit, and say what?"""

from datetime import datetime, timedelta

import pytest

from domain import ledger
from domain.ledger.account import LedgerAccount
from domain.ledger.invariants import Conserved, Covered, Journaled, Seen
from domain.ledger.memberships import used
from domain.ledger.terms import Result
from domain.ledger.transfer import MOST_LEGS, Leg, Transfer, Unbalanced, check_balanced, fact_id, outside_name
from domain.money import CurrencyMismatch
from tests.domain.ledger_facts import FILLED, OPENED, SUBSCRIPTION, UNITS
from tests.support.roadside import CUSTOMER, NOON, REQUEST
from tests.support.rulebook import given

WALLET, DESK = ledger.wallet_of(CUSTOMER), ledger.CASH_DESK
USED_UP = ledger.units_used("KM")
HOUR = timedelta(hours=1)
CHECKERS = Conserved | Covered | Journaled


def told(checker: CHECKERS, position: int, topic: str, **fields: object) -> list[str]:
    seen = Seen(position, "demo", REQUEST, position, topic, fields.pop("at", NOON), {"currency": "INR", **fields})  # type: ignore[arg-type]  # an instant
    return list(checker.take(seen))


def legs(**amounts: int) -> list[dict[str, object]]:
    return [{"account": account, "amount_minor": amount} for account, amount in amounts.items()]


def moved(account: str, amount: int, other: str = DESK) -> dict[str, object]:
    return {"transfer_id": "t:1", "legs": legs(**{account: amount, other: -amount})}


def test_what_does_not_sum_to_nothing_is_named_with_what_it_leaves_until_it_is_made_good() -> None:
    checker = Conserved()
    assert told(checker, 1, "a", transfer_id="t:1", legs=legs(a=5, b=-3)) == ["t:1 leaves 2 INR"]
    assert told(checker, 2, "a", transfer_id="t:2", legs=legs(a=1, b=-1)) == ["t:2 leaves 2 INR"]
    assert told(checker, 3, "a", transfer_id="t:3", legs=legs(a=3, b=-5)) == ["t:3 leaves 0 INR"]
    assert told(checker, 4, "a", transfer_id="t:4", legs=legs(a=1, b=-1)) == []


@pytest.mark.parametrize(
    "given_legs",
    [
        [{"account": "a", "amount_minor": 1}, {"account": "a", "amount_minor": -1}],
        [],
        legs(a=0, b=0),
        [{"account": "a", "amount_minor": 0}],
        [*legs(a=1, b=-1), {"account": "a", "amount_minor": 0}],
    ],
)
def test_a_transfer_with_a_leg_of_nothing_or_an_account_twice_is_named(given_legs: list[dict[str, object]]) -> None:
    said = told(Conserved(), 1, "a", transfer_id="t:1", legs=given_legs)
    assert said == ["t:1 has legs of nothing, too few, or an account twice"]


def test_a_wallet_may_be_emptied_and_holds_end_one_by_one() -> None:
    checker = Covered()
    of_wallet: dict[str, object] = {"customer_id": str(CUSTOMER)}
    assert told(checker, 1, "wallet.credited", **moved(WALLET, -100)) == []
    assert told(checker, 2, "wallet.hold_placed", hold_id="h1", amount_minor=60, **of_wallet) == []
    assert told(checker, 3, "wallet.hold_placed", hold_id="h2", amount_minor=40, **of_wallet) == []
    assert told(checker, 4, "wallet.hold_released", hold_id="h1", amount_minor=60, **of_wallet) == []
    assert told(checker, 5, "wallet.hold_released", hold_id="h1", amount_minor=60, **of_wallet) == []
    assert told(checker, 6, "wallet.debited", **moved(WALLET, 60)) == []
    said = told(checker, 7, "wallet.hold_placed", hold_id="h3", amount_minor=1, **of_wallet)
    assert said == [f"{WALLET} has -1 INR available"]


def test_units_are_kept_until_they_are_posted_ended_or_out_of_time() -> None:
    checker = Covered()
    km = {"currency": "KM", "account": UNITS}
    assert told(checker, 1, "ledger_account.booked", **(moved(UNITS, -100, "U:Given:KM") | km)) == []
    kept = {"transfer_id": "use:1", "amount_minor": 70, "expires_at": (NOON + HOUR).isoformat()} | km
    assert told(checker, 2, "ledger_account.held", **kept) == []
    more = kept | {"transfer_id": "use:2", "amount_minor": 40}
    assert told(checker, 3, "ledger_account.held", **more) == [f"{UNITS} has -10 KM available"]
    assert told(checker, 4, "ledger_account.hold_ended", transfer_id="use:2", amount_minor=40, **km) == []
    posted = moved(UNITS, 50, USED_UP) | km | {"transfer_id": "use:1:post", "amount_minor": 50}
    assert told(checker, 5, "ledger_account.hold_posted", **posted) == []
    assert told(checker, 6, "ledger_account.held", **(kept | {"transfer_id": "use:3", "amount_minor": 50})) == []
    taken = moved(UNITS, 1, USED_UP) | km
    assert told(checker, 7, "ledger_account.booked", **taken) == [f"{UNITS} has -1 KM available"]
    assert told(checker, 8, "ledger_account.booked", at=NOON + HOUR, **(moved(UNITS, 1, USED_UP) | km)) == []


def test_what_an_account_is_told_to_have_is_what_its_journal_says() -> None:
    checker = Journaled()
    km = {"currency": "KM", "account": UNITS}
    assert told(checker, 1, "ledger_account.booked", posted_minor=100, **(moved(UNITS, -100, "U:Given:KM") | km)) == []
    said = told(checker, 2, "ledger_account.booked", posted_minor=98, **(moved(UNITS, 1, USED_UP) | km))
    assert said == [f"{UNITS} is told to have 98, its journal says 99"]
    assert told(checker, 3, "ledger_account.closed", **km) == []
    assert told(checker, 4, "settlement.booked", posted_minor=5, **km) == []


def test_rows_are_compared_with_the_journal_account_by_account() -> None:
    checker = Journaled()
    told(checker, 1, "wallet.credited", customer_id=str(CUSTOMER), balance_minor=100, **moved(WALLET, -100))
    told(checker, 2, "settlement.booked", transfer_id="t:2", legs=legs(a=4, b=-4))
    told(checker, 3, "settlement.booked", transfer_id="t:3", legs=legs(a=-4, b=4))
    wallet, desk = ("demo", WALLET, "INR"), ("demo", DESK, "INR")
    assert checker.against({wallet: -100, desk: 100}) == []
    assert checker.against({wallet: -100, desk: 100, ("demo", "a", "INR"): 0}) == []
    assert checker.against({wallet: -99}) == [
        f"{DESK} has 0 INR, its journal says 100",
        f"{WALLET} has -99 INR, its journal says -100",
    ]
    unknown = {wallet: -100, desk: 100, ("demo", "x", "INR"): 7}
    assert checker.against(unknown) == ["x has 7 INR, its journal says 0"]


def transfer(name: str, amount: int) -> Transfer:
    return Transfer(name, "KM", (Leg(UNITS, amount), Leg(USED_UP, -amount)))


def filled() -> LedgerAccount:
    account = given(LedgerAccount, OPENED, FILLED).now()
    assert account.available_minor(NOON) == account.posted_minor
    return account


def test_all_of_an_account_can_be_asked_for_and_not_one_more() -> None:
    account = filled()
    everything = account.posted_minor
    assert account.request(transfer("t:1", everything + 1), NOON).result is Result.EXCEEDS_CREDITS
    assert account.request(transfer("t:2", everything), NOON).stands
    assert account.request(transfer("t:3", 1), NOON).result is Result.EXCEEDS_CREDITS


@pytest.mark.parametrize("part", [1, 10, None])
def test_a_hold_is_posted_whole_or_from_one_unit_on(part: int | None) -> None:
    account = filled()
    assert account.hold(transfer("t:1", 10), NOON + HOUR, NOON).stands
    assert account.post("t:1", 11, NOON).result is Result.EXCEEDS_PENDING
    assert account.post("t:1", 0, NOON).result is Result.EXCEEDS_PENDING
    assert account.post("t:9", 1, NOON).result is Result.PENDING_NOT_FOUND
    assert account.post("t:1", part, NOON).result is Result.CREATED
    assert account.post("t:1", part, NOON).result is Result.EXISTS
    assert account.post("t:1", 5, NOON).result is Result.PENDING_ALREADY_POSTED


def test_a_hold_ends_at_its_time_and_is_told_with_that_time() -> None:
    account = filled()
    account.hold(transfer("t:1", 10), NOON + HOUR, NOON)
    account.collect_events()
    account.expire(NOON + HOUR - timedelta(microseconds=1))
    assert account.collect_events() == []
    account.expire(NOON + HOUR)
    (ended,) = account.collect_events()
    assert ended.timestamp == NOON + HOUR
    assert account.post("t:1", 1, NOON + HOUR).result is Result.PENDING_EXPIRED
    (kept,) = [each for name, each in account.pending.items() if name == "t:1"]
    assert (kept.asked, kept.amount_minor, kept.expires_at) == (transfer("t:1", 10), 10, NOON + HOUR)


@pytest.mark.parametrize(("amount", "expires_at"), [(-10, NOON + HOUR), (10, NOON)])
def test_what_is_kept_goes_out_later(amount: int, expires_at: datetime) -> None:
    with pytest.raises(ValueError, match=r"^what is kept goes from this account to one other, later$"):
        filled().hold(transfer("t:1", amount), expires_at, NOON)


def test_another_asset_is_named_beside_the_accounts_own() -> None:
    with pytest.raises(CurrencyMismatch) as refused:
        filled().request(Transfer("t:1", "INR", (Leg(UNITS, 1), Leg(DESK, -1))), NOON)
    assert refused.value.detail == "the account is in KM"
    assert refused.value.facts == {"currency": "INR", "wanted": "KM"}


def test_a_transfer_says_what_is_wrong_with_it() -> None:
    most = [Leg(f"a{number}", 1) for number in range(MOST_LEGS - 1)]
    check_balanced("t:1", [*most, Leg("b", 1 - MOST_LEGS)])
    with pytest.raises(Unbalanced, match=f"^t:1: {MOST_LEGS + 1} legs on {MOST_LEGS + 1} accounts$"):
        check_balanced("t:1", [*most, Leg("b", 1), Leg("c", -MOST_LEGS)])
    with pytest.raises(Unbalanced, match=r"^t:2: \[1, 1\] does not sum to nothing$"):
        Transfer("t:2", "INR", (Leg("a", 1), Leg("b", 1)))
    with pytest.raises(ValueError, match=r"^'a name with spac' names no fact$"):
        fact_id("cap", "a name with spaces")
    with pytest.raises(ValueError, match=r"^'a name with spac' names nothing$"):
        outside_name("a name with spaces")
    assert outside_name("pay_1") == "pay_1"


def test_units_used_by_another_attempt_are_another_fact() -> None:
    names = [used(REQUEST, SUBSCRIPTION, "tow_km", 1, 5, "KM", attempt).transfer_id for attempt in (1, 2)]
    assert names == [f"use:{REQUEST.hex}:tow_km", f"use:{REQUEST.hex}:tow_km:2"]
