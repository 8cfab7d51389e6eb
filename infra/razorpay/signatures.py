"""Did this really come from the gateway? HMAC-SHA256 in lower-case hex, compared in constant time; never raises."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Final

SIGNATURE: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


def checkout_is_genuine(secret: str, order_id: str, payment_id: str, signature: str | None) -> bool:
    """What a checkout handed over; ``order_id`` is the one that we stored, not the one that was posted."""
    return _is_signed((secret,), f"{order_id}|{payment_id}".encode(), signature)


def subscription_is_genuine(secret: str, subscription_id: str, payment_id: str, signature: str | None) -> bool:
    """What a checkout handed over for a subscription that we stored; the payment stands first here."""
    return _is_signed((secret,), f"{payment_id}|{subscription_id}".encode(), signature)


def link_is_genuine(
    secret: str, link_id: str, reference: str, status: str, payment_id: str, *, signature: str | None
) -> bool:
    """What somebody brought back from a payment link; link and reference are those that we stored."""
    return _is_signed((secret,), f"{link_id}|{reference}|{status}|{payment_id}".encode(), signature)


def webhook_is_genuine(secrets: Iterable[str], body: bytes, signature: str | None) -> bool:
    """A webhook's raw body under any secret that lives: what is sent again keeps the secret of its first time."""
    return _is_signed(secrets, body, signature)


def _is_signed(secrets: Iterable[str], message: bytes, signature: str | None) -> bool:
    if signature is None or not SIGNATURE.fullmatch(signature):
        return False
    # All are tried: how long it takes tells nothing about which one it was.
    tried = [
        hmac.compare_digest(hmac.new(secret.encode(), message, hashlib.sha256).hexdigest(), signature)
        for secret in secrets
        if secret
    ]
    return any(tried)
