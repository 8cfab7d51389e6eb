"""Does the command line answer quickly, and say in one line what is wrong?"""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from domain.refusal import NotFound
from infra.settings import SettingsError
from interfaces.cli.main import COMMANDS, known_failure, main

ROOT = Path(__file__).parents[3]


def _vehicaid(tmp_path: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VEHICAID_")}
    environment |= {
        "PYTHONPATH": str(ROOT),
        "VEHICAID_STATE_DIR": str(tmp_path / "state"),
        "COLUMNS": "200",
        **settings,
    }
    return subprocess.run(
        [sys.executable, "-P", "-m", "interfaces.cli", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
        cwd=tmp_path,
    )


def _refused_in_one_line(done: subprocess.CompletedProcess[str], words: str) -> None:
    assert done.returncode == 2, done
    assert words in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("vehicaid: ")


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_help_names_every_command(tmp_path: Path, arguments: list[str]) -> None:
    done = _vehicaid(tmp_path, *arguments)
    assert done.returncode == 0, done.stderr
    for name in COMMANDS:
        assert f" {name} " in done.stdout


def test_help_imports_no_command() -> None:
    code = (
        "import sys, interfaces.cli.main as m\ntry: m.main(['--help'])\nexcept SystemExit: pass\n"
        "sys.exit(bool({'psycopg', 'redis', 'fastapi', 'pydantic', 'h3'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0


def test_a_misspelt_command_is_no_traceback(tmp_path: Path) -> None:
    done = _vehicaid(tmp_path, "pu")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_broken_setting_is_one_line(tmp_path: Path) -> None:
    _refused_in_one_line(_vehicaid(tmp_path, "up", VEHICAID_PORT="eighty"), "VEHICAID_PORT: Input should be")


def test_a_busy_port_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        _refused_in_one_line(_vehicaid(tmp_path, "up", VEHICAID_PORT=str(port)), f"port {port} is taken")


def test_a_host_that_is_not_ours_is_one_line(tmp_path: Path) -> None:
    _refused_in_one_line(_vehicaid(tmp_path, "up", VEHICAID_HOST="203.0.113.7"), "VEHICAID_HOST=203.0.113.7")


def test_production_without_secrets_is_one_line(tmp_path: Path) -> None:
    done = _vehicaid(tmp_path, "up", VEHICAID_ENVIRONMENT="production", VEHICAID_PORT="18099")
    _refused_in_one_line(done, "VEHICAID_TOKEN_SIGNING_KEY")


def test_a_database_that_is_away_is_one_line(tmp_path: Path) -> None:
    done = _vehicaid(tmp_path, "migrate", VEHICAID_DATABASE_URL="postgresql://nobody@127.0.0.1:1/x")
    _refused_in_one_line(done, "the database cannot be used")


def test_a_secrets_file_that_is_gone_is_told_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "state" / "postgres").mkdir(parents=True, mode=0o700)
    _refused_in_one_line(_vehicaid(tmp_path, "up", VEHICAID_PORT="18098"), "secrets.json is gone")


def test_a_bug_keeps_its_traceback_and_a_refusal_does_not() -> None:
    assert known_failure(ZeroDivisionError()) is None
    assert known_failure(NotFound()) == "There is no such thing, or it is not yours to see."
    assert known_failure(SettingsError("two\nlines")) == "two lines"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])
    assert not left.value.code
    assert f"vehicaid {name}" in capsys.readouterr().out


def test_a_command_explains_itself_as_a_process(tmp_path: Path) -> None:
    done = _vehicaid(tmp_path, "token", "--help")
    assert done.returncode == 0, done.stderr
    assert "vehicaid token" in done.stdout
