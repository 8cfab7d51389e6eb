"""Is this deployment fit to serve people? Every secret that is missing or weak, every wire that is open, at once."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from pydantic import SecretStr

    from infra.settings import Settings

# 32 characters of 12 kinds: 256 bits in hexadecimal have that, a word that somebody thought of does not.
LEAST_CHARS: Final = 32
LEAST_KINDS: Final = 10
# 16 characters for a secret that a vendor's page generates.
LEAST_WEBHOOK_CHARS: Final = 16
PLACEHOLDERS: Final = ("change", "secret", "password", "default", "example", "test", "placeholder", "vehicaid", "your")
TLS_MODES: Final = frozenset({"require", "verify-ca", "verify-full"})


class UnfitForProductionError(Exception):
    """What has to be set before this may serve people, a line each."""


def refuse_if_unfit(settings: Settings) -> None:
    """Raise UnfitForProductionError with every reason at once."""
    reasons = list(unfit_for_production(settings))
    if reasons:
        raise UnfitForProductionError("\n".join(reasons))


def unfit_for_production(settings: Settings) -> Iterator[str]:
    """A line for everything that must not be so where people are served."""
    yield from _secrets(settings)
    yield from _wires(settings)
    yield from _pages(settings)


def _secrets(settings: Settings) -> Iterator[str]:
    for name in ("token_signing_key", "cursor_signing_key"):
        yield from _weak(name, getattr(settings, name))
    yield from _weak("personal_master_key", settings.personal_master_key)
    yield from _even("personal_master_key", settings.personal_master_key)
    yield from _even("audit_signing_key", settings.audit_signing_key)
    given = [_text(settings.token_signing_key), _text(settings.cursor_signing_key), _text(settings.personal_master_key)]
    if len(set(filter(None, given))) < len(list(filter(None, given))):
        yield "VEHICAID_TOKEN_SIGNING_KEY, _CURSOR_SIGNING_KEY and _PERSONAL_MASTER_KEY have to differ from each other"
    if settings.razorpay_key_id:
        for secret in _text(settings.razorpay_webhook_secrets).split(","):
            if len(secret.strip()) < LEAST_WEBHOOK_CHARS:
                yield f"VEHICAID_RAZORPAY_WEBHOOK_SECRETS: each needs {LEAST_WEBHOOK_CHARS} characters or more"
                break


def _weak(name: str, secret: SecretStr | None) -> Iterator[str]:
    text = _text(secret)
    told = f"VEHICAID_{name.upper()}"
    if not text:
        yield f"{told} is not set: make one with `openssl rand -base64 32`"
    elif text.lower().startswith(PLACEHOLDERS):
        yield f"{told} is a placeholder: make one with `openssl rand -base64 32`"
    elif len(text) < LEAST_CHARS or len(set(text)) < LEAST_KINDS:
        yield f"{told} is too easily guessed: make one with `openssl rand -base64 32`"


def _even(name: str, secret: SecretStr | None) -> Iterator[str]:
    """Random bytes are hardly ever in order, and hardly ever the same."""
    raw = base64.b64decode(_text(secret))
    steps = {(after - before) % 256 for before, after in pairwise(raw)}
    if raw and len(steps) <= 2:
        yield f"VEHICAID_{name.upper()} is a pattern, no chance: make one with `openssl rand -base64 32`"


def _wires(settings: Settings) -> Iterator[str]:
    if not settings.over_tls and settings.tls_certificate is None:
        yield "VEHICAID_OVER_TLS is not set: end TLS at a proxy and say so, or set VEHICAID_TLS_CERTIFICATE, _TLS_KEY"
    if (settings.tls_certificate is None) != (settings.tls_key is None):
        yield "VEHICAID_TLS_CERTIFICATE and VEHICAID_TLS_KEY are set together or not at all"
    for name in ("database_url", "admin_database_url", "analyst_database_url", "personal_database_url"):
        url = getattr(settings, name)
        if url and not _is_near(url) and parse_qs(urlsplit(url).query).get("sslmode", [""])[0] not in TLS_MODES:
            yield f"VEHICAID_{name.upper()} goes over a network without TLS: add sslmode=verify-full"
    if settings.redis_url.startswith("redis://") and not _is_near(settings.redis_url):
        yield "VEHICAID_REDIS_URL goes over a network without TLS: use rediss://"
    if settings.razorpay_key_id and not settings.razorpay_base_url.startswith("https://"):
        yield "VEHICAID_RAZORPAY_BASE_URL has to be https://"
    if settings.fast2sms_key is not None and not settings.fast2sms_url.startswith("https://"):
        yield "VEHICAID_FAST2SMS_URL has to be https://"
    if (
        settings.smtp_host
        and not settings.smtp_starttls
        and settings.smtp_host not in {"localhost", "127.0.0.1", "::1"}
    ):
        yield "VEHICAID_SMTP_STARTTLS is off: mail with codes in it would go over a network in the open"


def _pages(settings: Settings) -> Iterator[str]:
    for origin in settings.web_origins:
        if not origin.startswith("https://") or "*" in origin:
            yield f"VEHICAID_CORS_ORIGINS: {origin} is no https:// page of its own"
    if settings.smtp_host and not settings.sign_in_url.startswith("https://"):
        yield "VEHICAID_SIGN_IN_URL has to be https://: links in mails lead there"


def _is_near(url: str) -> bool:
    """On this machine: a socket file, or a loopback address."""
    host = urlsplit(url).hostname or ""
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _text(secret: SecretStr | None) -> str:
    return "" if secret is None else secret.get_secret_value()
