"""How do tests run the gateway's stand-in, play everybody in it, and read its books?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn

from infra.gateway_settings import SANDBOX_ACCOUNT
from infra.razorpay.build import Gateways, gateways_over
from infra.razorpay.wire import Access
from interfaces.razorpay_sandbox.app import Set, build_sandbox, configured, listening
from interfaces.razorpay_sandbox.credentials import Credentials

KEY_ID, KEY_SECRET, WEBHOOK_SECRET = "rzp_test_sandbox", "key_secret", "webhook_secret"
# A call that stays silent is given up after this; whoever tests silence waits so long, everybody else never does.
PATIENCE_S = (5.0, 5.0)
STANDING_AT = 1_796_000_000


@dataclass(frozen=True)
class StandIn:
    """A running stand-in."""

    address: str
    http: httpx.Client

    def play(self, path: str, /, **told: Any) -> dict[str, Any]:
        """Something the customer, the bank or the clock does."""
        answer = self.http.post(f"/sandbox{path}", json=told)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def pay(self, order_id: str, outcome: str = "success", method: str = "upi", **payer: str) -> dict[str, Any]:
        """A customer pays, by a UPI id (``vpa``) or a card (``last4``) of their own where they are told."""
        return self.play("/pay", order_id=order_id, outcome=outcome, method=method, **payer)

    def fail_next(self, kind: str, path: str = "", **rule: Any) -> None:
        """The next call to a path goes wrong."""
        self.play("/faults", rules=[{"kind": kind, "path": path, **rule}])

    def books(self) -> dict[str, Any]:
        """What the gateway itself has counted."""
        found: dict[str, Any] = self.http.get("/sandbox/books").json()
        return found

    def post(self) -> list[dict[str, Any]]:
        """Every delivery of its news."""
        found: list[dict[str, Any]] = self.http.get("/sandbox/post").json()["items"]
        return found

    def gateways(self, timeout_s: tuple[float, float] = PATIENCE_S) -> Gateways:
        """Our own side of the line."""
        return gateways_over(Access(KEY_ID, KEY_SECRET, self.address, timeout_s, SANDBOX_ACCOUNT))


@contextmanager
def standing_in(path: str = ":memory:", webhook_url: str = "", seed: str = "test") -> Iterator[StandIn]:
    """A stand-in in this process, on a free port, its clock standing still until it is moved."""
    listener = listening("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    credentials = Credentials(KEY_ID, KEY_SECRET, WEBHOOK_SECRET)
    server = uvicorn.Server(configured(build_sandbox(Set(path, credentials, address, webhook_url, seed))))
    thread = threading.Thread(target=lambda: server.run([listener]), daemon=True)
    # Whoever connects waits in the listener's queue until it serves.
    listener.listen()
    thread.start()
    with httpx.Client(base_url=address, auth=(KEY_ID, KEY_SECRET), trust_env=False, timeout=30) as client:
        stand_in = StandIn(address, client)
        stand_in.play("/clock", standing_at=STANDING_AT)
        yield stand_in
    server.should_exit = True
    thread.join()
