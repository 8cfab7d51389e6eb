"""Who may call the stand-in, and with which secrets does it sign?"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the gateway gave the merchant; the earlier webhook secret still signs what was posted under it."""

    key_id: str
    key_secret: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    old_webhook_secret: str = field(default="an-earlier-secret", repr=False)

    def admits(self, authorization: str) -> bool:
        """Whether a call carries the key and its secret."""
        told = base64.b64encode(f"{self.key_id}:{self.key_secret}".encode()).decode()
        return hmac.compare_digest(authorization.encode(), f"Basic {told}".encode())

    def sign(self, message: str) -> str:
        """What the checkout hands over for the merchant to verify."""
        return signed(self.key_secret, message.encode())

    def sign_post(self, body: bytes, *, old: bool = False) -> str:
        """The signature of a webhook."""
        return signed(self.old_webhook_secret if old else self.webhook_secret, body)


def signed(secret: str, message: bytes) -> str:
    """HMAC-SHA256 in hex, which is all that the gateway uses."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
