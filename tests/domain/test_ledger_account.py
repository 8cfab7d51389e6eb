"""May a guarded account be asked for more than it has, or for the same twice? And what is never refused?"""

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.ledger.account import LedgerAccount
from domain.ledger.chart import is_guarded
from domain.ledger.memberships import entitled, lapsed, used
from domain.ledger.recipes import captured
from domain.ledger.terms import Answer, Result, account_stream
from domain.ledger.transfer import Leg, Transfer, check_balanced
from domain.money import CurrencyMismatch, UnknownCurrency
from tests.domain.ledger_facts import (
    A_DAY_LATER,
    CLOSED,
    FILLED,
    HELD,
    OPENED,
    OTHER_TOW,
    PERIOD,
    POSTED,
    RECEIVED,
    REFUSED,
    SUBSCRIPTION,
    TOW,
    UNITS,
    USED,
    VOIDED,
)
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import NOON, OTHER_REQUEST, REQUEST, SOON, TENANT, some_id
from tests.support.rulebook import Fact, born, fact_of, given

NEW_ID = {"mint_new_id": True}


def asked(before: tuple[Fact, ...], act: str, *arguments: object) -> tuple[Answer, list[Fact]]:
    """What an act is answered with, and what it left behind."""
    account = given(LedgerAccount, *before).now()
    answer = getattr(account, act)(*arguments)
    return answer, [fact_of(each) for each in account.collect_events()]


READY = (OPENED, FILLED)
WITH = {"open": (*READY, HELD), "posted": (*READY, HELD, POSTED), "voided": (*READY, HELD, VOIDED)}
ID = TOW.transfer_id


def test_an_account_begins_with_nothing_under_an_id_that_follows_from_it() -> None:
    account = LedgerAccount.open(TENANT, UNITS, "KM", NOON)
    assert (account.id, account.posted_minor) == (account_stream(TENANT, UNITS, "KM"), 0)
    assert account.id != account_stream("rival", UNITS, "KM")
    assert born(account) == OPENED
    with pytest.raises(UnknownCurrency):
        LedgerAccount.open(TENANT, UNITS, "MILES", NOON)


def test_units_are_kept_at_the_confirmation_and_taken_as_used() -> None:
    assert asked(READY, "hold", TOW, A_DAY_LATER, NOON) == (Answer(Result.CREATED), [HELD])
    assert asked(WITH["open"], "post", ID, 300, SOON) == (Answer(Result.CREATED), [POSTED])
    assert asked(WITH["open"], "void", ID, SOON) == (Answer(Result.CREATED), [VOIDED])


@pytest.mark.parametrize(
    ("before", "act", "arguments", "result"),
    [
        ("open", "hold", (TOW, A_DAY_LATER, SOON), Result.EXISTS),
        ("open", "request", (TOW, SOON), Result.EXISTS_WITH_DIFFERENT_KIND),
        ("open", "hold", (used(REQUEST, SUBSCRIPTION, "tow_km", 1, 9, "KM"), A_DAY_LATER, SOON),
         Result.EXISTS_WITH_DIFFERENT_AMOUNT),
        ("open", "hold", (Transfer(ID, "KM", (Leg(UNITS, 320), Leg("U:Used:other", -320))), A_DAY_LATER, SOON),
         Result.EXISTS_WITH_DIFFERENT_ACCOUNTS),
        ("open", "book", (Transfer(PERIOD.transfer_id, "KM", tuple(reversed(PERIOD.legs))), SOON), Result.EXISTS),
        ("open", "post", (ID, 321, SOON), Result.EXCEEDS_PENDING),
        ("open", "post", (ID, 0, SOON), Result.EXCEEDS_PENDING),
        ("open", "post", ("use:unheard", None, SOON), Result.PENDING_NOT_FOUND),
        ("open", "void", ("use:unheard", SOON), Result.PENDING_NOT_FOUND),
        ("open", "post", (ID, None, A_DAY_LATER), Result.PENDING_EXPIRED),
        ("open", "void", (ID, A_DAY_LATER), Result.PENDING_EXPIRED),
        ("posted", "post", (ID, 300, SOON), Result.EXISTS),
        ("posted", "post", (ID, None, SOON), Result.PENDING_ALREADY_POSTED),
        ("posted", "void", (ID, SOON), Result.PENDING_ALREADY_POSTED),
        ("voided", "void", (ID, SOON), Result.EXISTS),
        ("voided", "post", (ID, None, SOON), Result.PENDING_ALREADY_VOIDED),
    ],
)  # fmt: skip
def test_what_came_before_is_answered_and_never_done_again(
    before: str, act: str, arguments: tuple[object, ...], result: Result
) -> None:
    assert asked(WITH[before], act, *arguments) == (Answer(result), [])


def test_a_refusal_stands_under_its_id_and_says_the_way_forward() -> None:
    refused = Answer(Result.EXCEEDS_CREDITS, **NEW_ID)
    assert asked(WITH["open"], "hold", OTHER_TOW, A_DAY_LATER, NOON) == (refused, [REFUSED])
    full_again = (*WITH["open"], REFUSED, VOIDED)
    again = asked(full_again, "hold", OTHER_TOW, A_DAY_LATER, SOON)
    assert again == (Answer(Result.ID_ALREADY_FAILED, **NEW_ID), [])
    renamed = Transfer("use:new", "KM", OTHER_TOW.legs)
    assert asked(full_again, "hold", renamed, A_DAY_LATER, SOON)[0] == Answer(Result.CREATED)


