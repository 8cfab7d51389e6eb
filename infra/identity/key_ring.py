"""Which keys does this process sign and verify access tokens with, at this instant?"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

CURVE: Final = "Ed25519"
SEED_BYTES: Final = 32
# 64 bits name one of a handful of keys; the name proves nothing.
KID_DIGITS: Final = 16


class NoSigningKey(Exception):
    """No key of this process may sign now: its keys were not loaded yet, or cannot be opened."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key pair; ``private`` is missing where this process cannot, or may not, sign with it."""

    kid: str
    public: bytes
    signs_from: datetime
    verifies_until: datetime | None = None
    seed: bytes | None = None


class KeyRing:
    """The keys of this process. ``edition`` changes with them, so that nothing is remembered of a key that went."""

    def __init__(self, own: SigningKey | None = None) -> None:
        """``own`` is a local run's key, which is used until there are others, and stays good beside them."""
        self._own = own
        self._keys: dict[str, SigningKey] = {}
        self._verifiers: dict[str, OKPKey] = {}
        self._signers: dict[str, OKPKey] = {}
        self.edition = 0
        self.take(())

    def take(self, keys: Iterable[SigningKey]) -> None:
        """Use these, and the own one, instead of those before."""
        found = {key.kid: key for key in ([self._own] if self._own else []) + list(keys)}
        if found == self._keys:
            return
        self._keys = found
        self._verifiers = {kid: _public_jwk(key.public) for kid, key in found.items()}
        self._signers = {kid: _private_jwk(key.seed) for kid, key in found.items() if key.seed is not None}
        self.edition += 1

    def verifier(self, kid: str, at: datetime) -> OKPKey | None:
        """The public half of that name, while tokens of it may still be out."""
        key = self._keys.get(kid)
        if key is None or (key.verifies_until is not None and at >= key.verifies_until):
            return None
        return self._verifiers[kid]

    def signer(self, at: datetime) -> tuple[str, OKPKey]:
        """Name and private half of the newest key that signs now; raises NoSigningKey."""
        kid = self.signing(at).kid
        return kid, self._signers[kid]

    def signing(self, at: datetime) -> SigningKey:
        """The newest key that signs now; raises NoSigningKey."""
        may = [key for key in self._keys.values() if key.seed is not None and key.signs_from <= at]
        good = [key for key in may if key.verifies_until is None or at < key.verifies_until]
        if not good:
            raise NoSigningKey
        # The own one last, those that another follows before it: a key that stays outlives every token it signs.
        return max(good, key=lambda key: (key is not self._own, key.verifies_until is None, key.signs_from, key.kid))

    def published(self, at: datetime) -> list[dict[str, str]]:
        """The public keys as a JWK Set lists them (RFC 7517, RFC 8037), those to come included."""
        keys = [key for key in self._keys.values() if key.verifies_until is None or at < key.verifies_until]
        return [
            {"kty": "OKP", "crv": CURVE, "x": _b64(key.public), "kid": key.kid, "use": "sig", "alg": CURVE}
            for key in sorted(keys, key=lambda key: key.signs_from, reverse=True)
        ]


def public_of(seed: bytes) -> bytes:
    """The public half of a seed."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def kid_of(public: bytes) -> str:
    """A key's name: derived, so that nobody can give it to another."""
    return hashlib.blake2b(public, person=b"vehicaid kid", digest_size=KID_DIGITS // 2).hexdigest()


def _public_jwk(public: bytes) -> OKPKey:
    return OKPKey.import_key({"kty": "OKP", "crv": CURVE, "x": _b64(public)})


def _private_jwk(seed: bytes) -> OKPKey:
    return OKPKey.import_key({"kty": "OKP", "crv": CURVE, "x": _b64(public_of(seed)), "d": _b64(seed)})


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
