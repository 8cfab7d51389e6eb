"""How is one provider paid, once, whatever the gateway tells in which order?"""

import itertools

import pytest

from domain import ledger
from domain.ledger import Leg
from domain.payout import Payout
from domain.payout_terms import BACK, AnotherPayout, PayoutState, PayoutTold
from domain.refusal import OutOfTurn
from tests.domain.payout_facts import (
    ACCEPTED,
    ACCOUNT,
    BATCH,
    DOUBTED,
    EARNED,
    FA,
    OPERATION,
    PAYABLE,
    PAYOUT,
    POUT,
    PROCESSED,
    PROCESSING,
    REFUSED,
    REQUESTED,
    REVERSED,
    TO_PAY,
    TOMORROW,
    ended,
)
from tests.support.roadside import OTHER_OFFER, PROVIDER
from tests.support.rulebook import born, fact_of, given

ON_ITS_WAY = given(Payout, TO_PAY, REQUESTED)


def test_it_begins_with_an_amount_and_an_account() -> None:
    payout = Payout.batch(
        PAYOUT,
        provider_id=PROVIDER,
        batch_id=BATCH,
        account_id=ACCOUNT,
        amount_minor=EARNED,
        currency="INR",
        at=TOMORROW,
    )
    assert born(payout) == TO_PAY


def test_it_is_asked_for_under_one_operation() -> None:
    given(Payout, TO_PAY).when(lambda p: p.request(OPERATION, FA, TOMORROW)).then(REQUESTED)
    ON_ITS_WAY.when(lambda p: p.request(OPERATION, FA, TOMORROW)).then_nothing()
    ON_ITS_WAY.when(lambda p: p.request(OTHER_OFFER, FA, TOMORROW)).then_refused(OutOfTurn)


def test_only_what_nobody_was_asked_for_can_be_withdrawn() -> None:
    gone = ended(PayoutState.WITHDRAWN, PayoutTold.OFFICE)
    given(Payout, TO_PAY).when(lambda p: p.withdraw(TOMORROW)).then(gone)
    given(Payout, TO_PAY, gone).when(lambda p: p.withdraw(TOMORROW)).then_nothing()
    given(Payout, TO_PAY, gone).when(lambda p: p.request(OPERATION, FA, TOMORROW)).then_refused(OutOfTurn)
    ON_ITS_WAY.when(lambda p: p.withdraw(TOMORROW)).then_refused(OutOfTurn)


def test_a_doubt_stays_open_and_an_answer_ends_it() -> None:
    ON_ITS_WAY.when(lambda p: p.doubt(OPERATION, "no_answer", TOMORROW)).then(DOUBTED)
    ON_ITS_WAY.when(lambda p: p.doubt(OTHER_OFFER, "no_answer", TOMORROW)).then_refused(AnotherPayout)
    doubted = given(Payout, TO_PAY, REQUESTED, DOUBTED)
    assert doubted.now().is_open
    doubted.when(lambda p: p.learn(PayoutState.PROCESSING, POUT, TOMORROW)).then(ACCEPTED, PROCESSING)
    doubted.when(lambda p: p.refuse(OPERATION, "refused", TOMORROW)).then(REFUSED)
    taken = given(Payout, TO_PAY, REQUESTED, ACCEPTED)
    taken.when(lambda p: p.doubt(OPERATION, "no_answer", TOMORROW)).then_nothing()
    taken.when(lambda p: p.refuse(OPERATION, "refused", TOMORROW)).then_nothing()
    assert not taken.now().is_open
    assert given(Payout, TO_PAY, REQUESTED, REFUSED).now().is_over


def test_done_is_booked_and_given_back_is_booked_back() -> None:
    told = {"bank_reference": "utr1"}
    ON_ITS_WAY.when(lambda p: p.learn(PayoutState.PROCESSED, POUT, TOMORROW, bank_reference="utr1")).then(
        ACCEPTED, PROCESSED
    )
    done = given(Payout, TO_PAY, REQUESTED, ACCEPTED, PROCESSED)
    done.when(
        lambda p: p.learn(PayoutState.PROCESSED, POUT, TOMORROW, bank_reference=told["bank_reference"])
    ).then_nothing()
    done.when(lambda p: p.learn(PayoutState.PROCESSING, POUT, TOMORROW)).then_nothing()
    done.when(lambda p: p.learn(PayoutState.REVERSED, POUT, TOMORROW)).then(REVERSED)
    back = given(Payout, TO_PAY, REQUESTED, ACCEPTED, PROCESSED, REVERSED)
    back.when(lambda p: p.learn(PayoutState.PROCESSED, POUT, TOMORROW)).then_nothing()
    assert back.now().is_over


def test_what_never_arrived_was_never_booked() -> None:
    ON_ITS_WAY.when(lambda p: p.learn(PayoutState.FAILED, POUT, TOMORROW)).then(ACCEPTED, ended())


def test_what_the_gateway_takes_leaves_the_bank_too_and_comes_back_with_it() -> None:
    payout = ON_ITS_WAY.now()
    payout.learn(PayoutState.PROCESSED, POUT, TOMORROW, fee_minor=590, tax_minor=90)
    payout.learn(PayoutState.REVERSED, POUT, TOMORROW)
    booked = [fact_of(event).fields["legs"] for event in payout.collect_events() if hasattr(event, "legs")]
    assert booked[0] == (
        Leg(PAYABLE, EARNED),
        Leg(ledger.BANK, -EARNED - 590),
        Leg(ledger.PSP_FEE, 500),
        Leg(ledger.GST_INPUT, 90),
    )
    assert booked[1] == tuple(Leg(leg.account, -leg.amount_minor) for leg in booked[0])


def test_news_of_another_payout_is_refused() -> None:
    taken = given(Payout, TO_PAY, REQUESTED, ACCEPTED)
    taken.when(lambda p: p.learn(PayoutState.PROCESSED, "pout_2", TOMORROW)).then_refused(AnotherPayout)
    given(Payout, TO_PAY).when(lambda p: p.learn(PayoutState.PROCESSED, POUT, TOMORROW)).then_refused(AnotherPayout)


@pytest.mark.parametrize("end", [PayoutState.PROCESSED, *sorted(BACK)])
def test_in_whatever_order_and_however_often_news_comes_the_books_end_the_same(end: PayoutState) -> None:
    done = (PayoutState.PROCESSED,) if end in {PayoutState.PROCESSED, PayoutState.REVERSED} else ()
    ends = set()
    for order in itertools.permutations((PayoutState.QUEUED, PayoutState.PROCESSING, *done, *done, end, end)):
        payout = ON_ITS_WAY.now()
        restored = sum(payout.learn(state, POUT, TOMORROW) for state in order)
        told = [fact_of(event) for event in payout.collect_events()]
        legs = [leg for each in told for leg in each.fields.get("legs", ())]  # type: ignore[attr-defined]  # a tuple
        in_bank = sum(leg.amount_minor for leg in legs if leg.account == ledger.BANK)
        ends.add((payout.state, in_bank, restored, sum(each.event_class.TOPIC == "payout.accepted" for each in told)))
    came_back = end in BACK
    assert ends == {(end, 0 if came_back else -EARNED, int(came_back), 1)}
