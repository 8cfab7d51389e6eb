"""Whatever anybody sends to the webhook: is only what is signed kept, and is no answer ever a fault of our own?"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import settings as with_settings
from hypothesis import strategies as st
from pydantic import SecretStr
from starlette.types import Message

from application.log import LogUnavailable
from application.security_log import NothingNoted
from infra.identity.access_tokens import TokenAuthority
from infra.identity.place import authority_of
from infra.razorpay.news import EVENT_ID, news_of
from infra.settings import Settings
from interfaces.http.app import build_app
from interfaces.http.routes.webhooks import PATH
from tests.support.effort import examples
from tests.support.servers import CURSOR_KEY, PERSONAL_KEY, TOKEN_KEY

SECRETS = ("newer", "older")
LARGEST = 2_048
EXAMPLES = 80

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(
    ["id", "order_id", "payment_id", "amount", "currency", "status", "captured", "created_at", "fee", "tax", "notes"]
)
entities = st.dictionaries(names, json_values | st.sampled_from(["captured", "INR", 500, True]), max_size=9)
events = st.fixed_dictionaries(
    {
        "event": st.sampled_from(["payment.captured", "refund.processed", "payout.processed", "moon.risen"])
        | json_values
    },
    optional={
        "payload": st.dictionaries(
            st.sampled_from(["payment", "refund", "payout", "order", "dispute"]),
            st.fixed_dictionaries({"entity": entities | json_values}) | json_values,
            max_size=3,
        )
        | json_values
    },
)
bodies = (st.binary(max_size=200) | st.one_of(json_values, events).map(lambda told: json.dumps(told).encode())).filter(
    lambda body: len(body) <= LARGEST  # what is larger is refused before anybody looks at how it is signed
)
# What a line can carry: no line breaks, everything else.
header_values = st.binary(max_size=80).map(lambda value: value.translate(None, b"\r\n\x00"))


@dataclass(frozen=True)
class Identity:
    """Who answers for tokens: nobody shows one here."""

    authority: TokenAuthority


@dataclass
class Stack:
    """As much of a stack as the route needs, with an inbox over a dict."""

    settings: Settings
    identity: Identity
    kept: dict[str, bytes] = field(default_factory=dict)
    is_away: bool = False
    security: NothingNoted = field(default_factory=NothingNoted)

    @property
    def webhooks(self) -> Stack:
        """The inbox."""
        return self

    async def keep(self, source: str, event_id: str, body: bytes) -> bool:
        """As the real one, which refuses longer names."""
        if self.is_away:
            raise LogUnavailable("away")
        assert source == "razorpay"
        assert EVENT_ID.fullmatch(event_id)
        is_new = event_id not in self.kept
        self.kept.setdefault(event_id, body)
        return is_new


class Hook:
    """The route, and who calls it."""

    def __init__(self) -> None:
        given = Settings(
            token_signing_key=TOKEN_KEY,
            cursor_signing_key=CURSOR_KEY,
            personal_master_key=PERSONAL_KEY,
            body_limit_bytes=LARGEST,
        )
        told = {"razorpay_webhook_secrets": SecretStr(",".join(SECRETS))}
        settings = given.model_copy(update=told)
        self.stack = Stack(settings, Identity(authority_of(settings)))
        self._app = build_app(self.stack.settings, self.stack)  # type: ignore[arg-type]  # as much as the route needs
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        """Nobody calls any more."""
        self._loop.close()

    def post(self, body: bytes, *headers: tuple[bytes, bytes]) -> int:
        """Past every server that might be kinder: header values arrive as they are."""
        told: list[Message] = []
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": PATH,
            "query_string": b"",
            "headers": [(b"content-length", str(len(body)).encode()), *headers],
        }

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            told.append(message)

        self._loop.run_until_complete(self._app(scope, receive, send))
        return int(told[0]["status"])


@pytest.fixture(scope="module")
def hook() -> Iterator[Hook]:
    hook = Hook()
    yield hook
    hook.close()


def signed(body: bytes, secret: str = SECRETS[0]) -> bytes:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()


@given(body=bodies, event_id=header_values | st.none(), secret=st.sampled_from(SECRETS))
@example(body=b"", event_id=None, secret="older")
@example(body=b"[" * 2_000, event_id=b"deep", secret="newer")
@example(
    body=b'{"event":"payment.captured","payload":{"payment":{"entity":{"amount":1e400}}}}', event_id=b"", secret="newer"
)
@with_settings(max_examples=examples(EXAMPLES))
def test_whatever_is_signed_is_kept_and_acknowledged(
    hook: Hook, body: bytes, event_id: bytes | None, secret: str
) -> None:
    named = [] if event_id is None else [(b"x-razorpay-event-id", event_id)]
    before = dict(hook.stack.kept)
    assert hook.post(body, (b"x-razorpay-signature", signed(body, secret)), *named) == 200
    assert before.items() <= hook.stack.kept.items()
    assert hook.post(body, (b"x-razorpay-signature", signed(body, secret)), *named) == 200
    news_of(body)


@given(body=bodies, signature=header_values | st.none(), event_id=header_values)
@example(body=b"{}", signature=signed(b"{}").upper(), event_id=b"one")
@example(body=b"{}", signature=signed(b"{}") + b" ", event_id=b"one")
@example(body=b"{}", signature=signed(b"{} "), event_id=b"one")
@example(body=b"{}", signature=signed(b"{}", "stolen"), event_id=b"one")
@example(body=b"{}", signature=signed(b"{}", ""), event_id=b"one")
@example(body=b"{}", signature="٣".encode() * 64, event_id=b"one")
@with_settings(max_examples=examples(EXAMPLES))
def test_whatever_is_not_signed_is_refused_and_not_kept(
    hook: Hook, body: bytes, signature: bytes | None, event_id: bytes
) -> None:
    assume(signature not in {signed(body, secret) for secret in SECRETS})
    before = dict(hook.stack.kept)
    named = [(b"x-razorpay-event-id", event_id)]
    assert hook.post(body, *named, *([] if signature is None else [(b"x-razorpay-signature", signature)])) == 401
    assert hook.stack.kept == before


@given(flipped=st.integers(min_value=0, max_value=8 * 64 - 1))
@with_settings(max_examples=examples(EXAMPLES))
def test_one_bit_of_the_body_is_enough_to_be_refused(hook: Hook, flipped: int) -> None:
    body = b'{"event":"payment.captured","payload":{"payment":{"entity":{}}}}'
    changed = bytearray(body)
    changed[flipped // 8 % len(body)] ^= 1 << flipped % 8
    assert hook.post(bytes(changed), (b"x-razorpay-signature", signed(body))) == 401


def test_what_is_too_large_or_cannot_be_kept_is_told_so(hook: Hook) -> None:
    body = b" " * (LARGEST + 1)
    assert hook.post(body, (b"x-razorpay-signature", signed(body))) == 413
    hook.stack.is_away = True
    assert hook.post(b"{}", (b"x-razorpay-signature", signed(b"{}"))) == 503
    hook.stack.is_away = False


def test_without_a_secret_nothing_is_believed(hook: Hook) -> None:
    kept_settings = hook.stack.settings
    hook.stack.settings = hook.stack.settings.model_copy(update={"razorpay_webhook_secrets": SecretStr(" , ")})
    assert hook.post(b"{}", (b"x-razorpay-signature", signed(b"{}", ""))) == 401
    hook.stack.settings = kept_settings
