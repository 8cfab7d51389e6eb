"""Are the traps of the gateway's library avoided?"""

import ast
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from application.gateway import Capture, Confirmed, OpenOrder, Uncertain
from infra.razorpay.build import gateways_over
from infra.razorpay.failures import NoTimeout
from infra.razorpay.wire import Access, GatewaySession
from tests.support.razorpay import StandIn

ADAPTER = Path(__file__).parents[3] / "infra" / "razorpay"
THREADS = 8
CALLS = 1_500


@pytest.fixture
def _quick_switches() -> Iterator[None]:
    """At the usual five milliseconds the race of the library is too rare to be seen."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


class _Echo(GatewaySession):
    """Answers at once with what it was sent: the race is in what is sent."""

    def request(self, method: str, url: str | bytes, *args: Any, **options: Any) -> requests.Response:
        del method, args
        payment_id = str(url).split("/")[-2]
        answer = requests.Response()
        answer.status_code = 200
        sent = json.loads(options["data"])["amount"]
        body = f'{{"id":"{payment_id}","status":"captured","amount":{sent},"currency":"INR","created_at":1}}'
        answer._content = body.encode()
        return answer


@pytest.mark.usefixtures("_quick_switches")
def test_threads_never_capture_the_amount_of_another_payment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.razorpay.wire.GatewaySession", _Echo)
    gateway = gateways_over(Access("k", "s", "http://127.0.0.1:1", (1, 1))).payments

    def capture(number: int) -> bool:
        told = gateway.capture(Capture(f"pay_{number}", number + 100, "INR"))
        return isinstance(told, Confirmed) and told.value.amount_minor == number + 100

    with ThreadPoolExecutor(THREADS) as threads:
        assert all(threads.map(capture, range(CALLS)))


def test_a_call_without_a_time_limit_never_leaves() -> None:
    with pytest.raises(NoTimeout):
        GatewaySession().get("http://127.0.0.1:1/v1/orders")


def test_what_goes_wrong_is_told_to_nobody_but_the_caller(gateway: StandIn, capfd: pytest.CaptureFixture[str]) -> None:
    payments = gateway.gateways().payments
    nowhere = gateways_over(Access("k", "s", "http://127.0.0.1:1", (1, 1))).payments
    assert nowhere.order("order_x") == Uncertain("no_answer")
    for kind in ("drop_before", "reset", "html", "error_null", "truncated"):
        gateway.fail_next(kind, "/v1/orders")
        assert isinstance(payments.open_order(OpenOrder(uuid4(), 1_000, "INR")), Uncertain)
    assert capfd.readouterr() == ("", "")


def test_nobody_sees_the_secret() -> None:
    assert "s3cret" not in repr(Access("k", "s3cret", "http://x", (1, 1)))


def test_the_retry_of_the_library_is_never_switched_on_and_every_call_passes_its_options_on() -> None:
    for file in ADAPTER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                assert node.attr != "enable_retry", file.name
            if isinstance(node, ast.Call) and _is_a_call_of_the_library(node):
                assert any(keyword.arg is None for keyword in node.keywords), f"{file.name}:{node.lineno}"
                assert not any(isinstance(value, ast.Name) and value.id == "body" for value in node.args), file.name


def _is_a_call_of_the_library(node: ast.Call) -> bool:
    """``client.order.create(...)`` or ``client.post(...)``."""
    owner: ast.expr = node.func
    if not isinstance(owner, ast.Attribute):
        return False
    while isinstance(owner, ast.Attribute):
        owner = owner.value
    return isinstance(owner, ast.Name) and owner.id == "client"
