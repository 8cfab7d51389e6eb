"""Do the six messages of a dispute come to one end in all 720 orders, each however often, just as they are sent?"""

from __future__ import annotations

import json
from collections import Counter
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from application.record_dispute import claim_of, told_of
from domain.dispute import Dispute
from domain.dispute_terms import DisputePhase, DisputeState, PaidBy, Told
from infra.razorpay.news import news_of
from interfaces.worker.letters import WANTS_MORE
from tests.domain.dispute_facts import BY
from tests.support.roadside import CUSTOMER, NOON, REQUEST

if TYPE_CHECKING:
    from application.gateway_payouts import Dispute as Theirs

AMOUNT, BEGAN = 39_000, 1_590_059_211
# What each message says of the dispute as it stands then: its status, what was deducted, when our evidence came.
STORY: tuple[tuple[str, str, int, int | None], ...] = (
    ("created", "open", AMOUNT, None),
    ("under_review", "under_review", AMOUNT, BEGAN + 50),
    ("action_required", "open", AMOUNT, BEGAN + 50),
    ("closed", "closed", 0, BEGAN + 50),
    ("won", "won", 0, BEGAN + 50),
    ("lost", "lost", AMOUNT, BEGAN + 50),
)


def message(number: int, name: str, status: str, deducted: int, submitted_at: int | None) -> bytes:
    """As it comes over the wire, with fields that nobody here asked for."""
    entity = {
        "id": "disp_EsIAlDcoUr8CanFQ",
        "entity": "dispute",
        "payment_id": "pay_EFtmUsbwpXwBHI",
        "amount": AMOUNT,
        "currency": "INR",
        "amount_deducted": deducted,
        "gateway_dispute_id": "D1",
        "phase": "chargeback",
        "reason_code": "Goods or services, not received!",
        "respond_by": BEGAN + 604_800,
        "status": status,
        "created_at": BEGAN,
        "evidence": {"amount": AMOUNT, "submitted_at": submitted_at},
        "comments": None,
    }
    body: dict[str, Any] = {"entity": "event", "event": f"payment.dispute.{name}", "created_at": BEGAN + 100 * number}
    return json.dumps({**body, "contains": ["dispute"], "payload": {"dispute": {"entity": entity}}}).encode()


def read(body: bytes) -> tuple[Theirs, Told]:
    """What the worker makes of it."""
    news = news_of(body)
    assert news is not None
    assert news.dispute is not None
    assert news.said_at is not None
    return news.dispute, told_of(news.dispute, news.said_at, wants_more=news.event == WANTS_MORE)


HEARD = tuple(read(message(number, *told)) for number, told in enumerate(STORY))


def outcome(order: tuple[tuple[Theirs, Told], ...]) -> tuple[object, ...]:
    """Where it stands and what the books say, each message told twice."""
    dispute = Dispute.open(
        claim_of(order[0][0]), PaidBy(BY.order_id), customer_id=CUSTOMER, request_id=REQUEST, at=NOON
    )
    for _, word in order:
        for _ in range(2):
            dispute.learn(word, NOON)
    booked: Counter[str] = Counter()
    for each in dispute.collect_events():
        for leg in getattr(each, "legs", ()):
            booked[leg.account] += leg.amount_minor
    told = (dispute.id, dispute.status, dispute.answered, dispute.held_minor, dispute.lost_minor, dispute.respond_by)
    return *told, frozenset((account, amount) for account, amount in booked.items() if amount)


def test_all_orders_of_six_messages_come_to_what_was_said_last() -> None:
    ends = {outcome(order) for order in permutations(HEARD)}
    assert len(ends) == 1
    (end,) = ends
    assert (end[1], end[4]) == (DisputeState.LOST, AMOUNT)


@pytest.mark.parametrize("last", range(len(HEARD)))
def test_whatever_was_said_last_is_what_counts(last: int) -> None:
    kept = HEARD[: last + 1]
    ends = {outcome(order) for order in permutations(kept)}
    assert len(ends) == 1
    assert next(iter(ends))[1] is HEARD[last][1].status


def test_what_the_gateway_says_is_taken_as_codes() -> None:
    claim = claim_of(HEARD[0][0])
    dispute = Dispute.open(claim, BY, customer_id=CUSTOMER, request_id=None, at=NOON)
    assert (dispute.reason_code, dispute.phase) == ("other", DisputePhase.CHARGEBACK)
    assert [word.status for _, word in HEARD][2] is DisputeState.ACTION_REQUIRED
