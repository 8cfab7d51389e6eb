"""What does an operator see of `vehicaid audit`?"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
from typer.testing import CliRunner, Result

from infra.settings import Settings
from interfaces.cli.audit import app
from tests.audit.lab import append, sealed_log, tamper
from tests.support.servers import Database

KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(autouse=True)
def _deployment(database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"VEHICAID_{name.upper()}", raising=False)
    monkeypatch.setenv("VEHICAID_DATABASE_URL", database.settings.database_url)
    monkeypatch.setenv("VEHICAID_ADMIN_DATABASE_URL", database.settings.admin_database_url)
    monkeypatch.setenv("VEHICAID_CELL", database.cell)


def vehicaid_audit(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def told(result: Result) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(result.stdout))


def test_a_root_is_exported_and_the_log_agrees_with_it_later(database: Database) -> None:
    sealed_log(database)
    assert vehicaid_audit("root", "--out", "root.json").exit_code == 0
    append(database, 61, 5)
    result = vehicaid_audit("verify", "--root", "root.json")
    assert result.exit_code == 0
    assert "agrees with 1 exported root" in result.stdout
    assert result.stdout.splitlines()[-1] == "WHOLE"
    answer = told(vehicaid_audit("verify", "--root", "root.json", "--json"))
    assert (answer["ok"], answer["events"], answer["tail"]["events"], answer["damage"]) == (True, 65, 5, [])


def test_damage_is_named_and_the_exit_code_says_it(database: Database) -> None:
    sealed_log(database)
    tamper(database, "UPDATE events SET actor = 'system:forger' WHERE position = 20")
    result = vehicaid_audit("verify")
    assert result.exit_code == 1
    assert "DAMAGE position 20, segment 3: the event is not what was sealed" in result.stdout
    assert "no root given" in result.stdout
    answer = vehicaid_audit("verify", "--json")
    assert answer.exit_code == 1
    assert told(answer)["damage"][0]["first_position"] == 20


def test_a_tail_that_waits_too_long_is_pointed_out(database: Database) -> None:
    sealed_log(database, tail=3)
    tamper(database, "UPDATE events SET recorded_at = now() - interval '2 minutes' WHERE position = 61")
    result = vehicaid_audit("verify")
    assert result.exit_code == 0
    assert "is a projector running?" in result.stdout


def test_a_proof_travels_with_the_checker(database: Database) -> None:
    sealed_log(database)
    for arguments in (["root", "--out", "root.json"], ["prove", "20", "--root", "root.json", "--out", "proof.json"],
                      ["checker", "--out", "check.py"]):  # fmt: skip
        assert vehicaid_audit(*arguments).exit_code == 0
    command = [sys.executable, "-I", "check.py", "proof.json", "root.json"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.stdout.startswith("PROVED: 20 ")


def test_a_signed_root_is_trusted_and_an_unsigned_one_is_not(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed_log(database)
    assert vehicaid_audit("root", "--out", "unsigned.json").exit_code == 0
    monkeypatch.setenv("VEHICAID_AUDIT_SIGNING_KEY", KEY)
    assert vehicaid_audit("root", "--out", "signed.json").exit_code == 0
    assert vehicaid_audit("verify", "--root", "signed.json").exit_code == 0
    refused = vehicaid_audit("verify", "--root", "unsigned.json")
    assert refused.exit_code == 2
    assert "not signed with the key of this deployment" in refused.stderr


def test_what_waits_is_sealed_on_demand(database: Database) -> None:
    append(database, 1, 7)
    assert "sealed up to position 7" in vehicaid_audit("seal").stdout
    answer = told(vehicaid_audit("seal", "--json"))
    assert (answer["new_segments"], answer["last_position"]) == (0, 7)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["root"], "nothing is sealed yet"),
        (["seal"], "nothing is sealed yet"),
        (["prove", "1"], "nothing is sealed yet"),
        (["prove", "0"], "prove --help"),
        (["prove", "one"], "prove --help"),
        (["verify", "--root", "nowhere.json"], "does not exist"),
        (["verify", "--root", "bad.json"], "bad.json: not an exported root"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments: list[str], line: str, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text('{"cell": 1}', encoding="utf-8")
    result = vehicaid_audit(*arguments)
    assert result.exit_code == 2
    assert line in " ".join(result.stderr.split())
