"""Which knobs has the payment gateway, and what do they stand at? A part of ``Settings``."""

from typing import Final

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

REAL_GATEWAY: Final = "https://api.razorpay.com"
# Who we are at the stand-in of a local run.
SANDBOX_KEY_ID: Final = "rzp_test_sandbox"
SANDBOX_ACCOUNT: Final = "7878780080316316"
LOOPBACK: Final = ("http://127.0.0.1:", "http://localhost:", "http://[::1]:")


class GatewaySettings(BaseSettings):
    """Whose account takes the money. Three names are the gateway's own: they go without VEHICAID_ before them."""

    # Without a key id a local run starts a stand-in; nothing but the address and the keys differs from the real one.
    razorpay_key_id: str = Field(default="", validation_alias="razorpay_key_id")
    razorpay_key_secret: SecretStr | None = Field(default=None, validation_alias="razorpay_key_secret")
    # Between commas, the one in use first: what is sent again keeps the secret of its first time.
    razorpay_webhook_secrets: SecretStr | None = Field(default=None, validation_alias="razorpay_webhook_secrets")
    razorpay_base_url: str = REAL_GATEWAY
    # The account at the gateway that payouts are made from.
    razorpay_account_number: str = Field(default="", max_length=40)
    # 3 s to connect, 10 s to be answered: the gateway's own limits are longer, but then asking again is quicker.
    razorpay_connect_s: float = Field(default=3.0, gt=0, le=60)
    razorpay_answer_s: float = Field(default=10.0, gt=0, le=60)
    # A minute between two looks at who is to be paid; payouts are made once a day, from ten o'clock in India, when
    # somebody is in the office who can stop one.
    payout_looks_every_s: float = Field(default=60.0, gt=0, le=86_400)
    # A minute between two looks at whose grants are over: they are given for months.
    promo_looks_every_s: float = Field(default=60.0, gt=0, le=86_400)
    # What both get when somebody was brought, by the dispatcher's look; 0: only the desk gives it.
    referral_reward_minor: int = Field(default=10_000, ge=0, le=1_000_000)
    # Half a minute between two looks at who has earned a reward: the customer still thinks of the job.
    reward_looks_every_s: float = Field(default=30.0, gt=0, le=86_400)
    payouts_from_hour: int = Field(default=10, ge=0, le=23)
    # Two working days are left for a person when a dispute's pack of evidence is too weak to be sent by itself.
    dispute_decides_before_h: int = Field(default=48, ge=1, le=240)
    razorpay_sandbox: bool = True
    # Where the stand-in of a local run listens, and where it sends its news: to the api of the same run unless told.
    razorpay_sandbox_port: int = Field(default=8010, ge=1, le=65535)
    razorpay_sandbox_webhook_url: str = ""

    @field_validator("razorpay_base_url")
    @classmethod
    def _is_safe(cls, url: str) -> str:
        if not url.startswith(("https://", *LOOPBACK)):
            message = "must start with https://, or be a stand-in on this machine"
            raise ValueError(message)
        return url.rstrip("/")

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """Every secret under which a webhook is believed; none before any was set."""
        told = self.razorpay_webhook_secrets
        return tuple(filter(None, (each.strip() for each in (told.get_secret_value() if told else "").split(","))))
