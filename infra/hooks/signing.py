"""How is a webhook of ours signed, and how does whoever takes it check that? As Standard Webhooks says."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final

from domain.refusal import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

PREFIX: Final = "whsec_"
VERSION: Final = "v1"
# 32 bytes: as long as what the hash gives; the standard asks for 24 to 64.
SECRET_BYTES: Final = 32
# Five minutes: clocks differ and messages wait; whoever replays one later is refused.
TOLERANCE_S: Final = 300


class BadHookSecret(BadInput):
    """A secret for webhooks is ``whsec_`` and base64."""

    code = "bad_hook_secret"


def new_secret() -> str:
    """A secret of full strength, as it is shown once."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def secret_of(key: bytes, said: str) -> str:
    """The secret that follows from a key and from what it is for: the same again for the same order."""
    return (
        PREFIX + base64.b64encode(hashlib.blake2b(said.encode(), key=key, digest_size=SECRET_BYTES).digest()).decode()
    )


def sign(secret: str, message_id: str, timestamp_s: int, body: bytes) -> str:
    """One signature, as it stands in the header; raises BadHookSecret."""
    signed = b".".join((message_id.encode(), str(timestamp_s).encode(), body))
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return f"{VERSION},{base64.b64encode(digest).decode()}"


def headers(secrets_now: Sequence[str], message_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """What goes with a body: a signature for each secret that holds now, so that a rotation loses nothing."""
    signatures = " ".join(sign(secret, message_id, timestamp_s, body) for secret in secrets_now)
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp_s), "webhook-signature": signatures}


def is_genuine(secret: str, told: dict[str, str], body: bytes, now_s: int) -> bool:
    """Whether a body came from whoever knows the secret, about now; in constant time."""
    try:
        message_id, timestamp_s = told["webhook-id"], int(told["webhook-timestamp"])
        given = told["webhook-signature"].split(" ")
    except (KeyError, ValueError):
        return False
    if abs(now_s - timestamp_s) > TOLERANCE_S:
        return False
    wanted = sign(secret, message_id, timestamp_s, body).encode()
    # Every one is compared, whichever fits.
    return any([hmac.compare_digest(wanted, one.encode()) for one in given])  # noqa: C419


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(PREFIX) or not key:
        raise BadHookSecret
    return key
