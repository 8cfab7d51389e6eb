"""What is a refresh token made of, and how does the next one of its family follow from it?"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final
from uuid import UUID

MARK: Final = "vrt_"
"""So that whoever searches files for lost secrets finds ours."""
ID_BYTES: Final = 16
# 256 bits of chance: nobody guesses them.
SECRET_BYTES: Final = 32
SEAL_BYTES: Final = 16
SALT_BYTES: Final = 16
RAW_BYTES: Final = ID_BYTES + SECRET_BYTES + SEAL_BYTES
TEXT_CHARS: Final = len(MARK) + 86


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A session's id, a secret, and a seal by which we know a token of ours even when nothing of it is kept."""

    raw: bytes

    @property
    def session_id(self) -> UUID:
        """Whose family it belongs to."""
        return UUID(bytes=self.raw[:ID_BYTES])

    @property
    def text(self) -> str:
        """As the device keeps it: letters, digits, - and _, so that it also fits into a cookie."""
        return MARK + base64.urlsafe_b64encode(self.raw).rstrip(b"=").decode()

    @property
    def digest(self) -> bytes:
        """All that is kept of it."""
        return hashlib.sha256(self.raw).digest()


class RefreshTokens:
    """Makes tokens and their successors under one key; nobody without that key makes either."""

    def __init__(self, key: bytes) -> None:
        self._seal_key = _derived(key, b"refresh seal")
        self._next_key = _derived(key, b"refresh next")

    def first(self, session_id: UUID, secret: bytes) -> RefreshToken:
        """The first of a family, from 32 bytes of chance."""
        if len(secret) != SECRET_BYTES:
            raise ValueError(f"a refresh token needs {SECRET_BYTES} bytes of chance, got {len(secret)}")
        body = session_id.bytes + secret
        return RefreshToken(body + self._seal(body))

    def next(self, token: RefreshToken, salt: bytes) -> RefreshToken:
        """The one that follows it: the same again for the same salt, so a lost answer can be given once more.

        Who has the database alone lacks the token and the key; who has a token alone lacks the key and the salt.
        """
        secret = hmac.digest(self._next_key, token.raw + salt, "sha256")
        return self.first(token.session_id, secret)

    def is_ours(self, token: RefreshToken) -> bool:
        """Whether we gave it to somebody once: only such a token can tell of a theft."""
        body, seal = token.raw[:-SEAL_BYTES], token.raw[-SEAL_BYTES:]
        return hmac.compare_digest(seal, self._seal(body))

    def _seal(self, body: bytes) -> bytes:
        return hmac.digest(self._seal_key, body, "sha256")[:SEAL_BYTES]


def read(text: str) -> RefreshToken | None:
    """The token that this text is the only spelling of; None for anything else."""
    if len(text) != TEXT_CHARS or not text.startswith(MARK):
        return None
    try:
        token = RefreshToken(base64.b64decode(text[len(MARK) :] + "==", altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        return None
    return token if len(token.raw) == RAW_BYTES and token.text == text else None


def _derived(key: bytes, purpose: bytes) -> bytes:
    return hashlib.blake2b(key=hashlib.sha256(key).digest(), person=purpose, digest_size=32).digest()
