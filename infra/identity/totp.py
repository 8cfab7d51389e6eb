"""Which six digits does an authenticator show, and were they used before? RFC 6238 with SHA-1 and steps of 30 s."""

from __future__ import annotations

import base64
import hmac
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from datetime import datetime

STEP_S: Final = 30
DIGITS: Final = 6
# 160 bits, as RFC 4226 recommends: what every authenticator takes.
SECRET_BYTES: Final = 20
# One step to either side: a telephone's clock is off by half a minute at most.
DRIFT_STEPS: Final = 1


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of a step (RFC 4226, 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8), "sha1")
    at = digest[-1] & 0x0F
    number = int.from_bytes(digest[at : at + 4]) & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}d}"


def step_of(at: datetime) -> int:
    """The step that an aware instant lies in."""
    return int(at.timestamp()) // STEP_S


def matching_step(secret: bytes, code: str, at: datetime, last_step: int) -> int | None:
    """The step whose code this is, when it is near and none as late was used before; None otherwise.

    Every near step is compared, so that the time tells nothing.
    """
    now, found = step_of(at), None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        is_same = hmac.compare_digest(code_at(secret, step).encode(), code.encode())
        if is_same and step > last_step:
            found = step
    return found


def key_uri(secret: bytes, issuer: str, account: str) -> str:
    """What an authenticator scans. ``account`` names no person: it ends up in screenshots."""
    text = base64.b32encode(secret).decode()
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?secret={text}&issuer={quote(issuer)}"
