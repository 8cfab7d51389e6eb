"""Did a webhook come from VehicAid, about now? Signed by Standard Webhooks: HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from typing import Final

PREFIX: Final = "whsec_"
TOLERANCE_S: Final = 300


class BadSignature(Exception):
    """Do not believe what it says."""


def verify(secrets: str | Sequence[str], headers: Mapping[str, str], body: bytes, now_s: float | None = None) -> str:
    """Check a webhook by any of the secrets that hold (two during a rotation); gives its id, raises BadSignature.

    ``body`` is what came, byte for byte. Keep the ids that you have worked on: a webhook may come twice.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, said_s = given["webhook-id"], int(given["webhook-timestamp"])
        signatures = given["webhook-signature"].encode().split(b" ")
    except (KeyError, ValueError) as error:
        raise BadSignature("the headers of a signed webhook are missing or malformed") from error
    if abs((time.time() if now_s is None else now_s) - said_s) > TOLERANCE_S:
        raise BadSignature("signed too long ago, or ahead of time")
    signed = b".".join((message_id.encode(), given["webhook-timestamp"].encode(), body))
    wanted = [_signature(secret, signed) for secret in ([secrets] if isinstance(secrets, str) else secrets)]
    # Every pair is compared, whichever fits.
    if not any([hmac.compare_digest(one, other) for one in wanted for other in signatures]):  # noqa: C419
        raise BadSignature("no signature is by a secret of ours")
    return message_id


def _signature(secret: str, signed: bytes) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("a webhook secret is whsec_ and base64") from error
    if not secret.startswith(PREFIX) or not key:
        raise ValueError("a webhook secret is whsec_ and base64")
    return b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
