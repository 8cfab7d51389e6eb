"""Does a dispute tell what happened, when and under which name, and does its no say what there is to go on by?"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid5

import pytest

from domain.dispute import Dispute
from domain.dispute_terms import DECIDES_BEFORE, DisputePhase, DisputeState, Draft, PaidBy, Shows, Told, phase_of
from domain.ledger import recipes
from domain.money import BadAmount
from domain.refusal import Refusal
from domain.reserve import Reserve
from tests.domain.dispute_facts import (
    ANSWER,
    BY,
    CLAIM,
    DIGEST,
    DRAFTED,
    GATEWAY_DISPUTE,
    OPENED,
    RECOVERY,
    RESPOND_BY,
    SAMPLES,
)
from tests.domain.payment_order_facts import AMOUNT, PAY
from tests.domain.payout_facts import KEPT, RESERVE_OPENED
from tests.support.roadside import CUSTOMER, LATER, NOON, OFFER, PROVIDER, REQUEST, SOON, some_id
from tests.support.rulebook import STREAM, Fact, born, fact, given

TOLD = {each.event_class.TOPIC.removeprefix("dispute."): each for each in SAMPLES}
ASKED, LET_GO = TOLD["contest_asked"], TOLD["acceptance_asked"]
FIRST = uuid5(STREAM, "answer/0")
PACK = Draft(12, 1, (Shows.AGREED, Shows.COMPLETED), is_strong=False, sha256=DIGEST)
STRONG = Draft(12, 1, (), is_strong=True, sha256=DIGEST)
OPEN, DRAFT = given(Dispute, OPENED), given(Dispute, OPENED, DRAFTED)
CONTESTING, ACCEPTING = given(Dispute, OPENED, DRAFTED, ASKED), given(Dispute, OPENED, LET_GO)
IS_LOST = fact(Dispute.MovedOn, LATER, status=DisputeState.LOST, told_at=LATER, respond_by=RESPOND_BY)
LOST = given(Dispute, OPENED, IS_LOST, TOLD["funds_held"], TOLD["charged_back"])


def refusal_of(act: Callable[[], object]) -> tuple[str, str, dict[str, str | int | bool | None]]:
    with pytest.raises(Refusal) as refused:
        act()
    return refused.value.code, refused.value.detail, refused.value.facts


def word(status: DisputeState, minutes: int, deducted: int = 0) -> Told:
    return Told(status, NOON + timedelta(minutes=minutes), deducted, RESPOND_BY)


def names(dispute: Dispute) -> list[str]:
    return [each.transfer_id for each in dispute.collect_events() if hasattr(each, "transfer_id")]


def test_what_is_asked_back_is_told_whole() -> None:
    assert born(Dispute.open(CLAIM, BY, customer_id=CUSTOMER, request_id=REQUEST, at=NOON)) == OPENED
    of_a_membership = PaidBy(subscription_id=some_id(7))
    opened = Dispute.open(CLAIM, of_a_membership, customer_id=CUSTOMER, request_id=None, at=NOON)
    assert (opened.paid_by, opened.order_id) == (of_a_membership, None)
    known, unknown = phase_of("arbitration"), phase_of("mediation")
    assert (known, unknown) == (DisputePhase.ARBITRATION, DisputePhase.OTHER)


def test_an_answer_is_told_under_its_operation() -> None:
    asked = fact(Dispute.ContestAsked, LATER, operation_id=FIRST, sha256=DIGEST)
    DRAFT.when(lambda d: d.contest(LATER)).then(asked)
    OPEN.when(lambda d: d.accept(LATER)).then(fact(Dispute.AcceptanceAsked, LATER, operation_id=FIRST))
    CONTESTING.when(lambda d: d.answer_arrived(ANSWER, "doc_1", LATER)).then(TOLD["contested"])
    unheard = fact(Dispute.Contested, LATER, operation_id=ANSWER, gateway_document="")
    CONTESTING.when(lambda d: d.answer_arrived(ANSWER, "", LATER)).then(unheard)
    ACCEPTING.when(lambda d: d.answer_arrived(ANSWER, "", LATER)).then(TOLD["accepted"])
    CONTESTING.when(lambda d: d.answer_doubted(ANSWER, "no_answer", SOON)).then(TOLD["answer_doubted"])
    CONTESTING.when(lambda d: d.answer_refused(ANSWER, "not_open", LATER)).then(TOLD["answer_refused"])


def test_what_came_out_is_told_once() -> None:
    done = given(Dispute, OPENED, DRAFTED, ASKED, TOLD["contested"])
    acts: tuple[Callable[[Dispute], object], ...] = (
        lambda d: d.answer_arrived(ANSWER, "doc_1", LATER),
        lambda d: d.answer_doubted(ANSWER, "no_answer", LATER),
        lambda d: d.answer_refused(ANSWER, "not_open", LATER),
        lambda d: d.take_draft(STRONG, LATER),
    )
    for act in acts:
        done.when(act).then_nothing()
    for refused in (lambda d: d.answer_arrived(OFFER, "", LATER), lambda d: d.answer_doubted(OFFER, "x", LATER)):
        code, _, facts = refusal_of(lambda act=refused: act(CONTESTING.now()))  # type: ignore[misc]  # each of them
        assert (code, facts) == ("another_dispute", {"dispute_id": str(STREAM)})


def test_another_pack_is_told_and_the_same_is_not() -> None:
    OPEN.when(lambda d: d.take_draft(PACK, SOON)).then(DRAFTED)
    DRAFT.when(lambda d: d.take_draft(PACK, LATER)).then_nothing()
    assert [type(each).TOPIC for each in _after(DRAFT.now(), lambda d: d.take_draft(STRONG, LATER))] == [
        "dispute.evidence_drafted"
    ]


def test_a_deadline_is_kept_to_the_hour() -> None:
    due, day, late = RESPOND_BY - DECIDES_BEFORE, RESPOND_BY - timedelta(hours=24), RESPOND_BY
    reminded = fact(Dispute.Reminded, due, hours_left=72)
    DRAFT.when(lambda d: d.watch_deadline(due, DECIDES_BEFORE)).then(reminded, fact(Dispute.HandedOver, due))
    strong = OPEN.now()
    strong.take_draft(STRONG, NOON)
    told = [
        (type(each).TOPIC, each.timestamp) for each in _after(strong, lambda d: d.watch_deadline(due, DECIDES_BEFORE))
    ]
    assert told == [("dispute.reminded", due), ("dispute.contest_asked", due)]
    refused = given(Dispute, OPENED, DRAFTED, ASKED, TOLD["answer_refused"]).now()
    refused.take_draft(STRONG, NOON)
    told = [
        (type(each).TOPIC, each.timestamp) for each in _after(refused, lambda d: d.watch_deadline(day, DECIDES_BEFORE))
    ]
    assert told == [("dispute.reminded", day), ("dispute.handed_over", day)], "what was refused, no machine says again"
    DRAFT.when(lambda d: d.watch_deadline(late, DECIDES_BEFORE)).then(fact(Dispute.Lapsed, late))


def test_who_comes_too_late_hears_how_it_stands() -> None:
    told = refusal_of(lambda: LOST.now().accept(LATER))
    assert told == ("dispute_not_open", "the dispute is lost", {"state": "lost"})
    told = refusal_of(lambda: LOST.now().pass_on(PROVIDER, REQUEST, AMOUNT + 1, "INR", LATER))
    assert (told[0], told[2]) == ("more_than_lost", {"lost_minor": AMOUNT})
    bearing = LOST.now()
    bearing.pass_on(PROVIDER, REQUEST, 100, "INR", LATER)
    told = refusal_of(lambda: bearing.pass_on(PROVIDER, REQUEST, 99, "INR", LATER))
    assert (told[0], told[2]) == ("already_passed_on", {"passed_on_minor": 100})
    told = refusal_of(lambda: given(Reserve, RESERVE_OPENED, KEPT).now().free(OFFER, 15_046, LATER))
    assert told == ("reserve_too_small", "15045 is kept back", {"reserve_minor": 15_045})


def test_a_loss_is_taken_back_only_when_less_is_lost() -> None:
    bearing = given(Dispute, OPENED, IS_LOST, TOLD["funds_held"], TOLD["charged_back"], TOLD["loss_passed_on"])
    bearing.when(lambda d: d.take_loss_back(LATER)).then_nothing()
    won = given(Dispute, OPENED, TOLD["charged_back"], TOLD["loss_passed_on"], TOLD["regained"])
    won.when(lambda d: d.take_loss_back(LATER)).then(TOLD["loss_taken_back"])
    assert TOLD["loss_taken_back"].fields["recovery_id"] == RECOVERY
    assert [OPEN.now().hold_once(REQUEST, SOON), _twice(OPEN.now())] == [True, False]
    assert given(Reserve, RESERVE_OPENED).now().give_back(RECOVERY, LATER) == 0


def test_an_older_word_may_still_tell_what_was_taken() -> None:
    dispute = OPEN.now()
    assert dispute.learn(word(DisputeState.UNDER_REVIEW, 5), SOON)
    assert not dispute.learn(word(DisputeState.UNDER_REVIEW, 5), SOON), "the same word is no news"
    dispute.collect_events()
    assert not dispute.learn(word(DisputeState.OPEN, 1, 100), LATER)
    (held,) = dispute.collect_events()
    assert (held.amount_minor, held.timestamp) == (100, LATER)


def test_every_movement_has_a_name_of_its_own() -> None:
    dispute = OPEN.now()
    dispute.learn(word(DisputeState.UNDER_REVIEW, 1, 100), SOON)
    dispute.learn(word(DisputeState.UNDER_REVIEW, 2, 300), SOON)
    assert dispute.held_minor == 300
    assert names(dispute) == ["dsp:disp_1", "dsp:disp_1:1"]
    dispute.learn(word(DisputeState.LOST, 3, 300), SOON)
    dispute.learn(word(DisputeState.WON, 4), SOON)
    assert names(dispute) == ["dsp:disp_1:lost", "dsp:disp_1:lost:rev", "dsp:disp_1:won:1"]
    dispute.learn(word(DisputeState.LOST, 5, 300), SOON)
    dispute.learn(word(DisputeState.WON, 6), SOON)
    assert names(dispute) == ["dsp:disp_1:2", "dsp:disp_1:lost:2", "dsp:disp_1:lost:2:rev", "dsp:disp_1:won:3"]


def test_a_fee_is_booked_once_for_each_row_and_its_tax_is_a_part_of_it() -> None:
    OPEN.when(lambda d: d.learn_fee("setl_1", 590, 90, LATER)).then(TOLD["fee_learned"])
    given(Dispute, OPENED, TOLD["fee_learned"]).when(lambda d: d.learn_fee("setl_1", 590, 90, LATER)).then_nothing()
    back = _fee("setl_1", 590, 590, recipes.dispute_won_fee(GATEWAY_DISPUTE, "setl_1", 590, 590, "INR").fields)
    OPEN.when(lambda d: d.learn_fee("setl_1", 590, 590, LATER, is_given_back=True)).then(back)
    free = _fee("setl_2", 590, 0, recipes.dispute_fee(GATEWAY_DISPUTE, "setl_2", 590, 0, "INR").fields)
    OPEN.when(lambda d: d.learn_fee("setl_2", 590, 0, LATER)).then(free)
    for fee, tax in ((590, 591), (590, -1), (0, 0)):
        OPEN.when(lambda d, fee=fee, tax=tax: d.learn_fee("setl_1", fee, tax, LATER)).then_refused(BadAmount)  # type: ignore[misc]  # each of them
    assert refusal_of(lambda: OPEN.now().learn_fee("setl_1", 9, 10, LATER))[1] == "a tax of 10 is no part of 9"


def _fee(settlement: str, fee_minor: int, tax_minor: int, booked: dict[str, object]) -> Fact:
    told = {"gateway_payment": PAY, "gateway_dispute": GATEWAY_DISPUTE, "gateway_settlement": settlement}
    return fact(Dispute.FeeLearned, LATER, **told, amount_minor=fee_minor, tax_minor=tax_minor, **booked)


def _after(dispute: Dispute, act: Callable[[Dispute], object]) -> list[Any]:
    dispute.collect_events()
    act(dispute)
    return list(dispute.collect_events())


def _twice(dispute: Dispute) -> bool:
    dispute.hold_once(REQUEST, SOON)
    return dispute.hold_once(REQUEST, SOON)
