"""Do payments, refunds, disputes and links at the stand-in live as the gateway's do?"""

from typing import Any

from tests.support.razorpay import StandIn

DAY_S = 86_400


def _order(gateway: StandIn, amount: int = 100_000, capture: str = "manual") -> str:
    body = {"amount": amount, "currency": "INR", "payment": {"capture": capture}}
    return str(gateway.http.post("/v1/orders", json=body).json()["id"])


def _paid(gateway: StandIn, amount: int = 100_000) -> str:
    return str(gateway.pay(_order(gateway, amount, "automatic"))["razorpay_payment_id"])


def _payment(gateway: StandIn, payment_id: str) -> dict[str, Any]:
    found: dict[str, Any] = gateway.http.get(f"/v1/payments/{payment_id}").json()
    return found


def _refund(gateway: StandIn, payment_id: str, key: str | None = None, **body: Any) -> tuple[int, dict[str, Any]]:
    headers = {} if key is None else {"X-Refund-Idempotency": key}
    answer = gateway.http.post(f"/v1/payments/{payment_id}/refund", json=body, headers=headers)
    return answer.status_code, answer.json()


def _events(gateway: StandIn, thing_id: str) -> list[str]:
    return [each["event"] for each in gateway.post() if thing_id in each["body"]]


def test_a_payment_is_authorised_then_captured_once_for_the_same_amount(gateway: StandIn) -> None:
    payment_id = gateway.pay(_order(gateway))["razorpay_payment_id"]
    assert (_payment(gateway, payment_id)["status"], _payment(gateway, payment_id)["fee"]) == ("authorized", None)
    path = f"/v1/payments/{payment_id}/capture"
    assert gateway.http.post(path, json={"amount": 99_999, "currency": "INR"}).status_code == 400
    captured = gateway.http.post(path, json={"amount": 100_000, "currency": "INR"}).json()
    assert (captured["status"], captured["fee"], captured["tax"]) == ("captured", 2_360, 360)
    again = gateway.http.post(path, json={"amount": 100_000, "currency": "INR"})
    assert again.json()["error"]["description"] == "This payment has already been captured"
    assert _events(gateway, payment_id) == ["payment.authorized", "payment.captured", "order.paid"]


def test_bp_06_a_failed_payment_may_be_authorised_later(gateway: StandIn) -> None:
    payment_id = gateway.pay(_order(gateway, capture="automatic"), "late")["razorpay_payment_id"]
    assert _payment(gateway, payment_id)["status"] == "failed"
    gateway.play("/clock", advance_s=60)
    late = _payment(gateway, payment_id)
    assert (late["status"], late["error_code"]) == ("captured", None)
    assert _events(gateway, payment_id) == ["payment.failed", "payment.authorized", "payment.captured", "order.paid"]


def test_what_nobody_captures_goes_back_by_itself(gateway: StandIn) -> None:
    payment_id = gateway.pay(_order(gateway))["razorpay_payment_id"]
    gateway.play("/clock", advance_s=6 * DAY_S)
    given_back = _payment(gateway, payment_id)
    assert (given_back["status"], given_back["captured"], given_back["amount_refunded"]) == ("refunded", False, 100_000)
    assert not [each for each in gateway.books()["movements"] if payment_id in each["cause"]]


def test_a_paid_order_may_be_paid_again(gateway: StandIn) -> None:
    order_id = _order(gateway, capture="automatic")
    pair = [gateway.pay(order_id)["razorpay_payment_id"] for _ in range(2)]
    assert [_payment(gateway, each)["status"] for each in pair] == ["captured", "captured"]
    assert sum(each["event"] == "order.paid" and order_id in each["body"] for each in gateway.post()) == 1


def test_bp_12_a_refund_with_a_key_is_made_once(gateway: StandIn) -> None:
    payment_id = _paid(gateway)
    _paid(gateway)  # the fee is gone: without other payments there is too little for all of this one
    first = _refund(gateway, payment_id, "0123456789", amount=40_000, receipt="r")
    assert (first[0], first[1]["status"], first[1]["amount"]) == (200, "pending", 40_000)
    assert _refund(gateway, payment_id, "0123456789", amount=40_000, receipt="r")[1]["id"] == first[1]["id"]
    other = _refund(gateway, payment_id, "0123456789", amount=50_000)
    assert other[1]["error"]["description"].startswith("Different request with the same idempotency key")
    assert _refund(gateway, payment_id, "short", amount=500)[0] == 400
    assert _refund(gateway, payment_id, amount=60_001)[1]["error"]["description"].startswith("The refund amount")
    assert _refund(gateway, payment_id, amount=99)[0] == 400
    assert _refund(gateway, payment_id)[1]["amount"] == 60_000, "the rest, when no amount is told"
    assert _refund(gateway, payment_id)[1]["error"]["description"] == "The payment has been fully refunded already"
    gateway.play("/clock", advance_s=120)
    done = gateway.http.get(f"/v1/payments/{payment_id}/refunds/{first[1]['id']}").json()
    assert done["status"] == "processed"
    assert done["acquirer_data"]["arn"]


