"""Whatever goes wrong on the way to the gateway: is it told as it is, and done once at most?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from application.ensuring import (
    ensure_accepted,
    ensure_captured,
    ensure_contested,
    ensure_link,
    ensure_order,
    ensure_paid_out,
    ensure_plan,
    ensure_refunded,
    ensure_subscription,
)
from application.gateway import Capture, Confirmed, GiveBack, OpenLink, OpenOrder, Outcome, Rejected, Uncertain
from application.gateway_payouts import BankAccount, Evidence, PayOut
from application.gateway_subscriptions import OpenPlan, OpenSubscription

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.razorpay.build import Gateways
    from tests.support.razorpay import StandIn

NO_ANSWER = ("drop_before", "drop_after", "reset")
WHY = {
    **dict.fromkeys(NO_ANSWER, "no_answer"),
    "error_after": "gateway_error",
    "html": "gateway_error",
    "error_null": "gateway_error",
    "too_many": "too_many",
    "in_flight": "in_flight",
    "truncated": "garbled",
}


@dataclass(frozen=True)
class Wish:
    """One kind of call that has an effect: how it is asked for, ensured, and counted in the gateway's own books."""

    path: str
    ask: Callable[[], Outcome[object]]
    ensure: Callable[[], Outcome[object]]
    effects: Callable[[], int]


def _captured(gateway: StandIn, own: Gateways) -> str:
    order = own.payments.open_order(OpenOrder(uuid4(), 50_000, "INR", captures_at_once=True))
    assert isinstance(order, Confirmed)
    return str(gateway.pay(order.value.order_id)["razorpay_payment_id"])


def _movements(gateway: StandIn, begin: str) -> int:
    return sum(each["cause"].startswith(begin) for each in gateway.books()["movements"])


def _order(gateway: StandIn, own: Gateways) -> Wish:
    wanted = OpenOrder(uuid4(), 50_000, "INR")

    def made() -> int:
        return int(gateway.http.get("/v1/orders", params={"receipt": str(wanted.operation_id)}).json()["count"])

    return Wish(
        "/v1/orders",
        lambda: own.payments.open_order(wanted),
        lambda: ensure_order(own.payments, wanted),
        made,
    )


def _capture(gateway: StandIn, own: Gateways) -> Wish:
    order = own.payments.open_order(OpenOrder(uuid4(), 50_000, "INR"))
    assert isinstance(order, Confirmed)
    payment_id = gateway.pay(order.value.order_id)["razorpay_payment_id"]
    wanted = Capture(payment_id, 50_000, "INR")
    return Wish(
        "/capture",
        lambda: own.payments.capture(wanted),
        lambda: ensure_captured(own.payments, wanted),
        lambda: _movements(gateway, f"cap:{payment_id}"),
    )


def _refund(gateway: StandIn, own: Gateways) -> Wish:
    payment_id = _captured(gateway, own)
    _captured(gateway, own)  # so that the balance is never what refuses
    wanted = GiveBack(uuid4(), payment_id, 50_000)

    def made() -> int:
        return int(gateway.http.get(f"/v1/payments/{payment_id}/refunds").json()["count"])

    return Wish("/refund", lambda: own.payments.refund(wanted), lambda: ensure_refunded(own.payments, wanted), made)


def _link(gateway: StandIn, own: Gateways) -> Wish:
    wanted = OpenLink(uuid4(), 50_000, "INR", "Tow")

    def made() -> int:
        query = {"reference_id": str(wanted.operation_id)}
        return len(gateway.http.get("/v1/payment_links", params=query).json()["payment_links"])

    return Wish(
        "/v1/payment_links",
        lambda: own.payments.open_link(wanted),
        lambda: ensure_link(own.payments, wanted),
        made,
    )


def _payout(gateway: StandIn, own: Gateways) -> Wish:
    contact = own.payouts.register_payee(UUID(int=1), "A. Crane", "vendor")
    assert isinstance(contact, Confirmed)
    account = own.payouts.register_account(contact.value, BankAccount("A. Crane", "123456789", "HDFC0000001"))
    assert isinstance(account, Confirmed)
    wanted = PayOut(uuid4(), account.value, 70_000, "INR")

    def made() -> int:
        found = own.payouts.find_payout(wanted.operation_id)
        assert isinstance(found, Confirmed)
        return 0 if found.value is None else _movements(gateway, f"po:{found.value.payout_id}")

    return Wish("/v1/payouts", lambda: own.payouts.pay_out(wanted), lambda: ensure_paid_out(own.payouts, wanted), made)


def _contest(gateway: StandIn, own: Gateways) -> Wish:
    dispute_id = gateway.play("/disputes", payment_id=_captured(gateway, own))["id"]
    paper = own.disputes.upload_document("bill.pdf", "application/pdf", b"%PDF-1.7")
    assert isinstance(paper, Confirmed)
    evidence = Evidence("Towed as asked", (("proof_of_service", (paper.value,)),))

    def made() -> int:
        news = [each for each in gateway.post() if each["event"] == "payment.dispute.under_review"]
        return sum(dispute_id in each["body"] for each in news)

    return Wish(
        "/contest",
        lambda: own.disputes.contest_dispute(dispute_id, evidence),
        lambda: ensure_contested(own.disputes, dispute_id, evidence),
        made,
    )


