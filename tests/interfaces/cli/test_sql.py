"""Is an analyst at a terminal given psql where there is one, and a prompt where there is none?"""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from infra.analytics.presenter import present
from infra.projections.catch_up import bring_up_to_date
from tests.projections.telling import tell
from tests.support.servers import PASSWORD, Database

ROOT = Path(__file__).parents[3]
PATIENCE_S = 60

FAKE_PSQL = """#!/bin/sh
echo "arguments: $*"
echo "password given: ${PGPASSWORD:+yes}"
"""


@pytest.fixture
def house(database: Database) -> Database:
    """Something to ask about."""
    tell(database, 1, 200)
    bring_up_to_date(database.settings)
    present(database.settings)
    return database


def at_a_terminal(house: Database, path: str, typed: str) -> str:
    """What `vehicaid sql` shows on a terminal of its own, error output included."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("VEHICAID_")},
        "VEHICAID_DATABASE_URL": house.settings.database_url,
        "VEHICAID_ANALYST_DATABASE_URL": house.settings.analyst_database_url,
        "PYTHONPATH": str(ROOT),
        "PATH": path,
        "COLUMNS": "200",
    }
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "interfaces.cli", "sql"],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            text=True,
        )
        os.write(ours, typed.encode())
        told, _ = process.communicate(timeout=PATIENCE_S)
    finally:
        os.close(ours)
        os.close(theirs)
    return told


def test_psql_gets_a_session_and_shows_no_password_to_the_machine(house: Database, tmp_path: Path) -> None:
    psql = tmp_path / "psql"
    psql.write_text(FAKE_PSQL)
    psql.chmod(0o755)
    told = at_a_terminal(house, f"{tmp_path}:/usr/bin:/bin", "")
    assert "user=vehicaid_analyst" in told
    assert "vehicaid.tenant=demo" in told
    assert "password given: yes" in told
    assert PASSWORD not in told.partition("password given")[0]


def test_without_psql_there_is_a_prompt_that_outlives_a_mistake(house: Database, tmp_path: Path) -> None:
    typed = "SELEKT 1;\nSELECT count(*) AS requests\nFROM requests;\nDELETE FROM events;\n\\q\n"
    told = at_a_terminal(house, str(tmp_path), typed)
    assert "syntax error" in told
    assert "requests" in told
    assert "permission denied" in told
    assert "Traceback" not in told
