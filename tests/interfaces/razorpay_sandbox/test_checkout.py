"""Can a person pay at the stand-in's checkout page, and does the merchant get what it verifies?"""

import re
from html import unescape

import pytest

from infra.razorpay.signatures import checkout_is_genuine, link_is_genuine
from tests.support.razorpay import KEY_SECRET, StandIn


def _order(gateway: StandIn, **told: object) -> str:
    body = {"amount": 123_456, "currency": "INR", **told}
    return str(gateway.http.post("/v1/orders", json=body).json()["id"])


def _handed_over(text: str) -> dict[str, str]:
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text)
    return {name: unescape(value) for name, value in pairs}


@pytest.mark.parametrize("method", ["upi", "card", "netbanking"])
def test_a_person_pays_and_goes_back_with_a_genuine_signature(gateway: StandIn, method: str) -> None:
    order_id = _order(gateway, payment_capture=1)
    callback = "http://127.0.0.1:1/back?a=1&b=2"
    page = gateway.http.get(f"/checkout/{order_id}", params={"callback_url": callback}, auth=("", ""))
    assert "₹1,234.56" in page.text
    assert _handed_over(page.text) == {"callback_url": callback}
    form = {"method": method, "outcome": "success", "callback_url": callback}
    paid = gateway.http.post(f"/checkout/{order_id}", data=form, auth=("", ""))
    told = _handed_over(paid.text)
    assert checkout_is_genuine(KEY_SECRET, order_id, told["razorpay_payment_id"], told["razorpay_signature"])
    assert gateway.http.get(f"/v1/orders/{order_id}").json()["status"] == "paid"
    assert "is paid" in gateway.http.get(f"/checkout/{order_id}").text
    assert gateway.http.post(f"/checkout/{order_id}", data=form).status_code == 400


@pytest.mark.parametrize(("outcome", "status"), [("failure", "failed"), ("late", "failed"), ("pending", "created")])
def test_what_does_not_work_is_said_and_can_be_tried_again(gateway: StandIn, outcome: str, status: str) -> None:
    order_id = _order(gateway)
    page = gateway.http.post(f"/checkout/{order_id}", data={"method": "upi", "outcome": outcome})
    assert "Try again" in page.text
    assert not _handed_over(page.text)
    [payment] = gateway.http.get(f"/v1/orders/{order_id}/payments").json()["items"]
    assert payment["status"] == status


def test_a_link_brings_the_payer_back_with_a_genuine_signature(gateway: StandIn) -> None:
    body = {"amount": 5_000, "currency": "INR", "reference_id": "ref<1>", "callback_url": "https://example.org/x"}
    link = gateway.http.post("/v1/payment_links", json=body).json()
    assert link["short_url"] == f"{gateway.address}/links/{link['id']}"
    assert "Pay VehicAid" in gateway.http.get(f"/links/{link['id']}").text
    paid = gateway.http.post(f"/links/{link['id']}", data={"method": "card", "outcome": "success"})
    told = _handed_over(paid.text)
    payment_id, signature = told["razorpay_payment_id"], told["razorpay_signature"]
    assert link_is_genuine(KEY_SECRET, link["id"], "ref<1>", "paid", payment_id, signature=signature)


def test_nothing_that_somebody_typed_becomes_markup_or_a_script(gateway: StandIn) -> None:
    order_id = _order(gateway, payment_capture=1)
    page = gateway.http.get(f"/checkout/{order_id}", params={"callback_url": '"><script>'})
    assert "<script>" not in page.text
    form = {"method": "upi", "outcome": "success", "callback_url": "javascript:alert(1)"}
    assert "javascript:" not in gateway.http.post(f"/checkout/{order_id}", data=form).text


def test_the_first_page_leads_to_what_can_be_paid(gateway: StandIn) -> None:
    order_id = _order(gateway)
    assert f'href="/checkout/{order_id}"' in gateway.http.get("/", auth=("", "")).text
    assert gateway.http.get("/checkout/order_none").status_code == 400


def test_a_person_plays_the_bank_that_asks_a_payment_back_and_decides(gateway: StandIn) -> None:
    order_id = _order(gateway, payment_capture=1)
    payment_id = gateway.pay(order_id)["razorpay_payment_id"]
    assert f"/payments/{payment_id}" in gateway.http.get("/").text
    assert "Nothing was supplied" in gateway.http.get(f"/payments/{payment_id}").text
    before = gateway.books()["balances"]["merchant"]
    asked = gateway.http.post(f"/payments/{payment_id}", data={"phase": "arbitration", "deduct_at_onset": "1"})
    assert "Asked back" in asked.text
    dispute = gateway.http.get("/v1/disputes").json()["items"][0]
    assert (dispute["phase"], dispute["payment_id"]) == ("arbitration", payment_id)
    assert gateway.books()["balances"]["merchant"] == before - 123_456
    path = f"/disputes/{dispute['id']}"
    assert "said nothing yet" in gateway.http.get(path).text
    assert gateway.http.post(path, data={"status": "nonsense"}).status_code == 400
    assert "is won" in gateway.http.post(path, data={"status": "won"}).text
    assert gateway.books()["balances"]["merchant"] == before
    assert "This dispute is won" in gateway.http.get(path).text


def test_a_bank_that_wants_more_opens_a_dispute_again(gateway: StandIn) -> None:
    payment_id = gateway.pay(_order(gateway, payment_capture=1))["razorpay_payment_id"]
    dispute = gateway.play("/disputes", payment_id=payment_id)
    refused = gateway.http.post(f"/sandbox/disputes/{dispute['id']}", json={"status": "action_required"})
    assert refused.status_code == 400
    paper = gateway.http.post(
        "/v1/documents", files={"file": ("a.pdf", b"%PDF", "application/pdf")}, data={"purpose": "dispute_evidence"}
    ).json()["id"]
    said = {"action": "submit", "proof_of_service": [paper], "summary": "We came"}
    assert gateway.http.patch(f"/v1/disputes/{dispute['id']}/contest", json=said).json()["status"] == "under_review"
    again = gateway.play(f"/disputes/{dispute['id']}", status="action_required")
    assert (again["status"], bool(again["evidence"]["submitted_at"])) == ("open", True)
    # It is lost when its own last day is over, not on that of the first question.
    gateway.play("/clock", advance_s=7 * 86_400 - 1)
    assert gateway.http.get(f"/v1/disputes/{dispute['id']}").json()["status"] == "open"
    gateway.play("/clock", advance_s=2)
    assert gateway.http.get(f"/v1/disputes/{dispute['id']}").json()["status"] == "lost"
