"""Does a refusal about money tell what a caller needs in order to go on, by name and in a sentence?"""

from collections.abc import Callable

import pytest

from domain import payout_batch
from domain.payout import Payout
from domain.payout_account import PayoutAccount
from domain.payout_batch import PayoutBatch
from domain.payout_terms import OTHER, PayoutState, code_of, gateway_id
from domain.refusal import Refusal
from tests.domain.payout_facts import (
    A_DAY,
    ACCEPTED,
    ADDED,
    CHANGED,
    CHECK,
    CLOSED_BATCH,
    FA,
    GIVEN,
    OPENED_BATCH,
    OPERATION,
    PAYOUT,
    POUT,
    REQUESTED,
    TO_PAY,
    TOMORROW,
    VERIFIED,
    check_asked,
    ended,
)
from tests.support.roadside import LATER, OTHER_OFFER, PROVIDER
from tests.support.rulebook import STREAM, given

ON_ITS_WAY = given(Payout, TO_PAY, REQUESTED, ACCEPTED)
WITHDRAWN = given(Payout, TO_PAY, ended(PayoutState.WITHDRAWN))
NOT_VERIFIED = given(PayoutAccount, GIVEN, check_asked())
A_MOMENT_AGO = given(PayoutAccount, GIVEN, check_asked(), VERIFIED, CHANGED)


def refusal_of(act: Callable[[], object]) -> tuple[str, str, dict[str, str | int | bool | None]]:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.code, refused.value.detail, refused.value.facts


def test_a_payout_tells_what_it_is_and_what_was_wanted() -> None:
    told = refusal_of(lambda: WITHDRAWN.now().request(OPERATION, FA, TOMORROW))
    assert told == ("out_of_turn", "the payout is withdrawn", {"state": "withdrawn", "act": "request"})
    told = refusal_of(lambda: ON_ITS_WAY.now().withdraw(TOMORROW))
    assert told == ("out_of_turn", "the payout is requested", {"state": "requested", "act": "withdraw"})


def test_news_of_another_payout_names_the_one_that_it_was_told_to() -> None:
    for act in (
        lambda: ON_ITS_WAY.now().doubt(OTHER_OFFER, "no_answer", TOMORROW),
        lambda: ON_ITS_WAY.now().learn(PayoutState.PROCESSED, "pout_2", TOMORROW),
    ):
        code, _, facts = refusal_of(act)
        assert (code, facts) == ("another_payout", {"payout_id": str(STREAM)})


def test_what_cannot_be_a_reference_of_the_bank_is_not_kept() -> None:
    payout = ON_ITS_WAY.now()
    payout.learn(PayoutState.PROCESSED, POUT, TOMORROW, bank_reference="Ravi Kumar")
    (event,) = payout.collect_events()
    assert getattr(event, "bank_reference") is None  # noqa: B009  (events are of any class here)


def test_an_account_tells_whose_it_is_or_until_when_it_waits() -> None:
    code, _, facts = refusal_of(lambda: NOT_VERIFIED.now().account_to_pay(TOMORROW))
    assert (code, facts) == ("account_not_verified", {"provider_id": str(PROVIDER)})
    held = given(PayoutAccount, GIVEN, check_asked(), VERIFIED, CHANGED, VERIFIED)
    code, _, facts = refusal_of(lambda: held.now().account_to_pay(LATER))
    assert (code, facts) == ("account_on_hold", {"held_until": (LATER + A_DAY).isoformat()})
    code, _, facts = refusal_of(lambda: NOT_VERIFIED.now().verify(OTHER_OFFER, FA, LATER))
    assert (code, facts) == ("no_check_asked", {"operation_id": str(OTHER_OFFER)})
    assert NOT_VERIFIED.now().operation_id == CHECK


def test_a_batch_tells_whether_it_is_closed_or_full(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = given(PayoutBatch, OPENED_BATCH, CLOSED_BATCH)
    no_more = "this batch takes no more payouts"
    told = refusal_of(lambda: closed.now().add(OTHER_OFFER, PROVIDER, 1, TOMORROW))
    assert told == ("out_of_turn", no_more, {"state": "closed", "act": "add"})
    monkeypatch.setattr(payout_batch, "MOST_PAYOUTS", 1)
    told = refusal_of(lambda: given(PayoutBatch, OPENED_BATCH, ADDED).now().add(OTHER_OFFER, PROVIDER, 1, TOMORROW))
    assert told == ("out_of_turn", no_more, {"state": "full", "act": "add"})


def test_a_batch_tells_how_many_of_its_payouts_are_under_way() -> None:
    closed = given(PayoutBatch, OPENED_BATCH, ADDED, CLOSED_BATCH)
    told = refusal_of(lambda: closed.now().finish({PAYOUT: PayoutState.QUEUED}, TOMORROW))
    assert told == ("out_of_turn", "1 payouts are under way", {"state": "closed", "act": "finish"})


def test_what_is_no_code_and_no_id_is_not_taken_as_one() -> None:
    assert code_of("bank:down_2") == "bank:down_2"
    assert code_of("Ravi Kumar") == OTHER
    with pytest.raises(ValueError, match=r"^this is no id of the gateway's$"):
        gateway_id("no id")
