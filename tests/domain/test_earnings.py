"""When may what a provider earned be paid, and only once? How much of it is kept back?"""

from datetime import timedelta

from domain.earning import Earning
from domain.earning_rules import EarningRules
from domain.earnings_terms import NotPayable, ReserveTooSmall, WhyHeld, earning_id
from domain.money import BadAmount
from domain.reserve import Reserve
from tests.domain.money_facts import PAYMENT
from tests.domain.payout_facts import (
    BATCHED,
    DRAWN,
    DRAWN_MINOR,
    EARNED,
    FELL_SHORT,
    FORGIVEN,
    FREED,
    HELD,
    HOLD_ENDED,
    KEPT,
    LOSS_SET_OFF,
    OWED,
    PAYOUT,
    PUT_BACK,
    RECOVERY,
    RESERVE_OPENED,
    RULES,
    SHORT_MINOR,
    TOMORROW,
    accrued,
)
from tests.support.roadside import LATER, NOON, OFFER, OTHER_PROVIDER, PROVIDER, REQUEST, SOON
from tests.support.rulebook import born, given

PLAIN = EarningRules()
RIGHT_AWAY = timedelta(0)
WAITING = given(Earning, accrued())


def test_what_is_earned_waits_and_what_is_owed_counts_at_once() -> None:
    earning = Earning.accrue(PROVIDER, PAYMENT, EARNED, "INR", PLAIN, NOON)
    assert earning.id == earning_id(PAYMENT)
    assert born(earning) == accrued()
    assert not earning.is_payable(TOMORROW - timedelta(seconds=1))
    assert earning.is_payable(TOMORROW)
    owed = Earning.accrue(PROVIDER, OFFER, OWED, "INR", PLAIN, NOON)
    assert born(owed) == accrued(OWED, OFFER, RIGHT_AWAY)
    assert owed.is_payable(NOON)


def test_an_earning_is_in_one_payout_only() -> None:
    WAITING.when(lambda e: e.batch(PAYOUT, PROVIDER, "INR", TOMORROW)).then(BATCHED)
    WAITING.when(lambda e: e.batch(PAYOUT, PROVIDER, "INR", NOON)).then_refused(NotPayable)
    WAITING.when(lambda e: e.batch(PAYOUT, OTHER_PROVIDER, "INR", TOMORROW)).then_refused(NotPayable)
    WAITING.when(lambda e: e.batch(PAYOUT, PROVIDER, "USD", TOMORROW)).then_refused(NotPayable)
    gone = given(Earning, accrued(), BATCHED)
    gone.when(lambda e: e.batch(OFFER, PROVIDER, "INR", TOMORROW)).then_refused(NotPayable)
    gone.when(lambda e: e.hold(WhyHeld.DISPUTED, TOMORROW)).then_refused(NotPayable)
    assert WAITING.now().batch(PAYOUT, PROVIDER, "INR", TOMORROW) == EARNED


def test_what_is_doubted_is_not_paid() -> None:
    WAITING.when(lambda e: e.hold(WhyHeld.DISPUTED, SOON)).then(HELD)
    WAITING.when(lambda e: e.end_hold(SOON)).then_nothing()
    held = given(Earning, accrued(), HELD)
    held.when(lambda e: e.hold(WhyHeld.DISPUTED, LATER)).then_nothing()
    held.when(lambda e: e.batch(PAYOUT, PROVIDER, "INR", TOMORROW)).then_refused(NotPayable)
    held.when(lambda e: e.end_hold(LATER)).then(HOLD_ENDED)


def test_a_part_is_kept_back_until_the_reserve_is_full() -> None:
    assert born(Reserve.open(PROVIDER, "INR", NOON)) == RESERVE_OPENED
    empty = given(Reserve, RESERVE_OPENED)
    empty.when(lambda r: r.keep(PAYOUT, EARNED, RULES, TOMORROW)).then(KEPT)
    empty.when(lambda r: r.keep(PAYOUT, EARNED, PLAIN, TOMORROW)).then_nothing()
    filling = given(Reserve, RESERVE_OPENED, KEPT).now()
    assert filling.keep(OFFER, EARNED, RULES, TOMORROW) == 20_000 - 15_045
    assert filling.keep(PAYMENT, EARNED, RULES, TOMORROW) == 0
    assert filling.amount_minor == 20_000


def test_a_lost_dispute_is_borne_by_what_is_kept_and_then_by_what_is_earned() -> None:
    kept = given(Reserve, RESERVE_OPENED, KEPT)
    kept.when(lambda r: r.recover(RECOVERY, REQUEST, 20_000, TOMORROW)).then(DRAWN, FELL_SHORT)
    kept.when(lambda r: r.recover(RECOVERY, REQUEST, DRAWN_MINOR, TOMORROW)).then(DRAWN)
    assert kept.now().recover(RECOVERY, REQUEST, DRAWN_MINOR, TOMORROW) == 0
    bearing = given(Reserve, RESERVE_OPENED, KEPT, DRAWN, FELL_SHORT)
    assert (bearing.now().amount_minor, bearing.now().owed) == (0, {RECOVERY: SHORT_MINOR})
    bearing.when(lambda r: r.set_off(PAYOUT, (PAYMENT, RECOVERY), TOMORROW)).then(LOSS_SET_OFF)
    bearing.when(lambda r: r.set_off(PAYOUT, (PAYMENT,), TOMORROW)).then_nothing()
    assert given(Reserve, RESERVE_OPENED, KEPT, DRAWN, FELL_SHORT, LOSS_SET_OFF).now().owed == {}


def test_what_was_borne_in_vain_is_there_again_once() -> None:
    bearing = given(Reserve, RESERVE_OPENED, KEPT, DRAWN, FELL_SHORT)
    bearing.when(lambda r: r.give_back(RECOVERY, TOMORROW)).then(PUT_BACK, FORGIVEN)
    assert bearing.now().give_back(RECOVERY, TOMORROW) == SHORT_MINOR
    undone = given(Reserve, RESERVE_OPENED, KEPT, DRAWN, FELL_SHORT, PUT_BACK, FORGIVEN)
    undone.when(lambda r: r.give_back(RECOVERY, TOMORROW)).then_nothing()
    assert (undone.now().amount_minor, undone.now().owed) == (DRAWN_MINOR, {RECOVERY: SHORT_MINOR})


def test_what_was_kept_back_is_given_back_and_no_more() -> None:
    kept = given(Reserve, RESERVE_OPENED, KEPT)
    kept.when(lambda r: r.free(OFFER, 15_045, TOMORROW)).then(FREED)
    kept.when(lambda r: r.free(OFFER, 15_046, TOMORROW)).then_refused(ReserveTooSmall)
    kept.when(lambda r: r.free(OFFER, 0, TOMORROW)).then_refused(BadAmount)
