"""What does a link to a file hold, so that nobody can make, keep or pass one on for long?"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec

DIGEST_BYTES: Final = 32
# A signature, a tenant, an id, a name and an actor; nothing of ours is near it.
MOST_CHARS: Final = 1_024


@dataclass(frozen=True, slots=True)
class FileLink:
    """One file, for one viewer of one tenant, until an instant; ``name`` is what it is saved as."""

    tenant: str
    file_id: UUID
    name: str
    viewer: str
    until: datetime


class FileLinks:
    """Makes links and reads them again: whatever was changed in one makes it none."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.blake2b(key=secret, person=b"file links", digest_size=DIGEST_BYTES).digest()

    def write(self, link: FileLink) -> str:
        """The link as text that an address may hold."""
        told = [link.tenant, link.file_id.hex, link.name, link.viewer, int(link.until.timestamp())]
        content = msgspec.json.encode(told)
        return base64.urlsafe_b64encode(self._signature(content) + content).decode().rstrip("=")

    def read(self, text: str, at: datetime) -> FileLink | None:
        """The link, or None for one that is over or that we never made."""
        if len(text) > MOST_CHARS or not text.isascii():
            return None
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except binascii.Error:
            return None
        signature, content = raw[:DIGEST_BYTES], raw[DIGEST_BYTES:]
        if not hmac.compare_digest(signature, self._signature(content)):
            return None
        tenant, file_id, name, viewer, until = msgspec.json.decode(content, type=tuple[str, str, str, str, int])
        link = FileLink(tenant, UUID(hex=file_id), name, viewer, datetime.fromtimestamp(until, UTC))
        return link if at < link.until else None

    def _signature(self, content: bytes) -> bytes:
        return hmac.digest(self._key, content, "sha256")
