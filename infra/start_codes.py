"""Which four digits let the work begin? They follow from a key and the attempt, so that none is ever stored."""

import hashlib
import hmac
from typing import Final
from uuid import UUID

DIGITS: Final = 4
KEY_BYTES: Final = 32


def start_code_key(master_key: bytes) -> bytes:
    """A key of its own, so that a code says nothing about anybody's record."""
    return hashlib.blake2b(master_key, person=b"startcodes", digest_size=KEY_BYTES).digest()


class DerivedStartCodes:
    """Implements ``application.start_codes.StartCodes`` by HMAC-SHA256."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def code_of(self, tenant: str, request_id: UUID, attempt: int) -> str:
        """Four digits; another attempt, another code."""
        named = f"{tenant}\n{request_id.hex}\n{attempt}".encode()
        digest = hmac.digest(self._key, named, "sha256")
        return str(int.from_bytes(digest) % 10**DIGITS).zfill(DIGITS)

    def is_right(self, tenant: str, request_id: UUID, attempt: int, code: str) -> bool:
        """Whether that is the code, compared in constant time."""
        return hmac.compare_digest(self.code_of(tenant, request_id, attempt).encode(), code.encode())
