"""Does each port tell what the gateway has, in our words?"""

from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid4

import pytest

from application.ensuring import ensure_captured, ensure_plan, ensure_refunded, ensure_subscription
from application.gateway import Capture, Confirmed, GiveBack, OpenLink, OpenOrder, Outcome, Rejected, Uncertain
from application.gateway_payouts import GAVE_UP, BankAccount, Evidence, PayOut
from application.gateway_subscriptions import OpenPlan, OpenSubscription
from infra.gateway_settings import SANDBOX_KEY_ID
from infra.razorpay.build import access_of, open_gateways
from infra.settings import Settings, SettingsError
from interfaces.razorpay_sandbox.settling import INDIA
from tests.support.razorpay import StandIn

Told = TypeVar("Told")
DAY_S = 86_400


def _told(outcome: Outcome[Told]) -> Told:
    assert isinstance(outcome, Confirmed), outcome
    return outcome.value


def _captured(gateway: StandIn, amount_minor: int = 50_000) -> str:
    wanted = OpenOrder(uuid4(), amount_minor, "INR", captures_at_once=True)
    order = _told(gateway.gateways().payments.open_order(wanted))
    return str(gateway.pay(order.order_id)["razorpay_payment_id"])


def test_an_order_and_what_was_paid_for_it(gateway: StandIn) -> None:
    payments = gateway.gateways().payments
    wanted = OpenOrder(uuid4(), 50_000, "INR", notes=(("request_id", "1"),))
    order = _told(payments.open_order(wanted))
    assert (order.receipt, order.amount_minor, order.status) == (str(wanted.operation_id), 50_000, "created")
    assert _told(payments.find_order(uuid4())) is None
    assert _told(payments.find_order(wanted.operation_id)) == _told(payments.order(order.order_id)) == order
    gateway.pay(order.order_id, "failure")
    payment_id = gateway.pay(order.order_id)["razorpay_payment_id"]
    failed, authorised = _told(payments.payments_of_order(order.order_id))
    assert (failed.status, failed.error_reason) == ("failed", "payment_timed_out")
    assert (authorised.payment_id, authorised.status, authorised.fee_minor) == (payment_id, "authorized", None)
    captured = _told(payments.capture(Capture(payment_id, 50_000, "INR")))
    assert (captured.is_captured, captured.fee_minor, captured.tax_minor) == (True, 1_180, 180)
    assert payments.capture(Capture(payment_id, 50_000, "INR")) == Rejected(
        "already_captured", "This payment has already been captured"
    )


def test_what_cannot_be_captured_is_rejected_by_name(gateway: StandIn) -> None:
    payments = gateway.gateways().payments
    order = _told(payments.open_order(OpenOrder(uuid4(), 50_000, "INR")))
    failed = gateway.pay(order.order_id, "failure")["razorpay_payment_id"]
    left = gateway.pay(order.order_id)["razorpay_payment_id"]

    def why(payment_id: str, amount_minor: int = 50_000) -> str:
        outcome = ensure_captured(payments, Capture(payment_id, amount_minor, "INR"))
        assert isinstance(outcome, Rejected)
        return outcome.code

    assert why(failed) == "not_authorized"
    assert why(left, 40_000) == "amount_differs"
    assert why("pay_none") == "not_there"
    gateway.play("/clock", advance_s=6 * DAY_S)
    assert why(left) == "already_given_back"
    [refund] = _told(payments.refunds_of_payment(left))
    assert (refund.receipt, refund.status) == (None, "processed"), "nobody of us asked for it"
    assert not _told(payments.payment(left)).is_captured


def test_a_refund_that_somebody_else_made_is_not_ours(gateway: StandIn) -> None:
    payments = gateway.gateways().payments
    payment_id = _captured(gateway)
    _captured(gateway)
    half = GiveBack(uuid4(), payment_id, 20_000)
    assert _told(ensure_refunded(payments, half)).receipt == str(half.operation_id)
    other = payments.refund(GiveBack(half.operation_id, payment_id, 10_000))
    assert isinstance(other, Rejected)
    assert other.code == "key_reused"
    gateway.http.post(f"/v1/payments/{payment_id}/refund", json={})
    late = ensure_refunded(payments, GiveBack(uuid4(), payment_id, 20_000))
    assert isinstance(late, Rejected)
    assert late.code == "already_refunded"
    assert len(_told(payments.refunds_of_payment(payment_id))) == 2


def test_a_link_is_found_and_cancelled(gateway: StandIn) -> None:
    payments = gateway.gateways().payments
    ends_at = datetime.fromtimestamp(gateway.books()["now"], UTC) + timedelta(hours=1)
    wanted = OpenLink(uuid4(), 30_000, "INR", "Waiting", ends_at, "https://example.org/back")
    link = _told(payments.open_link(wanted))
    assert _told(payments.find_link(wanted.operation_id)) == link
    assert _told(payments.find_link(uuid4())) is None
    assert _told(payments.cancel_link(link.link_id)).status == "cancelled"
    again = payments.cancel_link(link.link_id)
    assert isinstance(again, Rejected)
    assert again.code == "not_open"


def test_settlements_and_their_rows(gateway: StandIn) -> None:
    books = gateway.gateways().settlements
    begin = datetime.fromtimestamp(gateway.books()["now"], UTC)
    payment_id = _captured(gateway, 80_000)
    gateway.play("/settle")
    made = _told(books.settlements(begin, begin + timedelta(days=1)))[-1]
    rows = [
        row
        for row in _told(books.settlement_rows(made.created_at.astimezone(INDIA).date()))
        if row.settlement_id == made.settlement_id
    ]
    assert made.amount_minor == sum(row.credit_minor - row.debit_minor for row in rows)
    mine = next(row for row in rows if row.entity_id == payment_id)
    assert (mine.payment_id, mine.credit_minor, mine.fee_minor, mine.tax_minor) == (payment_id, 78_112, 1_888, 288)
    assert _told(books.settlements(begin - timedelta(days=9), begin - timedelta(days=8))) == ()


