"""How is something sealed under a person's key that the personal store does not keep itself?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from application.personal import RecordTampered
from infra.personal.crypto import NONCE_BYTES

if TYPE_CHECKING:
    from infra.personal.store import PostgresPersonalStore

ID_BYTES: Final = 16
MARK: Final = b"vehicaid envelope|"
"""Nothing that is sealed as a record opens as an envelope, nor the other way round."""


class PersonEnvelopes:
    """Seals and opens under the keys of the personal store; erasing a person drops theirs, at once and everywhere."""

    def __init__(self, store: PostgresPersonalStore) -> None:
        self._store = store

    async def seal(self, tenant: str, person_id: UUID, about: bytes, content: bytes) -> bytes:
        """Sealed under the person's key, a new one where they have none; raises PersonalUnavailable."""
        key = await self._store.key_of(tenant, person_id, make=True)
        if key is None:
            raise AssertionError
        nonce = os.urandom(NONCE_BYTES)
        return key.key_id.bytes + nonce + AESGCM(key.raw).encrypt(nonce, content, MARK + about)

    async def open(self, tenant: str, person_id: UUID, about: bytes, sealed: bytes) -> bytes | None:
        """What was sealed, or None when the person was erased since; raises RecordTampered or PersonalUnavailable.

        The key is looked up each time: nobody reads with a key that another process dropped.
        """
        key = await self._store.key_of(tenant, person_id, make=False)
        if key is None or key.key_id != UUID(bytes=sealed[:ID_BYTES]):
            return None
        nonce, ciphertext = sealed[ID_BYTES : ID_BYTES + NONCE_BYTES], sealed[ID_BYTES + NONCE_BYTES :]
        try:
            return AESGCM(key.raw).decrypt(nonce, ciphertext, MARK + about)
        except (InvalidTag, ValueError):
            raise RecordTampered("an envelope does not open under its person's key") from None


__all__ = ["PersonEnvelopes"]
