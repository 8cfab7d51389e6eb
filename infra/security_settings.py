"""How often may one caller ask, from which pages, over which wires, and what is kept? A part of ``Settings``."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings


class SecuritySettings(BaseSettings):
    """Limits per caller, browsers, TLS and the security log."""

    # 400 days: a year, as the law on personal data asks, and a month to ask for it.
    security_log_kept_days: int = Field(default=400, ge=30, le=3_650)

    # Whether callers are limited; without a word only in production: tests and benches are one caller.
    rate_limits: bool | None = None
    # In a sliding minute, by the caller's name: 10 orders a second is more than any person or truck has to say.
    rate_commands_per_minute: int = Field(default=600, ge=1, le=1_000_000)
    # 30 questions a second: a desk with a dozen lists open asks for each every second.
    rate_queries_per_minute: int = Field(default=1_800, ge=1, le=1_000_000)
    # By address, for what needs no token: a shop's whole neighbourhood shares one.
    rate_sign_ins_per_minute: int = Field(default=120, ge=1, le=1_000_000)
    # By address, for everything: 200 a second from one address is a company's whole fleet, or an attack.
    rate_address_per_minute: int = Field(default=12_000, ge=1, le=10_000_000)
    # 20 ms: longer than Redis ever needs, short enough that a caller does not notice that it is away.
    rate_wait_s: float = Field(default=0.02, gt=0, le=1)

    # Web pages that may call us from a browser, between commas: https://app.example.org,https://desk.example.org
    cors_origins: str = ""

    # Certificate and key in PEM, where this process ends TLS itself; empty behind a proxy that does.
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    # Addresses of proxies whose X-Forwarded-For is believed, between commas; empty: nobody's.
    trusted_proxies: str = ""

    @property
    def web_origins(self) -> tuple[str, ...]:
        """The pages that may call us, one by one."""
        return tuple(one.strip().rstrip("/") for one in self.cors_origins.split(",") if one.strip())