def test_a_list_longer_than_a_page_is_read_to_its_end(gateway: StandIn) -> None:
    payments = gateway.gateways().payments
    payment_id = _captured(gateway, 50_000)
    for _ in range(101):
        gateway.http.post(f"/v1/payments/{payment_id}/refund", json={"amount": 100})
    assert len(_told(payments.refunds_of_payment(payment_id))) == 101
    gateway.fail_next("html", "/refunds", skip=1)
    assert payments.refunds_of_payment(payment_id) == Uncertain("gateway_error"), "never half of it"


def test_a_payout_may_come_back_after_it_was_processed(gateway: StandIn) -> None:
    bank = gateway.gateways().payouts
    payee = _told(bank.register_payee(uuid4(), "A. Crane", "vendor"))
    account = _told(bank.register_account(payee, BankAccount("A. Crane", "123456789", "HDFC0000001")))
    assert account == _told(bank.register_account(payee, BankAccount("A. Crane", "123456789", "HDFC0000001")))
    check = _told(bank.check_account(account))
    assert (check.is_finished, check.is_active) == (True, True)
    assert _told(bank.account_check(check.check_id)) == check
    wanted = PayOut(uuid4(), account, 70_000, "INR")
    payout = _told(bank.pay_out(wanted))
    assert (payout.status, payout.reference) == ("processing", str(wanted.operation_id))
    gateway.play("/clock", advance_s=60)
    assert _told(bank.payout(payout.payout_id)).status == "processed"
    gateway.play(f"/payouts/{payout.payout_id}", status="reversed")
    back = _told(bank.find_payout(wanted.operation_id))
    assert back is not None
    assert (back.status in GAVE_UP, back.reason) == (True, "beneficiary_bank_rejected")
    assert isinstance(bank.cancel_payout(payout.payout_id), Rejected)
    assert "123456789" not in repr(BankAccount("A. Crane", "123456789", "HDFC0000001"))


def test_disputes_are_listed_and_answered(gateway: StandIn) -> None:
    desk = gateway.gateways().disputes
    begin = datetime.fromtimestamp(gateway.books()["now"], UTC)
    raised = [gateway.play("/disputes", payment_id=_captured(gateway))["id"] for _ in range(2)]
    found = _told(desk.disputes(begin, begin + timedelta(days=1)))
    assert [each.dispute_id for each in found] == raised
    paper = _told(desk.upload_document("track.png", "image/png", b"\x89PNG"))
    said = _told(desk.contest_dispute(raised[0], Evidence("We came", (("proof_of_service", (paper,)),), 40_000)))
    assert (said.status, said.evidence_submitted_at) == ("under_review", begin)
    assert _told(desk.accept_dispute(raised[1])).deducted_minor == 50_000
    again = desk.accept_dispute(raised[1])
    assert isinstance(again, Rejected)
    assert again.code == "not_open"


def test_a_wrong_key_is_certain(gateway: StandIn) -> None:
    told = Settings(razorpay_key_id=SANDBOX_KEY_ID, razorpay_key_secret="wrong", razorpay_base_url=gateway.address)
    assert "wrong" not in repr(told)
    assert open_gateways(told).payments.payment("pay_1") == Rejected("credentials_refused", "Authentication failed")
    with pytest.raises(SettingsError, match="RAZORPAY_KEY_ID"):
        access_of(Settings(razorpay_key_id=""))


def test_a_payee_is_registered_once(gateway: StandIn) -> None:
    bank = gateway.gateways().payouts
    pair = {_told(bank.register_payee(UUID(int=7), "A. Crane", "vendor")) for _ in range(2)}
    assert len(pair) == 1


def test_a_subscription_is_agreed_charged_and_ended(gateway: StandIn) -> None:
    desk = gateway.gateways().subscriptions
    plan = _told(ensure_plan(desk, OpenPlan(uuid4(), "Basic", 9_900, "INR", "daily", 45)))
    wanted = OpenSubscription(uuid4(), plan.plan_id, 8)
    subscription = _told(ensure_subscription(desk, wanted))
    assert _told(desk.find_subscription(wanted.operation_id)) == subscription
    assert subscription.url.endswith(subscription.subscription_id)
    gateway.play(f"/subscriptions/{subscription.subscription_id}/agree")
    gateway.play("/clock", advance_s=45 * DAY_S + 1)
    active = _told(desk.subscription(subscription.subscription_id))
    assert (active.status, active.paid_count, active.remaining_count) == ("active", 2, 6)
    charges = _told(desk.charges(subscription.subscription_id))
    assert [each.amount_minor for each in charges] == [9_900, 9_900]
    assert all(_told(gateway.gateways().payments.payment(str(each.payment_id))).is_captured for each in charges)
    assert _told(desk.pause_subscription(subscription.subscription_id)).status == "paused"
    assert _told(desk.resume_subscription(subscription.subscription_id)).status == "active"
    assert _told(desk.cancel_subscription(subscription.subscription_id, at_cycle_end=False)).status == "cancelled"
    again = desk.cancel_subscription(subscription.subscription_id, at_cycle_end=False)
    assert isinstance(again, Rejected)
    assert again.code == "not_open"
