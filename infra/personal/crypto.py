"""How is a personal record made unreadable to whoever lacks its person's key?"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final
from uuid import UUID

import uuid_utils.compat
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from application.personal import RecordTampered

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
KEK_ID_DIGITS: Final = 16


class PersonKey:
    """One person's key: seals and opens that person's records."""

    __slots__ = ("_aead", "_nonce_key", "key_id", "raw")

    def __init__(self, key_id: UUID, raw: bytes) -> None:
        self.key_id = key_id
        self.raw = raw
        self._aead = AESGCM(raw)
        self._nonce_key = hashlib.blake2b(b"vehicaid personal nonce", key=raw, digest_size=KEY_BYTES).digest()

    def seal(self, about: bytes, content: bytes) -> tuple[bytes, bytes]:
        """Nonce and ciphertext; ``about`` is bound to it and has to be the same at opening.

        The nonce is a keyed hash of both, so the same record seals to the same bytes and no random source
        can ever repeat a nonce for another content.
        """
        nonce = hashlib.blake2b(
            len(about).to_bytes(4, "big") + about + content, key=self._nonce_key, digest_size=NONCE_BYTES
        ).digest()
        return nonce, self._aead.encrypt(nonce, content, about)

    def open(self, about: bytes, nonce: bytes, ciphertext: bytes) -> bytes:
        """The content; raises RecordTampered when anything about it is not as it was sealed."""
        try:
            return self._aead.decrypt(nonce, ciphertext, about)
        except (InvalidTag, ValueError):
            raise RecordTampered("a personal record does not open under its person's key") from None


class MasterKeys:
    """The keys that wrap persons' keys: one for new ones, earlier ones to read what they wrapped."""

    def __init__(self, current: bytes, previous: Sequence[bytes] = ()) -> None:
        for key in (current, *previous):
            if len(key) != KEY_BYTES:
                raise ValueError(f"a master key has {KEY_BYTES} bytes")
        self.kek_id = kek_id_of(current)
        self._known = {kek_id_of(key): AESGCM(key) for key in (*previous, current)}

    def knows(self, kek_id: str) -> bool:
        """Whether a key that was wrapped by that master key can be read."""
        return kek_id in self._known

    def new_key(self) -> PersonKey:
        """A fresh key for a person."""
        return PersonKey(uuid_utils.compat.uuid7(), os.urandom(KEY_BYTES))

    def wrap(self, tenant: str, person_id: UUID, key: PersonKey) -> bytes:
        """The person's key as it may lie in a database, under the current master key.

        Random nonces: one master key may wrap 2^32 keys before their repetition is worth a thought.
        """
        nonce = os.urandom(NONCE_BYTES)
        about = _about_key(tenant, person_id, key.key_id, self.kek_id)
        return nonce + self._known[self.kek_id].encrypt(nonce, key.raw, about)

    def unwrap(self, tenant: str, person_id: UUID, key_id: UUID, kek_id: str, wrapped: bytes) -> PersonKey:
        """The person's key; raises RecordTampered when it was changed, moved, or wrapped by an unknown master key."""
        master = self._known.get(kek_id)
        if master is None:
            raise RecordTampered(f"no master key {kek_id} is known: add it to the previous ones")
        try:
            about = _about_key(tenant, person_id, key_id, kek_id)
            raw = master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], about)
        except (InvalidTag, ValueError):
            raise RecordTampered("a person's key does not unwrap under its master key") from None
        return PersonKey(key_id, raw)


def kek_id_of(key: bytes) -> str:
    """A master key's public name: derived, so that nobody has to keep names and keys together."""
    return hashlib.blake2b(b"vehicaid master key name", key=key, digest_size=KEK_ID_DIGITS // 2).hexdigest()


def about_record(tenant: str, person_id: UUID, record_id: UUID, kind: str) -> bytes:
    """What a ciphertext is bound to: moved to another row, it does not open."""
    return b"%b|%b%b%b" % (tenant.encode(), person_id.bytes, record_id.bytes, kind.encode())


def _about_key(tenant: str, person_id: UUID, key_id: UUID, kek_id: str) -> bytes:
    return b"%b|%b%b%b" % (tenant.encode(), person_id.bytes, key_id.bytes, kek_id.encode())
