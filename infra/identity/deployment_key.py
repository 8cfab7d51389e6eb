"""Which keys follow from the one token secret that a deployment is given?"""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.identity.key_ring import SEED_BYTES, SigningKey, kid_of, public_of

NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


class DeploymentKey:
    """Opens the keys that sign, makes refresh tokens, and is a local run's own signing key. It is never stored."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hashlib.sha256(secret).digest()
        self._wrap = AESGCM(self._derived(b"key wrapping", KEY_BYTES))
        self.kek_id = self._derived(b"key wrap name", 8).hex()
        """Its public name: tells whether a row can be opened before it is tried."""

    def for_refresh_tokens(self) -> bytes:
        """What refresh tokens are sealed and continued with."""
        return self._derived(b"refresh tokens", KEY_BYTES)

    def for_api_keys(self) -> bytes:
        """What API keys follow from, for the same reason as the secrets of webhooks."""
        return self._derived(b"api keys", KEY_BYTES)

    def for_hook_secrets(self) -> bytes:
        """What the secrets of webhooks follow from, where an order that is repeated has to give the same."""
        return self._derived(b"hook secrets", KEY_BYTES)

    def local_key(self) -> SigningKey:
        """The key of a local run: the same in every terminal that knows the secret, without a database."""
        seed = self._derived(b"local signing", SEED_BYTES)
        public = public_of(seed)
        return SigningKey(kid_of(public), public, signs_from=LONG_AGO, seed=seed)

    def wrap(self, kid: str, seed: bytes) -> bytes:
        """A private half as it may lie in a database, bound to its name."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._wrap.encrypt(nonce, seed, kid.encode())

    def unwrap(self, kid: str, wrapped: bytes) -> bytes | None:
        """The private half; None when another secret wrapped it, or somebody changed it."""
        try:
            return self._wrap.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], kid.encode())
        except (InvalidTag, ValueError):
            return None

    def _derived(self, purpose: bytes, size: int) -> bytes:
        return hashlib.blake2b(key=self._secret, person=purpose, digest_size=size).digest()
