"""Does nothing start where people are served while a secret is weak or a wire open, and are all reasons told?"""

import base64
import hashlib
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from infra.production import UnfitForProductionError, refuse_if_unfit, unfit_for_production
from infra.settings import Settings
from interfaces.cli.main import known_failure
from interfaces.cli.processes import api, dispatcher, projector, worker


def chance(name: str) -> str:
    """As good as random, and the same in every run."""
    return base64.b64encode(hashlib.sha256(name.encode()).digest()).decode()


FIT: dict[str, object] = {
    "environment": "production",
    "token_signing_key": chance("token"),
    "cursor_signing_key": chance("cursor"),
    "personal_master_key": chance("personal"),
    "audit_signing_key": chance("audit"),
    "over_tls": True,
    "database_url": "postgresql://vehicaid_app@db.internal/main?sslmode=verify-full",
    "redis_url": "rediss://cache.internal",
}


def reasons(**changed: object) -> list[str]:
    return list(unfit_for_production(Settings(**{**FIT, **changed})))  # type: ignore[arg-type]  # by name


def test_a_careful_deployment_starts() -> None:
    assert reasons() == []


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("token_signing_key", None, "TOKEN_SIGNING_KEY is not set"),
        ("token_signing_key", "", "TOKEN_SIGNING_KEY is not set"),
        ("token_signing_key", "change-me-change-me-change-me-change-me", "TOKEN_SIGNING_KEY is a placeholder"),
        ("token_signing_key", "Xk3", "TOKEN_SIGNING_KEY is too easily guessed"),
        ("token_signing_key", "ab" * 40, "TOKEN_SIGNING_KEY is too easily guessed"),
        ("cursor_signing_key", None, "CURSOR_SIGNING_KEY is not set"),
        ("cursor_signing_key", chance("token"), "have to differ"),
        ("personal_master_key", None, "PERSONAL_MASTER_KEY is not set"),
        ("personal_master_key", base64.b64encode(bytes(32)).decode(), "PERSONAL_MASTER_KEY is"),
        ("personal_master_key", base64.b64encode(bytes(range(32))).decode(), "PERSONAL_MASTER_KEY is a pattern"),
        ("audit_signing_key", base64.b64encode(bytes(range(32))).decode(), "AUDIT_SIGNING_KEY is a pattern"),
        ("over_tls", False, "OVER_TLS is not set"),
        ("tls_key", Path("key.pem"), "set together"),
        ("database_url", "postgresql://app@db.internal/main", "DATABASE_URL goes over a network"),
        ("database_url", "postgresql://app@db.internal/main?sslmode=prefer", "DATABASE_URL goes over a network"),
        ("redis_url", "redis://cache.internal", "REDIS_URL goes over a network"),
        ("cors_origins", "https://*.example.org", "CORS_ORIGINS"),
        ("cors_origins", "https://good.example.org,http://bad.example.org", "http://bad.example.org"),
        ("fast2sms_key", "k" * 20, None),
    ],
)
def test_what_is_weak_is_named(name: str, value: object, told: str | None) -> None:
    found = reasons(**{name: value})
    assert [line for line in found if told is not None and told in line] == found
    assert (told is None) == (not found)


@pytest.mark.parametrize(
    "url", ["postgresql://app@127.0.0.1/main", "postgresql://app@/main?host=/run", "postgresql://app@[::1]/m"]
)
def test_a_server_on_this_machine_needs_no_tls(url: str) -> None:
    assert reasons(database_url=url) == []


def test_all_reasons_are_told_at_once_a_line_each() -> None:
    unfit = Settings(environment="production", database_url="postgresql://app@db.internal/main")
    with pytest.raises(UnfitForProductionError) as refused:
        refuse_if_unfit(unfit)
    line = known_failure(refused.value)
    assert line is not None
    assert len(line.splitlines()) == len(str(refused.value).splitlines()) >= 5


@pytest.mark.parametrize("process", [api, projector, dispatcher, worker])
def test_every_process_asks_before_it_starts(process: typer.Typer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Terminals need not have it all: an analyst has no key that signs."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"VEHICAID_{name.upper()}", raising=False)
    monkeypatch.setenv("VEHICAID_ENVIRONMENT", "production")
    refused = CliRunner().invoke(process, [])
    assert isinstance(refused.exception, UnfitForProductionError)
    assert "TOKEN_SIGNING_KEY" in str(refused.exception)
