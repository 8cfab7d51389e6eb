"""Does money leave the stand-in, and come back, as it does at the gateway? And do subscriptions pay in time?"""

from typing import Any

import httpx

from infra.gateway_settings import SANDBOX_ACCOUNT
from tests.support.razorpay import StandIn

DAY_S = 86_400


def _account(gateway: StandIn, number: str = "123456789") -> str:
    contact = gateway.http.post("/v1/contacts", json={"name": "A. Crane", "type": "vendor"}).json()
    detail = {"name": "A. Crane", "ifsc": "HDFC0000001", "account_number": number}
    body = {"contact_id": contact["id"], "account_type": "bank_account", "bank_account": detail}
    return str(gateway.http.post("/v1/fund_accounts", json=body).json()["id"])


def _pay_out(gateway: StandIn, key: str | None, **change: Any) -> httpx.Response:
    body = {
        "account_number": SANDBOX_ACCOUNT,
        "fund_account_id": _account(gateway),
        "amount": 50_000,
        "currency": "INR",
        "mode": "IMPS",
        "purpose": "payout",
        "reference_id": key,
        **change,
    }
    headers = {} if key is None else {"X-Payout-Idempotency": key}
    return gateway.http.post("/v1/payouts", json=body, headers=headers)


def test_a_payout_needs_a_key_and_is_made_once(gateway: StandIn) -> None:
    without = _pay_out(gateway, None).json()["error"]
    assert without["field"] == "X-Payout-Idempotency"
    assert without["description"].startswith("Idempotency key is missing.")
    account = _account(gateway)
    first = _pay_out(gateway, "key-once", fund_account_id=account).json()
    gateway.play("/clock", advance_s=60)
    again = _pay_out(gateway, "key-once", fund_account_id=account).json()
    assert (again["id"], again["status"]) == (first["id"], "processed"), "the same, in its latest state"
    assert _pay_out(gateway, "key-once", fund_account_id=account, amount=1_000).status_code == 400
    assert _pay_out(gateway, "abc").status_code == 400, "a key has four characters at least"


def test_a_processed_payout_may_be_reversed_and_the_money_is_back(gateway: StandIn) -> None:
    before = gateway.books()["balances"]["banking"]
    payout_id = _pay_out(gateway, "key-reversed").json()["id"]
    gateway.play("/clock", advance_s=60)
    assert gateway.books()["balances"]["banking"] == before - 50_000
    assert gateway.play(f"/payouts/{payout_id}", status="reversed")["status"] == "reversed"
    assert gateway.books()["balances"]["banking"] == before
    assert gateway.play(f"/payouts/{payout_id}", status="processed")["status"] == "reversed", "that is the end"
    news = [each["event"] for each in gateway.post() if payout_id in each["body"]]
    assert news == ["payout.initiated", "payout.processed", "payout.reversed"]


def test_without_money_a_payout_is_refused_or_waits_and_can_be_cancelled(gateway: StandIn) -> None:
    much = gateway.books()["balances"]["banking"] + 1
    assert _pay_out(gateway, "key-poor", amount=much).status_code == 400
    waiting = _pay_out(gateway, "key-wait", amount=much, queue_if_low_balance=True).json()
    other = _pay_out(gateway, "key-cancel", amount=much, queue_if_low_balance=True).json()
    assert (waiting["status"], other["status"]) == ("queued", "queued")
    assert gateway.http.post(f"/v1/payouts/{other['id']}/cancel", json={}).json()["status"] == "cancelled"
    gateway.play("/fund", amount=1_000_000)
    assert gateway.http.get(f"/v1/payouts/{waiting['id']}").json()["status"] == "processing"


def test_accounts_are_checked(gateway: StandIn) -> None:
    def check(account: str) -> str:
        body = {"account_number": SANDBOX_ACCOUNT, "fund_account": {"id": account}, "amount": 100, "currency": "INR"}
        found = gateway.http.post("/v1/fund_accounts/validations", json=body).json()
        return str(found["results"]["account_status"])

    assert check(_account(gateway)) == "active"
    assert check(_account(gateway, "99990000")) == "invalid"
    contact = gateway.http.post("/v1/contacts", json={"name": "B"}).json()["id"]
    wrong = {"name": "B", "ifsc": "wrong", "account_number": "12345678"}
    body = {"contact_id": contact, "account_type": "bank_account", "bank_account": wrong}
    assert gateway.http.post("/v1/fund_accounts", json=body).status_code == 400


def test_a_subscription_pays_each_cycle_and_is_halted_when_the_bank_refuses(gateway: StandIn) -> None:
    item = {"name": "Basic", "amount": 9_900, "currency": "INR"}
    plan = gateway.http.post("/v1/plans", json={"period": "daily", "interval": 45, "item": item}).json()
    body = {"plan_id": plan["id"], "total_count": 8}
    subscription_id = gateway.http.post("/v1/subscriptions", json=body).json()["id"]
    gateway.play(f"/subscriptions/{subscription_id}/agree")
    gateway.play("/clock", advance_s=1)
    path = f"/v1/subscriptions/{subscription_id}"
    assert (gateway.http.get(path).json()["status"], gateway.http.get(path).json()["paid_count"]) == ("active", 1)
    gateway.play("/clock", advance_s=90 * DAY_S)
    assert gateway.http.get(path).json()["paid_count"] == 3
    assert gateway.http.post(f"{path}/pause", json={}).json()["status"] == "paused"
    gateway.play("/clock", advance_s=90 * DAY_S)
    assert gateway.http.get(path).json()["paid_count"] == 3
    gateway.http.post(f"{path}/resume", json={})
    gateway.play("/clock", advance_s=1)
    assert gateway.http.get(path).json()["paid_count"] == 4
    gateway.play(f"/subscriptions/{subscription_id}/refuse", refuse=True)
    gateway.play("/clock", advance_s=50 * DAY_S)
    assert gateway.http.get(path).json()["status"] == "halted"
    news = [each["event"] for each in gateway.post() if each["event"].startswith("subscription.")]
    assert news[:3] == ["subscription.authenticated", "subscription.activated", "subscription.charged"]
    assert news[-4:] == ["subscription.pending"] * 3 + ["subscription.halted"]
