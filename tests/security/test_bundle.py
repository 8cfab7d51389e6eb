"""Can an auditor take both logs away, and check on any machine that they are what was signed?"""

import base64
import contextlib
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from infra.audit import check_bundle
from infra.audit.bundle import BundleAsked, TooLong, span_of, write_bundle
from infra.audit.sealed_log import EVENTS
from infra.identity.deployment_key import DeploymentKey
from infra.identity.key_ring import KeyRing
from infra.settings import Settings
from interfaces.cli.audit import app
from interfaces.cli.keys import app as keys_app
from tests.audit.lab import sealed_log
from tests.support.servers import Database

SOURCE = Path(check_bundle.__file__)
KEY = DeploymentKey(b"a secret of a test, as long as it has to be").local_key()
JWKS = {"keys": KeyRing(KEY).published(datetime.now(UTC))}
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=64), st.integers(0, 511))
@settings(max_examples=10)
def test_the_checker_agrees_with_the_library(seed: bytes, message: bytes, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert check_bundle.verify(public, message, signature)
    assert not check_bundle.verify(public, message + b".", signature)
    bent = bytearray(signature)
    bent[bit // 8] ^= 1 << bit % 8
    with contextlib.suppress(check_bundle.NotGood):
        assert not check_bundle.verify(public, message, bytes(bent))


def test_the_checker_is_one_short_file_of_the_standard_library() -> None:
    source = SOURCE.read_text(encoding="utf-8")
    imported = {line.split()[1] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert len(source.splitlines()) < 150
    assert imported <= set(sys.stdlib_module_names)


@pytest.fixture
def bundle(database: Database, tmp_path: Path) -> Path:
    sealed_log(database, events=20)
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        hour, now = timedelta(hours=1), datetime.now(UTC)
        wanted = BundleAsked(now - hour, now + hour, None, NOW)
        write_bundle(connection, tmp_path / "b.zip", database.cell, KEY, wanted)
    return tmp_path / "b.zip"


def rewritten(bundle: Path, name: str, content: bytes) -> Path:
    """The same archive with one file of it changed."""
    changed = bundle.with_name("changed.zip")
    with zipfile.ZipFile(bundle) as before, zipfile.ZipFile(changed, "w") as after:
        for each in before.namelist():
            after.writestr(each, content if each == name else before.read(each))
        if name not in before.namelist():
            after.writestr(name, content)
    return changed


def is_good(bundle: Path, jwks: dict[str, Any] | None = None) -> bool:
    with zipfile.ZipFile(bundle) as archive:
        try:
            check_bundle.check(archive, jwks)
        except check_bundle.NotGood:
            return False
    return True


def test_a_bundle_is_checked_by_the_copied_file_alone(bundle: Path, tmp_path: Path) -> None:
    shutil.copy(SOURCE, tmp_path / "check.py")
    (tmp_path / "jwks.json").write_text(json.dumps(JWKS), encoding="utf-8")
    command = [sys.executable, "-I", "check.py", "b.zip", "jwks.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("GOOD: 20 lines of events.jsonl, 0 lines"), done
    with zipfile.ZipFile(bundle) as archive:
        lines = [json.loads(line) for line in archive.read("events.jsonl").splitlines()]
        manifest = json.loads(archive.read("manifest.json"))
    assert [line["position"] for line in lines] == list(range(1, 21))
    assert manifest["roots"]["events.jsonl"]["last_position"] == 20


def test_whatever_is_changed_is_found(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        events, manifest = archive.read("events.jsonl"), json.loads(archive.read("manifest.json"))
    assert is_good(bundle, JWKS)
    assert not is_good(rewritten(bundle, "events.jsonl", events.replace(b'"position" : 7,', b'"position" : 8,')))
    assert not is_good(rewritten(bundle, "events.jsonl", b"".join(events.splitlines(keepends=True)[:-1])))
    assert not is_good(rewritten(bundle, "more.jsonl", b"{}\n"))
    later = json.dumps({**manifest, "until": "2027-01-01T00:00:00.000000Z"}).encode()
    assert not is_good(rewritten(bundle, "manifest.json", later))
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    forged = json.dumps({**manifest, "public_key": base64.b64encode(stranger).decode()}).encode()
    assert not is_good(rewritten(bundle, "manifest.json", forged))
    assert not is_good(
        bundle, {"keys": [{"kid": KEY.kid, "x": base64.urlsafe_b64encode(stranger).decode().rstrip("=")}]}
    )


def test_a_time_with_too_many_rows_is_refused_and_what_lies_outside_is_not_read(
    database: Database, bundle: Path
) -> None:
    now = datetime.now(UTC)
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        few = BundleAsked(now - timedelta(days=1), now, None, now, most=19)
        with pytest.raises(TooLong):
            write_bundle(connection, bundle, database.cell, KEY, few)
        for since, until, span in (
            (now - timedelta(days=9), now - timedelta(days=8), (1, 1)),
            (now + timedelta(days=8), now + timedelta(days=9), (21, 21)),
            (now - timedelta(minutes=5), now, (1, 21)),
        ):
            assert span_of(connection, EVENTS, since, until) == span


@pytest.fixture
def deployment(database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Database:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"VEHICAID_{name.upper()}", raising=False)
    for name in ("database_url", "admin_database_url", "cell"):
        monkeypatch.setenv(f"VEHICAID_{name.upper()}", getattr(database.settings, name))
    for name in ("token_signing_key", "personal_master_key"):
        monkeypatch.setenv(f"VEHICAID_{name.upper()}", getattr(database.settings, name).get_secret_value())
    return database


def vehicaid_audit(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_another_key_is_noted(deployment: Database) -> None:
    assert CliRunner().invoke(keys_app, ["rotate", "--now"]).exit_code == 0
    [line] = vehicaid_audit("security", "--kind", "key_rotated").stdout.splitlines()
    told = json.loads(line)
    assert (told["actor"], told["tenant"]) == ("system:terminal", "")
    assert datetime.fromisoformat(told["at"]).tzinfo is not None
    assert deployment.cell


def test_an_operator_exports_and_that_is_noted(deployment: Database) -> None:
    sealed_log(deployment, events=10)
    assert vehicaid_audit("checker", "--bundle", "--out", "check.py").exit_code == 0
    told = vehicaid_audit("export", "--from", "2026-01-01", "--out", "b.zip")
    assert told.exit_code == 0, told.output
    done = subprocess.run([sys.executable, "-I", "check.py", "b.zip"], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("GOOD: 10 lines of events.jsonl, "), done
    [line] = vehicaid_audit("security", "--kind", "audit_export").stdout.splitlines()
    assert (json.loads(line)["actor"], json.loads(line)["operation"]) == ("system:terminal", "audit_export")
    assert vehicaid_audit("seal").exit_code == 0
    assert vehicaid_audit("root", "--security", "--out", "security.json").exit_code == 0
    whole = vehicaid_audit("verify", "--root", "security.json")
    assert "security log: 1 rows in 1 segments" in whole.stdout
    assert whole.exit_code == 0
    with psycopg.connect(deployment.admin_dsn) as owner:
        owner.execute("UPDATE security_log SET kind = 'login'")
    damaged = vehicaid_audit("verify")
    assert (damaged.exit_code, damaged.stdout.splitlines()[-1]) == (1, "DAMAGED")
