"""Which knobs has the registrar of e-invoices, and what do they stand at? A part of ``Settings``."""

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from infra.gateway_settings import LOOPBACK


class RegistrarSettings(BaseSettings):
    """Where bills between businesses are registered; without an address none is."""

    registrar_url: str = ""
    registrar_client_id: str = Field(default="", max_length=100)
    registrar_client_secret: SecretStr | None = None
    # The registrar's public key (PEM): with it, what it signs is checked before it is believed.
    registrar_signing_key: str = Field(default="", max_length=2_000)
    # 3 s to connect, 10 s to be answered, as with the payment gateway: asking again is quicker than waiting on.
    registrar_connect_s: float = Field(default=3.0, gt=0, le=60)
    registrar_answer_s: float = Field(default=10.0, gt=0, le=60)
    # Without an address a local run starts a stand-in there.
    registrar_sandbox: bool = True
    registrar_sandbox_port: int = Field(default=8011, ge=1, le=65535)

    @field_validator("registrar_url")
    @classmethod
    def _registrar_is_safe(cls, url: str) -> str:
        if url and not url.startswith(("https://", *LOOPBACK)):
            message = "must start with https://, or be a stand-in on this machine"
            raise ValueError(message)
        return url.rstrip("/")
