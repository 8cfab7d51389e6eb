"""Which codes, links, seals and look-ups follow from the one key by which people are found?"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from typing import TYPE_CHECKING, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from domain.account_terms import HandleKind

CODES: Final = 1_000_000
CODE_DIGITS: Final = 6
MARK: Final = "vml_"
"""So that whoever searches files for lost secrets finds ours."""
ID_BYTES: Final = 16
SECRET_BYTES: Final = 32
LINK_CHARS: Final = len(MARK) + 64
NONCE_BYTES: Final = 12
# 50 bits each, in letters that nobody mistakes for digits.
RECOVERY_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"
RECOVERY_CHARS: Final = 10


class ProofKeys:
    """Nobody without the key can tell a code, make a link, or find out whose number a hash is."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hashlib.sha256(secret).digest()
        self._codes = self._derived(b"proof codes")
        self._links = self._derived(b"proof links")
        self._index = self._derived(b"blind index")
        self._instruments = self._derived(b"payer instrument")
        self._from = self._derived(b"asked from")
        self._recovery = self._derived(b"recovery codes")
        self._seal = AESGCM(self._derived(b"sealed"))

    def blind_index(self, tenant: str, kind: HandleKind, value: str) -> bytes:
        """What a telephone or mailbox is found by, in this tenant alone."""
        key = hmac.digest(self._index, tenant.encode(), "sha256")
        return hmac.digest(key, f"{kind.value}\n{value}".encode(), "sha256")

    def instrument_index(self, tenant: str, kind: str, name: str) -> bytes:
        """What a UPI id or a card is compared by, in this tenant alone."""
        key = hmac.digest(self._instruments, tenant.encode(), "sha256")
        return hmac.digest(key, f"{kind}\n{name}".encode(), "sha256")

    def code(self, challenge_id: UUID) -> str:
        """The six digits of a challenge: nothing of them is kept, and whoever sends them works them out anew.

        64 bits modulo a million: no code is likelier than another by more than one in 10^13.
        """
        number = int.from_bytes(hmac.digest(self._codes, challenge_id.bytes, "sha256")[:8])
        return f"{number % CODES:0{CODE_DIGITS}d}"

    def link(self, challenge_id: UUID) -> str:
        """What a link holds: the challenge, and 256 bits that nobody else can make."""
        secret = hmac.digest(self._links, challenge_id.bytes, "sha256")
        return MARK + base64.urlsafe_b64encode(challenge_id.bytes + secret).decode()

    def read_link(self, text: str) -> UUID | None:
        """The challenge whose link this is; None for anything else."""
        if len(text) != LINK_CHARS or not text.isascii():
            return None
        try:
            challenge_id = UUID(bytes=base64.b64decode(text[len(MARK) :], altchars=b"-_", validate=True)[:ID_BYTES])
        except ValueError:
            return None
        return challenge_id if hmac.compare_digest(text.encode(), self.link(challenge_id).encode()) else None

    def asked_from(self, address: str) -> bytes:
        """An address as it is counted."""
        return hmac.digest(self._from, address.encode(), "sha256")[:16]

    def seal(self, about: UUID, content: str) -> bytes:
        """Something that is kept for a while, bound to what it is about."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._seal.encrypt(nonce, content.encode(), about.bytes)

    def open(self, about: UUID, sealed: bytes) -> str | None:
        """What was sealed; None when it was changed, moved, or sealed under another key."""
        try:
            return self._seal.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about.bytes).decode()
        except (InvalidTag, ValueError):
            return None

    def new_recovery_code(self) -> str:
        """Fifty bits that a person can write down."""
        letters = "".join(RECOVERY_LETTERS[byte % 32] for byte in os.urandom(RECOVERY_CHARS))
        return f"{letters[:5]}-{letters[5:]}"

    def recovery_digest(self, account_id: UUID, code: str) -> bytes:
        """All that is kept of it."""
        plain = code.replace("-", "").replace(" ", "").lower()
        return hmac.digest(self._recovery, account_id.bytes + plain.encode(), "sha256")

    def _derived(self, purpose: bytes) -> bytes:
        return hashlib.blake2b(key=self._secret, person=purpose, digest_size=SECRET_BYTES).digest()
