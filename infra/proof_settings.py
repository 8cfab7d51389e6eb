"""How may people show who they are, how often may they try, and who carries our messages? A part of ``Settings``."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class ProofSettings(BaseSettings):
    """Limits of codes, links and passwords, and the services that carry messages."""

    # Finds people by telephone and mail address, 32 bytes in base64. Empty: derived from the personal master key.
    # It cannot change: before the master key does, put that one here.
    lookup_key: SecretStr | None = None

    # 5 min: an SMS takes seconds; the shorter it lives, the less a code read over a shoulder is worth.
    code_lives_s: float = Field(default=300.0, ge=30, le=600)
    # 15 min for a link: mail is slower, and greylisting makes it wait for minutes.
    link_lives_s: float = Field(default=900.0, ge=60, le=3_600)
    # A day to follow a set-up link: whoever works for us begins on another day's shift.
    setup_lives_s: float = Field(default=86_400.0, ge=300, le=604_800)
    # 5 tries of 1,000,000: a guess is right 5 times in a million challenges.
    tries_per_code: int = Field(default=5, ge=1, le=5)
    # 30 s, then twice as long each time: a message that is slow is not sent ten times.
    resend_after_s: float = Field(default=30.0, ge=0, le=600)
    # 10 a day to one telephone or mailbox: with 5 tries each, a guess is right once in 20,000 days.
    codes_per_handle_day: int = Field(default=10, ge=1, le=20)
    # 60 an hour from one address: a shop's or a carrier's whole neighbourhood shares one.
    codes_per_address_hour: int = Field(default=60, ge=1, le=10_000)
    # 3,000 an hour in all: what whoever pumps SMS through us can cost at most.
    codes_per_tenant_hour: int = Field(default=3_000, ge=1, le=1_000_000)
    # Wrong passwords in a quarter of an hour: 10 for one mailbox, 100 from one address; people mistype, programs never
    # tire.
    passwords_per_handle: int = Field(default=10, ge=1, le=1_000)
    passwords_per_address: int = Field(default=100, ge=1, le=100_000)

    # 2 days: limits look one day back; nothing that was asked is of use after that.
    challenges_kept_days: int = Field(default=2, ge=1, le=3_650)

    # OWASP's least is 19 MiB, 2 passes, 1 lane: some 25 ms of one core each.
    password_memory_kib: int = Field(default=19_456, ge=19_456, le=1_048_576)
    password_passes: int = Field(default=2, ge=2, le=20)
    # One thread hashes some 30 a second; 64 may wait for it, two seconds' worth; beyond it the caller hears 503.
    password_threads: int = Field(default=1, ge=1, le=16)
    passwords_waiting: int = Field(default=64, ge=1, le=10_000)

    # Who carries SMS. Without a key, a local run keeps its messages in a file: `vehicaid messages` shows them.
    fast2sms_key: SecretStr | None = None
    fast2sms_url: str = "https://www.fast2sms.com"
    # Who carries mail.
    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    smtp_starttls: bool = True
    mail_from: str = "VehicAid <no-reply@localhost>"
    # Where links in mails lead; what follows from it is appended as `#link=...`, so that no server logs it.
    sign_in_url: str = "http://127.0.0.1:8000/sign-in"
    # 5 s for one message: a carrier that needs longer is tried again.
    message_timeout_s: float = Field(default=5.0, gt=0, le=60)