def test_a_refund_that_fails_leaves_the_money_with_the_merchant(gateway: StandIn) -> None:
    payment_id = _paid(gateway)
    _paid(gateway)
    before = gateway.books()["balances"]["merchant"]
    refund = _refund(gateway, payment_id)[1]
    assert gateway.books()["balances"]["merchant"] == before - 100_000
    gateway.play(f"/refunds/{refund['id']}", failed=True)
    assert gateway.books()["balances"]["merchant"] == before
    assert _payment(gateway, payment_id)["status"] == "captured"
    assert _events(gateway, refund["id"]) == ["refund.created", "refund.failed"]


def test_an_old_payment_cannot_be_refunded(gateway: StandIn) -> None:
    payment_id = _paid(gateway)
    gateway.play("/clock", advance_s=181 * DAY_S)
    assert _refund(gateway, payment_id)[1]["error"]["reason"] == "payment_too_old"


def test_a_dispute_is_contested_with_papers_and_won_or_lost(gateway: StandIn) -> None:
    payment_id = _paid(gateway)
    dispute_id = gateway.play("/disputes", payment_id=payment_id, deduct_at_onset=True)["id"]
    path = f"/v1/disputes/{dispute_id}/contest"
    without = gateway.http.patch(path, json={"summary": "we came", "action": "submit"})
    assert without.status_code == 400
    form = {"file": ("bill.pdf", b"%PDF", "application/pdf")}
    paper = gateway.http.post("/v1/documents", data={"purpose": "dispute_evidence"}, files=form).json()
    proof = {"billing_proof": [paper["id"]]}
    draft = gateway.http.patch(path, json={**proof, "action": "draft"}).json()
    assert (draft["status"], draft["evidence"]["submitted_at"]) == ("open", None)
    assert gateway.http.patch(path, json={**proof, "action": "submit"}).json()["status"] == "under_review"
    assert gateway.http.post(f"/v1/disputes/{dispute_id}/accept", json={}).status_code == 400
    assert gateway.play(f"/disputes/{dispute_id}", status="won")["amount_deducted"] == 0
    moved = {each["cause"] for each in gateway.books()["movements"] if dispute_id in each["cause"]}
    assert moved == {f"dsp:{dispute_id}", f"dsp:{dispute_id}:back"}


def test_a_dispute_that_nobody_answers_is_lost(gateway: StandIn) -> None:
    _paid(gateway)
    dispute_id = gateway.play("/disputes", payment_id=_paid(gateway), amount=30_000)["id"]
    gateway.play("/clock", advance_s=8 * DAY_S)
    lost = gateway.http.get(f"/v1/disputes/{dispute_id}").json()
    assert (lost["status"], lost["amount_deducted"]) == ("lost", 30_000)
    assert _events(gateway, dispute_id) == ["payment.dispute.created", "payment.dispute.lost"]


def test_a_link_is_paid_once_cancelled_or_expires(gateway: StandIn) -> None:
    def opened(**told: Any) -> str:
        body = {"amount": 20_000, "currency": "INR", **told}
        return str(gateway.http.post("/v1/payment_links", json=body).json()["id"])

    paid, cancelled = opened(), opened()
    assert gateway.play(f"/links/{paid}/pay")["status"] == "paid"
    assert gateway.http.post(f"/v1/payment_links/{paid}/cancel", json={}).status_code == 400
    assert gateway.http.post(f"/v1/payment_links/{cancelled}/cancel", json={}).json()["status"] == "cancelled"
    expiring = opened(expire_by=gateway.books()["now"] + 1_000)
    gateway.play("/clock", advance_s=1_001)
    assert gateway.http.get(f"/v1/payment_links/{expiring}").json()["status"] == "expired"
    assert [_events(gateway, each)[-1] for each in (paid, cancelled, expiring)] == [
        "payment_link.paid",
        "payment_link.cancelled",
        "payment_link.expired",
    ]
