"""What does an API key look like, and which follows from which order?

``vak_`` and the key's id, then 256 bits and a checksum: scanners find one that lies about by its prefix, and one that
was mistyped is refused without a look anywhere. The bits follow from the order that made the key and a secret of the
deployment, so that an answer that was lost on the way is given again, and nothing in clear is kept for that.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import zlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from infra.identity.access_tokens import BadToken

MARK: Final = "vak_"
_KEY: Final = re.compile(r"vak_([0-9a-f]{32})_([A-Za-z0-9_-]{43})([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as its owner shows it."""

    key_id: UUID
    secret: str

    @property
    def text(self) -> str:
        """With the checksum behind it."""
        body = f"{MARK}{self.key_id.hex}_{self.secret}"
        return f"{body}{zlib.crc32(body.encode()):08x}"

    @property
    def digest(self) -> bytes:
        """What is kept of it: 32 bytes, bound to its id."""
        return hashlib.sha256(self.key_id.bytes + self.secret.encode()).digest()


def key_for(root: bytes, key_id: UUID, order: UUID) -> ApiKey:
    """The key that this order makes; another order makes another for the same id."""
    bits = hmac.digest(root, key_id.bytes + order.bytes, "sha256")
    return ApiKey(key_id, base64.urlsafe_b64encode(bits).rstrip(b"=").decode())


def read_key(text: str) -> ApiKey:
    """The key that somebody shows; raises BadToken for anything that cannot be one."""
    found = _KEY.fullmatch(text)
    if found is None or not hmac.compare_digest(f"{zlib.crc32(text[:-8].encode()):08x}", found[3]):
        raise BadToken
    return ApiKey(UUID(hex=found[1]), found[2])
