"""Is what the gateway signed believed, and nothing else?"""

import hashlib
import hmac

import pytest

from infra.razorpay.signatures import (
    checkout_is_genuine,
    link_is_genuine,
    subscription_is_genuine,
    webhook_is_genuine,
)

# Published by the gateway, with the secret that its documents and the tests of its libraries use.
SECRET = "EnLs21M47BllR3X8PSFtjtbd"
ORDER = ("order_IEIaMR65cu6nz3", "pay_IH4NVgf4Dreq1l")
SIGNED = "0d4e745a1838664ad6c9c9902212a32d627d68e917290b0ad5f08ff4561bc50f"


def _signed(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def test_the_published_checkout_is_genuine() -> None:
    assert checkout_is_genuine(SECRET, *ORDER, SIGNED)
    assert not checkout_is_genuine(SECRET, "order_another", ORDER[1], SIGNED)
    assert not checkout_is_genuine("another secret", *ORDER, SIGNED)


def test_a_subscription_is_signed_the_other_way_round() -> None:
    message = b"pay_IDZNwZZFtnjyym|sub_ID6MOhgkcoHj9I"
    published = _signed(SECRET, message)
    assert published.startswith("601f3833")
    assert published.endswith("7693")
    assert subscription_is_genuine(SECRET, "sub_ID6MOhgkcoHj9I", "pay_IDZNwZZFtnjyym", published)
    assert not subscription_is_genuine(SECRET, "pay_IDZNwZZFtnjyym", "sub_ID6MOhgkcoHj9I", published)


def test_a_payment_link_is_signed_over_four_things() -> None:
    told = ("plink_IH3cNucfVEgV68", "TSsd1989", "paid", "pay_IH3d0ara9bSsjQ")
    published = _signed(SECRET, "|".join(told).encode())
    assert published.startswith("07ae1878")
    assert published.endswith("7d5b")
    assert link_is_genuine(SECRET, *told, signature=published)
    assert not link_is_genuine(SECRET, told[0], told[1], "expired", told[3], signature=published)


def test_a_webhook_is_believed_under_every_secret_that_lives() -> None:
    body = '{"event":"payment.captured","notes":{"größe":"1"}}'.encode()
    for secret in ("now", "before"):
        assert webhook_is_genuine(("now", "before"), body, _signed(secret, body))
    assert not webhook_is_genuine(("now", "before"), body, _signed("forged", body))
    assert not webhook_is_genuine(("now",), body + b" ", _signed("now", body))
    assert not webhook_is_genuine((), body, _signed("", body))
    assert not webhook_is_genuine(("",), body, _signed("", body)), "an empty secret is none"


@pytest.mark.parametrize(
    "signature", [None, "", "0", SIGNED.upper(), SIGNED + "\n", "é" * 64, "\u0660" * 64, SIGNED[:-1]]
)
def test_what_is_no_signature_is_refused_without_an_error(signature: str | None) -> None:
    assert not checkout_is_genuine(SECRET, *ORDER, signature)
    assert not webhook_is_genuine((SECRET,), b"\xff\x00", signature)