def _accept(gateway: StandIn, own: Gateways) -> Wish:
    dispute_id = gateway.play("/disputes", payment_id=_captured(gateway, own))["id"]
    return Wish(
        "/accept",
        lambda: own.disputes.accept_dispute(dispute_id),
        lambda: ensure_accepted(own.disputes, dispute_id),
        lambda: _movements(gateway, f"dsp:{dispute_id}"),
    )


def _subscription(gateway: StandIn, own: Gateways) -> Wish:
    plan = ensure_plan(own.subscriptions, OpenPlan(uuid4(), "Basic", 9_900, "INR", "monthly"))
    assert isinstance(plan, Confirmed)
    wanted = OpenSubscription(uuid4(), plan.value.plan_id, 12)

    def made() -> int:
        found = gateway.http.get("/v1/subscriptions", params={"count": 100}).json()["items"]
        return sum(each["plan_id"] == wanted.plan_id for each in found)

    return Wish(
        "/v1/subscriptions",
        lambda: own.subscriptions.open_subscription(wanted),
        lambda: ensure_subscription(own.subscriptions, wanted),
        made,
    )


WISHES = (_order, _subscription, _capture, _refund, _link, _payout, _contest, _accept)


@pytest.mark.parametrize("kind", sorted(WHY))
@pytest.mark.parametrize("wish_of", WISHES)
def test_a_fault_is_uncertain_and_looking_makes_it_certain_with_one_effect(
    gateway: StandIn, wish_of: Callable[[StandIn, Gateways], Wish], kind: str
) -> None:
    wish = wish_of(gateway, gateway.gateways())
    gateway.fail_next(kind, wish.path)
    assert wish.ask() == Uncertain(WHY[kind])
    assert wish.effects() <= 1
    assert isinstance(wish.ensure(), Confirmed)
    assert wish.effects() == 1
    again = wish.ensure()
    assert isinstance(again, Confirmed), "asked again after a crash"
    assert wish.effects() == 1


@pytest.mark.parametrize("wish_of", WISHES)
def test_ensuring_gets_through_a_fault_by_itself(
    gateway: StandIn, wish_of: Callable[[StandIn, Gateways], Wish]
) -> None:
    for kind in sorted(WHY):
        wish = wish_of(gateway, gateway.gateways())
        gateway.play("/faults", rules=[{"kind": kind, "path": wish.path, "method": verb} for verb in ("POST", "PATCH")])
        assert isinstance(wish.ensure(), Confirmed), kind
        assert wish.effects() == 1, kind


@pytest.mark.parametrize("wish_of", WISHES)
def test_while_nobody_answers_it_stays_uncertain(
    gateway: StandIn, wish_of: Callable[[StandIn, Gateways], Wish]
) -> None:
    wish = wish_of(gateway, gateway.gateways())
    gateway.play("/faults", rules=[{"kind": "drop_after", "path": "/v1/", "times": 100}])
    assert wish.ensure() == Uncertain("no_answer")
    gateway.play("/faults", rules=[])
    assert isinstance(wish.ensure(), Confirmed)
    assert wish.effects() == 1


def test_a_gateway_that_stays_silent_is_given_up(gateway: StandIn) -> None:
    own = gateway.gateways((0.5, 0.2))
    wanted = OpenOrder(uuid4(), 50_000, "INR")
    gateway.fail_next("hang", "/v1/orders")
    assert own.payments.open_order(wanted) == Uncertain("no_answer")
    assert isinstance(ensure_order(gateway.gateways().payments, wanted), Confirmed)


@pytest.mark.parametrize("mode", ["duplicate", "reject", "return_same"])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "twice"])
def test_a_receipt_used_twice_is_right_whichever_way_the_gateway_takes_it(
    gateway: StandIn, mode: str, kind: str
) -> None:
    gateway.play("/modes", receipt_mode=mode)
    wanted = OpenOrder(uuid4(), 50_000, "INR")
    own = gateway.gateways()
    gateway.fail_next(kind, "/v1/orders", method="POST")
    first = ensure_order(own.payments, wanted)
    second = ensure_order(own.payments, wanted)
    assert isinstance(first, Confirmed)
    assert isinstance(second, Confirmed)
    assert second.value.receipt == first.value.receipt == str(wanted.operation_id)
    otherwise = OpenOrder(wanted.operation_id, 60_000, "INR")
    assert ensure_order(own.payments, otherwise) == Rejected("receipt_taken")


@pytest.mark.parametrize("seed", range(5))
def test_a_bad_day_doubles_nothing_and_loses_nothing(gateway: StandIn, seed: int) -> None:
    own = gateway.gateways()
    wishes = [wish_of(gateway, own) for wish_of in WISHES]
    gateway.play("/faults", seed=seed, per_100_000=40_000)
    outcomes = [_until_certain(wish) for wish in wishes]
    gateway.play("/faults", rules=[])
    assert all(isinstance(outcome, Confirmed) for outcome in outcomes)
    # An order, and a subscription that nobody allowed, is nothing yet: two harm nobody; everything else is there once.
    assert all(wish.effects() == 1 for wish in wishes[2:])
    assert all(wish.effects() >= 1 for wish in wishes[:2])


def _until_certain(wish: Wish) -> Outcome[object]:
    for _ in range(100):
        outcome = wish.ensure()
        if not isinstance(outcome, Uncertain):
            return outcome
    return Uncertain("for ever")
