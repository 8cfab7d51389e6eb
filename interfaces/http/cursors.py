"""Where does the next page begin? In an opaque cursor, signed and bound to tenant, list and filters."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

import msgspec

from interfaces.http.problems import Problem

TAG_BYTES = 16
MAX_CURSOR_CHARS = 512

Key = list[str | int]
"""The sort key of the last row of a page."""


class Cursors:
    """Writes and reads cursors; a cursor of another tenant, list or filter is as good as a forged one."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hashlib.sha256(b"vehicaid cursor\n" + secret).digest()

    def write(self, tenant: str, route: str, filters: Mapping[str, object], last: Key) -> str:
        """The cursor that continues after the row with this sort key."""
        payload = msgspec.json.encode(last)
        return _text(self._tag(tenant, route, filters, payload) + payload)

    def read(self, tenant: str, route: str, filters: Mapping[str, object], cursor: str) -> Key:
        """The sort key in a cursor; raises the problem ``invalid_cursor``."""
        if len(cursor) > MAX_CURSOR_CHARS:
            raise Problem("invalid_cursor")
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise Problem("invalid_cursor") from error
        tag, payload = raw[:TAG_BYTES], raw[TAG_BYTES:]
        # The last character has bits to spare: another spelling of the same bytes is not what we wrote.
        if _text(raw) != cursor:
            raise Problem("invalid_cursor")
        if not hmac.compare_digest(tag, self._tag(tenant, route, filters, payload)):
            raise Problem("invalid_cursor")
        return msgspec.json.decode(payload, type=Key)

    def _tag(self, tenant: str, route: str, filters: Mapping[str, object], payload: bytes) -> bytes:
        scope = msgspec.json.encode([tenant, route, filters], order="sorted")
        sealed = len(scope).to_bytes(4, "big") + scope + payload
        return hmac.new(self._secret, sealed, hashlib.sha256).digest()[:TAG_BYTES]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
