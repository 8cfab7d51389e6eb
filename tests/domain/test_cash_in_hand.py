"""Is it added up what a provider owes of its cash, each job once, and set off or handed in once?"""

import pytest

from domain.cash_in_hand import CashInHand, CashLimitReached, MoreThanInHand, cash_in_hand_id
from domain.money import BadAmount
from tests.domain.money_facts import PAYMENT
from tests.domain.payout_facts import CASH_COLLECTED, CASH_HANDED_IN, CASH_OPENED, CASH_SET_OFF, PAYOUT
from tests.support.roadside import LATER, NOON, OFFER, PROVIDER, SOON, some_id
from tests.support.rulebook import born, given

OWES = (CASH_OPENED, CASH_COLLECTED)


def test_each_job_in_cash_is_added_once() -> None:
    cash = CashInHand.begin(PROVIDER, "INR", NOON)
    assert cash.id == cash_in_hand_id(PROVIDER, "INR")
    assert born(cash) == CASH_OPENED
    given(CashInHand, CASH_OPENED).when(lambda c: c.collect(PAYMENT, 118_000, 17_700, SOON)).then(CASH_COLLECTED)
    given(CashInHand, *OWES).when(lambda c: c.collect(PAYMENT, 118_000, 17_700, SOON)).then_nothing()
    given(CashInHand, CASH_OPENED).when(lambda c: c.collect(PAYMENT, 118_000, 0, SOON)).then_nothing()


def test_a_payout_sets_off_what_it_takes_along_and_nothing_else() -> None:
    given(CashInHand, *OWES).when(lambda c: c.set_off(PAYOUT, (PAYMENT, some_id(70)), LATER)).then(CASH_SET_OFF)
    given(CashInHand, *OWES).when(lambda c: c.set_off(PAYOUT, (some_id(70),), LATER)).then_nothing()
    done = given(CashInHand, *OWES, CASH_SET_OFF)
    done.when(lambda c: c.set_off(PAYOUT, (PAYMENT,), LATER)).then_nothing()
    assert done.now().owed_minor == 0


def test_cash_is_handed_in_once_and_never_more_than_is_owed() -> None:
    given(CashInHand, *OWES).when(lambda c: c.hand_in(OFFER, 7_700, LATER)).then(CASH_HANDED_IN)
    given(CashInHand, *OWES).when(lambda c: c.hand_in(OFFER, 17_701, LATER)).then_refused(MoreThanInHand)
    given(CashInHand, *OWES).when(lambda c: c.hand_in(OFFER, 0, LATER)).then_refused(BadAmount)
    handed = given(CashInHand, *OWES, CASH_HANDED_IN)
    handed.when(lambda c: c.hand_in(OFFER, 7_700, LATER)).then_nothing()
    assert handed.now().owed_minor == 10_000


def test_at_the_limit_there_is_no_other_job_in_cash() -> None:
    cash = given(CashInHand, *OWES).now()
    cash.check(None)
    cash.check(17_701)
    for limit in (17_700, 0):
        with pytest.raises(CashLimitReached):
            cash.check(limit)


def test_two_crews_may_be_the_first_at_once() -> None:
    twice = given(CashInHand, CASH_OPENED, CASH_COLLECTED, CASH_OPENED)
    assert twice.now().owed_minor == given(CashInHand, *OWES).now().owed_minor == 17_700
