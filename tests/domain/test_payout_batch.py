"""Does a day's batch know its payouts, and take no more once it is closed?"""

from datetime import date

from domain.payout_batch import PayoutBatch, batch_id
from domain.refusal import OutOfTurn
from tests.domain.payout_facts import ADDED, CLOSED_BATCH, EARNED, OPENED_BATCH, PAYOUT, TOMORROW
from tests.support.roadside import OFFER, PROVIDER, TENANT
from tests.support.rulebook import born, given

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
