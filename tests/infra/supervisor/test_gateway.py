"""Does a local run play the gateway exactly when no key is set, and are its processes told the same either way?"""

from pathlib import Path

import pytest
from pydantic import SecretStr

from infra.gateway_settings import REAL_GATEWAY, SANDBOX_KEY_ID
from infra.local_state import LocalState, ensure_secrets, ensure_state_dir, read_local_state, write_running
from infra.razorpay.build import access_of
from infra.settings import Settings, SettingsError, load_settings, read_settings, with_local_state
from infra.supervisor.gateway import gateway_environment
from infra.supervisor.welcome import sandbox_address

URL = "http://127.0.0.1:8010"


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RAZORPAY_KEY_ID", "RAZORPAY_KEY_SECRET", "RAZORPAY_WEBHOOK_SECRETS"):
        monkeypatch.delenv(name, raising=False)


def test_the_stand_in_is_wanted_locally_without_a_key_only() -> None:
    assert Settings().wants_sandbox
    assert not Settings(razorpay_key_id="rzp_live_x").wants_sandbox
    assert not Settings(razorpay_sandbox=False).wants_sandbox
    assert not Settings(environment="production").wants_sandbox
    assert sandbox_address("") == ()


def test_a_second_terminal_reaches_the_stand_in_of_a_running_system(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    state_dir = ensure_state_dir(tmp_path / "state")
    made = ensure_secrets(state_dir)
    monkeypatch.setenv("VEHICAID_STATE_DIR", str(state_dir))
    with pytest.raises(SettingsError):
        access_of(load_settings())
    write_running(state_dir, LocalState(razorpay_url=URL))
    access = access_of(load_settings())
    assert (access.key_id, access.key_secret, access.base_url) == (SANDBOX_KEY_ID, made["razorpay_key_secret"], URL)
    assert made["razorpay_key_secret"] not in repr(read_local_state(state_dir)) + repr(access) + repr(load_settings())


def test_processes_are_told_the_same_names_for_the_real_one_and_the_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {"razorpay_key_secret": "s", "razorpay_webhook_secret": "w"}
    played = with_local_state(Settings(), LocalState(razorpay_url=URL, secrets=secrets))
    real = Settings(
        razorpay_key_id="rzp_live_x", razorpay_key_secret=SecretStr("s"), razorpay_webhook_secrets=SecretStr("a,b")
    )
    assert with_local_state(real, LocalState(razorpay_url=URL, secrets=secrets)).razorpay_base_url == REAL_GATEWAY
    assert set(gateway_environment(played)) == set(gateway_environment(real))
    for name, value in gateway_environment(played).items():
        monkeypatch.setenv(name, value)
    told = read_settings()
    assert access_of(told) == access_of(played)
    assert told.webhook_secrets == ("w",)
    assert gateway_environment(Settings(razorpay_key_id="")) == {}
