"""Does the terminal hand out tokens that the API accepts, and only where it may?"""

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from domain.actor import Role
from infra.identity.place import local_authority
from infra.settings import SettingsError
from interfaces.cli.openapi import app as openapi
from interfaces.cli.token import app

KEY = "token-key-for-this-test-0123456789"


@pytest.fixture(autouse=True)
def _local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEHICAID_TOKEN_SIGNING_KEY", KEY)
    monkeypatch.setenv("VEHICAID_ENVIRONMENT", "local")


def tell(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output.strip()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PROVIDER])
def test_a_token_says_what_was_asked_for(role: Role) -> None:
    told = tell(role.value, "--tenant", "pune")
    actor = local_authority(KEY.encode(), 600).verify(told, datetime.now(UTC)).actor
    assert (actor.role, actor.tenant) == (role, "pune")


def test_a_provider_is_named() -> None:
    subject = "prv_" + "0" * 12 + "7" + "0" * 3 + "8" + "0" * 15
    told = json.loads(tell("provider", "--subject", subject, "--json"))
    assert (told["subject"], told["tenant"]) == (subject, "demo")
    with pytest.raises(SettingsError, match="--subject"):
        tell("provider")


def test_no_token_is_made_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEHICAID_ENVIRONMENT", "production")
    with pytest.raises(SettingsError, match="local"):
        tell("admin")


def test_the_committed_document_is_checked_at_a_terminal() -> None:
    assert CliRunner().invoke(openapi, ["--check"]).exit_code == 0