def test_a_fact_is_booked_whatever_stands() -> None:
    gone = lapsed(SUBSCRIPTION, "tow_km", 1, 501, "KM")
    answer, (news,) = asked((*READY, CLOSED), "book", gone, SOON)
    assert (answer, news.fields["posted_minor"]) == (Answer(Result.CREATED), -1)
    same_id = asked((*WITH["open"], REFUSED), "book", OTHER_TOW, SOON)
    assert same_id[0] == Answer(Result.CREATED), "that a request was refused does not undo what happened"


def test_what_another_guarded_account_gave_is_received_once_and_booked_there() -> None:
    assert asked((OPENED,), "receive", PERIOD, NOON) == (Answer(Result.CREATED), [RECEIVED])
    assert asked((OPENED, RECEIVED), "receive", PERIOD, NOON) == (Answer(Result.EXISTS), [])
    with pytest.raises(CurrencyMismatch):
        asked((OPENED,), "receive", captured("pay_1", REQUEST, 5, "INR"), NOON)


def test_a_closed_account_takes_no_requests_but_ends_what_it_keeps() -> None:
    given(LedgerAccount, *READY).when(lambda account: account.close(SOON)).then(CLOSED)
    given(LedgerAccount, *READY, CLOSED).when(lambda account: account.close(SOON)).then_nothing()
    closed = (*WITH["open"], CLOSED)
    assert asked(closed, "request", OTHER_TOW, SOON)[0] == Answer(Result.ACCOUNT_CLOSED, **NEW_ID)
    assert asked(closed, "post", ID, 300, SOON)[0].stands


def test_what_has_expired_is_available_again() -> None:
    account = given(LedgerAccount, *WITH["open"]).now()
    assert (account.available_minor(SOON), account.available_minor(A_DAY_LATER)) == (180, 500)
    account.expire(A_DAY_LATER)
    account.expire(A_DAY_LATER)
    assert [fact_of(each).fields["state"] for each in account.collect_events()] == ["expired"]


def test_another_asset_never_meets_this_one() -> None:
    with pytest.raises(CurrencyMismatch):
        asked(READY, "request", captured("pay_1", REQUEST, 5, "INR"), NOON)
    for odd in (Transfer("x:1", "KM", (Leg(UNITS, -1), Leg(USED, 1))),
                Transfer("x:1", "KM", (Leg(UNITS, 2), Leg(USED, -1), Leg("U:Used:b", -1)))):  # fmt: skip
        with pytest.raises(ValueError, match="one other"):
            asked(READY, "hold", odd, A_DAY_LATER, NOON)


NAMES = st.sampled_from([some_id(n) for n in range(600, 605)])
UNIT = st.integers(1, 30)


class AccountMachine(AggregateMachine[LedgerAccount]):
    """Random requests and holds on one account; facts only fill it, so that less than nothing is a fault."""

    def __init__(self) -> None:
        super().__init__(LedgerAccount.open(TENANT, UNITS, "KM", NOON))

    @rule(period=st.integers(1, 4), units=UNIT)
    def fill(self, period: int, units: int) -> None:
        given_units = entitled(SUBSCRIPTION, "tow_km", period, units, "KM")
        legs = tuple(Leg(UNITS if leg.amount_minor < 0 else leg.account, leg.amount_minor) for leg in given_units.legs)
        self.attempt(lambda a: a.book(Transfer(given_units.transfer_id, "KM", legs), self.now))

    @rule(request_id=NAMES, units=UNIT)
    def take(self, request_id: object, units: int) -> None:
        asked_for = used(OTHER_REQUEST, SUBSCRIPTION, f"b{request_id}"[:20], 1, units, "KM")
        taken = Transfer(asked_for.transfer_id, "KM", (Leg(UNITS, units), Leg(USED, -units)))
        self.attempt(lambda a: a.request(taken, self.now))

    @rule(name=st.integers(1, 6), units=UNIT, seconds=st.integers(1, 30))
    def keep(self, name: int, units: int, seconds: int) -> None:
        kept = Transfer(f"use:{name}", "KM", (Leg(UNITS, units), Leg(USED, -units)))
        self.attempt(lambda a: a.hold(kept, self.now + timedelta(seconds=seconds), self.now))

    @rule(name=st.integers(1, 6), units=st.none() | UNIT)
    def post(self, name: int, units: int | None) -> None:
        self.attempt(lambda a: a.post(f"use:{name}", units, self.now))

    @rule(name=st.integers(1, 6))
    def void(self, name: int) -> None:
        self.attempt(lambda a: a.void(f"use:{name}", self.now))

    @rule()
    def expire(self) -> None:
        self.attempt(lambda a: a.expire(self.now))

    @invariant()
    def available_is_never_below_nothing(self) -> None:
        assert self.aggregate.available_minor(self.now) >= 0

    @invariant()
    def the_journal_agrees_and_no_transfer_comes_twice(self) -> None:
        moved = [told.fields for told in self.history if "legs" in told.fields]
        posted = 0
        for told in moved:
            legs = told["legs"]
            assert isinstance(legs, tuple)
            check_balanced(str(told["transfer_id"]), legs)
            posted -= sum(leg.amount_minor for leg in legs if leg.account == UNITS)
        assert posted == self.aggregate.posted_minor
        assert len({told["transfer_id"] for told in moved}) == len(moved)


TestAccount = AccountMachine.TestCase
TestAccount.settings = settings(max_examples=examples(40), stateful_step_count=30, deadline=None)


def test_only_what_belongs_to_one_customer_is_guarded() -> None:
    assert is_guarded(UNITS)
    assert not is_guarded(USED)
