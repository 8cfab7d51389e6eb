"""Does a day's batch know its payouts, and take no more once it is closed?"""

from datetime import date
from functools import partial

from domain.payout_batch import PayoutBatch, batch_id
from domain.payout_terms import ENDED, PayoutState
from domain.refusal import OutOfTurn
from tests.domain.payout_facts import ADDED, CLOSED_BATCH, EARNED, FINISHED_BATCH, OPENED_BATCH, PAYOUT, TOMORROW
from tests.support.roadside import OFFER, PROVIDER, TENANT
from tests.support.rulebook import born, fact, given

DAY = date(2026, 3, 3)


def test_a_day_has_one_batch_for_each_currency() -> None:
    batch = PayoutBatch.open(TENANT, DAY, "INR", TOMORROW)
    assert batch.id == batch_id(TENANT, DAY, "INR") != batch_id(TENANT, DAY, "USD")
    assert born(batch) == OPENED_BATCH


def test_a_closed_batch_takes_no_more() -> None:
    given(PayoutBatch, OPENED_BATCH).when(lambda b: b.add(PAYOUT, PROVIDER, EARNED, TOMORROW)).then(ADDED)
    filled = given(PayoutBatch, OPENED_BATCH, ADDED)
    filled.when(lambda b: b.add(PAYOUT, PROVIDER, EARNED, TOMORROW)).then_nothing()
    filled.when(lambda b: b.close(TOMORROW)).then(CLOSED_BATCH)
    closed = given(PayoutBatch, OPENED_BATCH, ADDED, CLOSED_BATCH)
    closed.when(lambda b: b.close(TOMORROW)).then_nothing()
    closed.when(lambda b: b.add(OFFER, PROVIDER, EARNED, TOMORROW)).then_refused(OutOfTurn)


def test_a_batch_is_finished_when_it_is_closed_and_none_of_its_payouts_is_on_its_way() -> None:
    done = {PAYOUT: PayoutState.PROCESSED}
    given(PayoutBatch, OPENED_BATCH, ADDED).when(lambda b: b.finish(done, TOMORROW)).then_refused(OutOfTurn)
    closed = given(PayoutBatch, OPENED_BATCH, ADDED, CLOSED_BATCH)
    under_way = [{PAYOUT: state} for state in PayoutState if state not in ENDED | {PayoutState.PROCESSED}]
    assert len(under_way) == 6
    for states in under_way:
        closed.when(partial(PayoutBatch.finish, states=states, at=TOMORROW)).then_refused(OutOfTurn)
    closed.when(lambda b: b.finish({}, TOMORROW)).then_refused(OutOfTurn)
    closed.when(lambda b: b.finish(done, TOMORROW)).then(FINISHED_BATCH)
    finished = given(PayoutBatch, OPENED_BATCH, ADDED, CLOSED_BATCH, FINISHED_BATCH)
    finished.when(lambda b: b.finish({PAYOUT: PayoutState.REVERSED}, TOMORROW)).then_nothing()


def test_what_came_back_is_not_counted_as_paid() -> None:
    another = fact(PayoutBatch.Added, TOMORROW, payout_id=OFFER, provider_id=PROVIDER, amount_minor=7)
    states = {PAYOUT: PayoutState.WITHDRAWN, OFFER: PayoutState.PROCESSED}
    told = fact(PayoutBatch.Finished, TOMORROW, paid=1, paid_minor=7, came_back=1, came_back_minor=EARNED)
    closed = given(PayoutBatch, OPENED_BATCH, ADDED, another, CLOSED_BATCH)
    closed.when(lambda b: b.finish(states, TOMORROW)).then(told)
