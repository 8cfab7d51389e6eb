"""When may money go to a provider's bank account?"""

from datetime import timedelta

from domain.payout_account import HELD_AFTER_CHANGE, SUPERSEDED, PayoutAccount, payout_account_id
from domain.payout_terms import AccountNotVerified, AccountOnHold, NoCheckAsked
from tests.domain.payout_facts import (
    CHANGED,
    CHECK,
    CHECK_BEGUN,
    CHECK_DOUBTED,
    FA,
    FAV,
    GIVEN,
    NOT_THERE,
    OPERATION,
    OTHER_RECORD,
    RECORD,
    VERIFIED,
    check_asked,
)
from tests.support.roadside import LATER, NOON, PROVIDER, SOON
from tests.support.rulebook import fact, fact_of, given

ASKED = given(PayoutAccount, GIVEN, check_asked())
THERE = given(PayoutAccount, GIVEN, check_asked(), VERIFIED)


def test_an_account_that_is_given_is_checked() -> None:
    account = PayoutAccount.give(PROVIDER, RECORD, CHECK, NOON)
    assert account.id == payout_account_id(PROVIDER)
    assert [fact_of(event) for event in account.collect_events()] == [GIVEN, check_asked()]


def test_nothing_goes_to_an_account_that_the_bank_does_not_know() -> None:
    ASKED.when(lambda a: a.account_to_pay(NOON)).then_refused(AccountNotVerified)
    ASKED.when(lambda a: a.refuse(CHECK, "not_there", SOON)).then(NOT_THERE)
    refused = given(PayoutAccount, GIVEN, check_asked(), NOT_THERE)
    refused.when(lambda a: a.account_to_pay(NOON)).then_refused(AccountNotVerified)
    refused.when(lambda a: a.check(OPERATION, LATER)).then(check_asked(operation_id=OPERATION, at=LATER))


def test_what_the_bank_knows_is_paid_to() -> None:
    ASKED.when(lambda a: a.begin_check(CHECK, FA, FAV, SOON)).then(CHECK_BEGUN)
    begun = given(PayoutAccount, GIVEN, check_asked(), CHECK_BEGUN)
    begun.when(lambda a: a.begin_check(CHECK, FA, FAV, SOON)).then_nothing()
    begun.when(lambda a: a.account_to_pay(SOON)).then_refused(AccountNotVerified)
    begun.when(lambda a: a.verify(CHECK, FA, SOON)).then(VERIFIED)
    assert THERE.now().account_to_pay(SOON) == FA


def test_a_check_that_nobody_asked_for_tells_nothing() -> None:
    ASKED.when(lambda a: a.doubt(CHECK, "no_answer", SOON)).then(CHECK_DOUBTED)
    ASKED.when(lambda a: a.verify(OPERATION, FA, SOON)).then_refused(NoCheckAsked)
    THERE.when(lambda a: a.refuse(CHECK, "not_there", SOON)).then_refused(NoCheckAsked)
    THERE.when(lambda a: a.begin_check(CHECK, FA, FAV, SOON)).then_refused(NoCheckAsked)
    ASKED.when(lambda a: a.check(OPERATION, SOON)).then_nothing()


def test_a_changed_account_is_paid_to_after_a_day() -> None:
    asked_again = check_asked(OTHER_RECORD, OPERATION, LATER)
    THERE.when(lambda a: a.change(OTHER_RECORD, OPERATION, LATER)).then(CHANGED, asked_again)
    THERE.when(lambda a: a.change(RECORD, OPERATION, LATER)).then_nothing()
    verified = fact(PayoutAccount.Verified, LATER, operation_id=OPERATION, gateway_account="fa_2")
    changed = given(PayoutAccount, GIVEN, check_asked(), VERIFIED, CHANGED, asked_again, verified)
    a_day_later = LATER + HELD_AFTER_CHANGE
    changed.when(lambda a: a.account_to_pay(a_day_later - timedelta(seconds=1))).then_refused(AccountOnHold)
    assert changed.now().account_to_pay(a_day_later) == "fa_2"


def test_a_check_of_an_account_that_was_changed_meanwhile_is_let_go() -> None:
    let_go = fact(PayoutAccount.Refused, LATER, operation_id=CHECK, code=SUPERSEDED)
    ASKED.when(lambda a: a.change(OTHER_RECORD, OPERATION, LATER)).then(
        let_go, CHANGED, check_asked(OTHER_RECORD, OPERATION, LATER)
    )
