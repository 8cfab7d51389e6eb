"""Does the stand-in's news arrive as the gateway's does: signed, twice, late, wrong, and again until it is taken?"""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from infra.razorpay.signatures import webhook_is_genuine
from tests.support.razorpay import WEBHOOK_SECRET, StandIn


@dataclass
class Merchant:
    """Takes news, or does not."""

    url: str = ""
    answers: int = 200
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def genuine(self, secret: str = WEBHOOK_SECRET) -> list[bool]:
        """Of each delivery, whether its signature holds."""
        return [webhook_is_genuine((secret,), body, told.get("x-razorpay-signature")) for told, body in self.taken]

    @property
    def ids(self) -> list[str]:
        """Event ids in the order of arrival."""
        return [told["x-razorpay-event-id"] for told, _ in self.taken]


@pytest.fixture
def merchant(gateway: StandIn) -> Iterator[Merchant]:
    taking = Merchant()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            taking.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(taking.answers)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  its own name
            del format, arguments

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    gateway.play("/post", rules=[], url=f"http://127.0.0.1:{server.server_port}/")
    gateway.play("/post/deliver")
    taking.taken.clear()
    yield taking
    gateway.play("/post", rules=[], url="")
    server.shutdown()
    server.server_close()
    thread.join()


def _fail_a_payment(gateway: StandIn) -> str:
    order = gateway.http.post("/v1/orders", json={"amount": 50_000, "currency": "INR"}).json()
    payment_id = str(gateway.pay(order["id"], "failure")["razorpay_payment_id"])
    gateway.play("/post/deliver")
    return payment_id


def test_an_event_is_signed_over_its_raw_body(gateway: StandIn, merchant: Merchant) -> None:
    payment_id = _fail_a_payment(gateway)
    assert merchant.genuine() == [True]
    body = json.loads(merchant.taken[0][1])
    assert set(body) == {"entity", "account_id", "event", "contains", "payload", "created_at"}
    assert (body["event"], body["contains"]) == ("payment.failed", ["payment"])
    assert body["payload"]["payment"]["entity"]["id"] == payment_id


def test_what_is_not_taken_comes_again_with_the_same_id_for_a_day(gateway: StandIn, merchant: Merchant) -> None:
    merchant.answers = 500
    _fail_a_payment(gateway)
    for _ in range(60):
        gateway.play("/clock", advance_s=3_600)
        gateway.play("/post/deliver")
    assert 10 < len(merchant.taken) < 30
    assert len(set(merchant.ids)) == 1
    assert all(merchant.genuine())
    assert gateway.post()[-1]["next_at"] is None, "after a day nobody tries any more"


def test_news_comes_again_until_it_is_taken(gateway: StandIn, merchant: Merchant) -> None:
    merchant.answers = 503
    _fail_a_payment(gateway)
    merchant.answers = 200
    for _ in range(3):
        gateway.play("/clock", advance_s=60)
        gateway.play("/post/deliver")
    assert len(merchant.taken) == 2


def test_news_goes_wrong_as_told(gateway: StandIn, merchant: Merchant) -> None:
    rules = [{knob: True} for knob in ("old_secret", "corrupt", "truncated", "poison", "drop")]
    gateway.play("/post", rules=[*rules, {"duplicate": 2}, {"delay_s": 300}])
    for _ in range(7):
        _fail_a_payment(gateway)
    assert merchant.genuine() == [False, False, False, True, True, True, True]
    assert merchant.genuine("an-earlier-secret")[0]
    for lost in (2, 3):
        with pytest.raises(ValueError, match=r".+"):
            json.loads(merchant.taken[lost][1])
    assert len(set(merchant.ids[4:])) == 1, "the same event three times"
    gateway.play("/clock", advance_s=301)
    gateway.play("/post/deliver")
    assert len(merchant.taken) == 8


def test_news_comes_in_any_order(gateway: StandIn, merchant: Merchant) -> None:
    gateway.play("/post", rules=[{"delay_s": 10, "times": 12}], shuffled_by=3)
    paid = [_fail_a_payment(gateway) for _ in range(12)]
    gateway.play("/clock", advance_s=11)
    gateway.play("/post/deliver")
    order = [json.loads(body)["payload"]["payment"]["entity"]["id"] for _, body in merchant.taken]
    assert sorted(order) == sorted(paid)
    assert order != paid
