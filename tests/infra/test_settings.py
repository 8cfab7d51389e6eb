"""Is a wrong setting told in one line, and does a second terminal find a running system?"""

import os
from pathlib import Path

import pytest

from infra.local_state import (
    LocalState,
    LocalStateError,
    ensure_secrets,
    ensure_state_dir,
    read_local_state,
    write_running,
)
from infra.settings import Settings, SettingsError, load_settings, read_settings


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("VEHICAID_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("VEHICAID_STATE_DIR", str(tmp_path / "state"))


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("PORT", "eighty", "VEHICAID_PORT: Input should be a valid integer"),
        ("PORT", "70000", "VEHICAID_PORT: Input should be less than or equal to 65535"),
        ("CELL", "Cell; DROP", "VEHICAID_CELL: must be a lower-case letter"),
        ("CELL", "", "VEHICAID_CELL: must be a lower-case letter"),
        ("DATABASE_URL", "mysql://x", "VEHICAID_DATABASE_URL: must start with postgresql://"),
        ("REDIS_URL", "localhost", "VEHICAID_REDIS_URL: must start with redis://"),
        ("PERSONAL_MASTER_KEY", "short", "VEHICAID_PERSONAL_MASTER_KEY: must be 32 bytes in base64"),
        ("LOG_LEVEL", "loud", "VEHICAID_LOG_LEVEL: Input should be"),
        ("SEARCH_RADII_M", "5000,1000", "VEHICAID_SEARCH_RADII_M: must be growing whole metres between commas"),
        ("SEARCH_RADII_M", "near", "VEHICAID_SEARCH_RADII_M: must be growing whole metres between commas"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, complaint: str
) -> None:
    monkeypatch.setenv(f"VEHICAID_{name}", value)
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


def test_secrets_are_never_shown() -> None:
    settings = Settings(
        token_signing_key="s3cret-token",
        database_url="postgresql://app:s3cret-pass@h/d",
        redis_url="redis://:s3cret-redis@h/0",
    )
    assert "s3cret" not in repr(settings)
    assert "s3cret" not in str(settings)


def test_a_missing_secret_is_refused_where_it_is_needed() -> None:
    with pytest.raises(SettingsError, match="VEHICAID_TOKEN_SIGNING_KEY is not set"):
        _ = read_settings().token_key


def test_another_terminal_finds_the_running_servers_and_the_secrets(tmp_path: Path) -> None:
    state_dir = ensure_state_dir(tmp_path / "state")
    secrets = ensure_secrets(state_dir)
    write_running(state_dir, LocalState(database_url="postgresql://app@h/d", redis_url="redis://h", port=8123))
    settings = load_settings()
    assert (settings.database_url, settings.redis_url, settings.port) == ("postgresql://app@h/d", "redis://h", 8123)
    assert settings.token_key.decode() == secrets["token_signing_key"]
    assert len(settings.personal_key) == 32


def test_what_the_environment_says_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    state_dir = ensure_state_dir(tmp_path / "state")
    write_running(state_dir, LocalState(database_url="postgresql://local@h/d", admin_database_url="postgresql://a@h/d"))
    monkeypatch.setenv("VEHICAID_DATABASE_URL", "postgresql://mine@h/d")
    settings = load_settings()
    assert settings.database_url == "postgresql://mine@h/d"
    assert not settings.admin_database_url, "the owner of another database is not ours"


def test_production_takes_nothing_from_the_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ensure_secrets(ensure_state_dir(tmp_path / "state"))
    monkeypatch.setenv("VEHICAID_ENVIRONMENT", "production")
    with pytest.raises(SettingsError, match="is not set"):
        _ = load_settings().personal_key


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    state_dir = ensure_state_dir(tmp_path / "state")
    first = ensure_secrets(state_dir)
    assert ensure_secrets(state_dir) == first
    assert len(set(first.values())) == len(first)
    assert (state_dir / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert state_dir.stat().st_mode & 0o777 == 0o700
    assert first["token_signing_key"] not in repr(read_local_state(state_dir))


def test_a_damaged_file_is_one_line(tmp_path: Path) -> None:
    state_dir = ensure_state_dir(tmp_path / "state")
    (state_dir / "secrets.json").write_text("{")
    with pytest.raises(LocalStateError, match="is damaged"):
        ensure_secrets(state_dir)


def test_a_file_behind_a_link_is_refused(tmp_path: Path) -> None:
    state_dir = ensure_state_dir(tmp_path / "state")
    (tmp_path / "elsewhere").write_text("{}")
    (state_dir / "secrets.json").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LocalStateError, match="cannot be read"):
        ensure_secrets(state_dir)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_state_directory_of_another_user_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    os.chown(tmp_path / "state", 12345, 12345)
    with pytest.raises(LocalStateError, match="belongs to another user"):
        ensure_state_dir(tmp_path / "state")
