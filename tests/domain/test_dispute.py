"""What does a dispute come to, in which order soever it is told of, and does its deadline ever pass in silence?"""

from collections import Counter
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from domain import ledger
from domain.dispute import Dispute
from domain.dispute_terms import DECIDES_BEFORE, Answered, DisputeNotOpen, DisputeState, Draft, NoEvidenceYet, Told
from tests.domain.dispute_facts import DIGEST, RESPOND_BY
from tests.domain.payment_order_facts import AMOUNT
from tests.domain.test_machine_dispute import a_dispute
from tests.support.roadside import NOON

# As the gateway would tell them one after the other, each with what it has deducted by then.
STORY = (
    (DisputeState.OPEN, AMOUNT),
    (DisputeState.UNDER_REVIEW, AMOUNT),
    (DisputeState.ACTION_REQUIRED, AMOUNT),
    (DisputeState.WON, 0),
    (DisputeState.LOST, AMOUNT),
    (DisputeState.CLOSED, 0),
)
TOLD = tuple(Told(one, NOON + timedelta(hours=hour), taken, RESPOND_BY) for hour, (one, taken) in enumerate(STORY))
STRONG = Draft(12, 1, (), is_strong=True, sha256=DIGEST)
WEAK = Draft(12, 1, (), is_strong=False, sha256=DIGEST)


def end_of(words: tuple[Told, ...], *, times: int = 2) -> tuple[object, ...]:
    """Where it stands, and what the books say, after each word was told so often."""
    dispute = a_dispute()
    for told in words:
        for _ in range(times):
            dispute.learn(told, NOON)
    booked: Counter[str] = Counter()
    for each in dispute.collect_events():
        for leg in getattr(each, "legs", ()):
            booked[leg.account] += leg.amount_minor
    shown = frozenset((account, amount) for account, amount in booked.items() if amount)
    return dispute.status, dispute.told_at, dispute.respond_by, dispute.held_minor, dispute.lost_minor, shown


def test_all_orders_of_all_news_each_told_twice_come_to_one_end() -> None:
    assert len({end_of(order) for order in permutations(TOLD)}) == 1


@pytest.mark.parametrize("ending", [DisputeState.WON, DisputeState.LOST, DisputeState.CLOSED])
def test_all_orders_of_one_ending_book_the_same(ending: DisputeState) -> None:
    words = tuple(told for told in TOLD if told.status in {*list(DisputeState)[:3], ending})
    ends = {end_of(order) for order in permutations(words)}
    assert len(ends) == 1
    status, *_, lost, booked = next(iter(ends))
    assert status is ending
    assert lost == (AMOUNT if ending is DisputeState.LOST else 0)
    gone = {(ledger.CHARGEBACK, AMOUNT), (ledger.CLEARING, -AMOUNT)}
    assert booked == (gone if ending is DisputeState.LOST else frozenset())


def test_what_the_gateway_did_not_take_is_booked_only_when_it_is_lost() -> None:
    nothing_yet = tuple(Told(told.status, told.told_at, 0, RESPOND_BY) for told in TOLD[:2])
    assert end_of(nothing_yet)[-1] == frozenset()
    lost = Told(DisputeState.LOST, TOLD[4].told_at, 0, RESPOND_BY)
    assert end_of((*nothing_yet, lost))[-1] == {(ledger.CHARGEBACK, AMOUNT), (ledger.CLEARING, -AMOUNT)}


def test_a_part_that_is_disputed_moves_that_part() -> None:
    partly = Told(DisputeState.LOST, TOLD[4].told_at, 100, RESPOND_BY)
    assert end_of((partly,))[-2:] == (100, {(ledger.CHARGEBACK, 100), (ledger.CLEARING, -100)})


def topics(dispute: Dispute) -> list[str]:
    return [type(each).TOPIC for each in dispute.collect_events()]


def watched(dispute: Dispute, *instants: datetime) -> list[str]:
    dispute.collect_events()
    for at in instants:
        for _ in range(2):
            dispute.watch_deadline(at, DECIDES_BEFORE)
    return topics(dispute)


def before(hours: int) -> datetime:
    return RESPOND_BY - timedelta(hours=hours)


def test_a_strong_pack_is_sent_by_itself_when_the_time_comes() -> None:
    dispute = a_dispute()
    dispute.take_draft(STRONG, NOON)
    assert watched(dispute, before(100)) == []
    assert watched(dispute, before(70), before(47), before(20)) == ["dispute.reminded", "dispute.contest_asked"]
    assert dispute.answered is Answered.CONTEST_ASKED


@pytest.mark.parametrize("draft", [WEAK, None])
def test_a_weak_pack_goes_to_a_person_who_is_reminded_to_the_end(draft: Draft | None) -> None:
    dispute = a_dispute()
    if draft is not None:
        dispute.take_draft(draft, NOON)
    told = watched(dispute, before(70), before(47), before(23), before(5), before(1), RESPOND_BY)
    assert told == [
        "dispute.reminded",
        "dispute.handed_over",
        *["dispute.reminded"] * 3,
        "dispute.lapsed",
    ]


def test_what_the_bank_sends_back_is_no_matter_for_a_machine() -> None:
    dispute = a_dispute()
    dispute.take_draft(STRONG, NOON)
    dispute.contest(NOON)
    assert dispute.operation_id is not None
    dispute.answer_arrived(dispute.operation_id, "doc_1", NOON)
    dispute.learn(TOLD[1], NOON)
    assert watched(dispute, before(40)) == []
    dispute.learn(TOLD[2], NOON)
    assert watched(dispute, before(40)) == ["dispute.reminded", "dispute.handed_over"]
    first = dispute.operation_id
    dispute.contest(NOON)
    assert dispute.operation_id != first


def test_only_what_waits_is_answered_and_only_with_a_pack() -> None:
    dispute = a_dispute()
    with pytest.raises(NoEvidenceYet):
        dispute.contest(NOON)
    dispute.accept(NOON)
    dispute.accept(NOON)
    with pytest.raises(DisputeNotOpen):
        dispute.contest(NOON)
    assert dispute.operation_id is not None
    dispute.answer_refused(dispute.operation_id, "Some free text of theirs", NOON)
    assert (dispute.answered, dispute.refused_for) == (Answered.NOTHING, "other")
    dispute.learn(TOLD[4], NOON)
    with pytest.raises(DisputeNotOpen):
        dispute.accept(NOON)
