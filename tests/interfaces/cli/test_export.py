"""Can an analyst take files away, and ask with SQL, from a terminal?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from infra.analytics.presenter import present
from infra.projections.catch_up import bring_up_to_date
from interfaces.cli import export, sql
from tests.projections.telling import tell
from tests.support.servers import Database


@pytest.fixture
def house(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database that the command line finds, with views."""
    monkeypatch.setenv("VEHICAID_DATABASE_URL", database.settings.database_url)
    monkeypatch.setenv("VEHICAID_ADMIN_DATABASE_URL", database.settings.admin_database_url)
    monkeypatch.setenv("VEHICAID_ANALYST_DATABASE_URL", database.settings.analyst_database_url)
    monkeypatch.setenv("COLUMNS", "200")
    tell(database, 1, 300, ("demo", "rival"))
    bring_up_to_date(database.settings)
    present(database.settings)
    return database


def refused(app: Any, *arguments: str, said: str = "") -> None:
    result = CliRunner().invoke(app, list(arguments), input=said)
    assert result.exit_code == 2, result.output
    assert result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.startswith("vehicaid: ")


@pytest.mark.usefixtures("house")
def test_an_export_says_what_it_wrote_and_how_to_go_on(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = CliRunner().invoke(export.app, ["requests", "--format", "csv", "--out", str(out)])
    assert result.exit_code == 0, result.output
    manifest = json.loads((out / "_manifest.json").read_text())
    assert f"{manifest['rows']} rows of requests in 1 files" in result.stdout
    assert f"go on with --since {manifest['plan']['upto']}" in result.stdout
    again = CliRunner().invoke(export.app, ["requests", "--format", "csv", "--out", str(out), "--json"])
    assert json.loads(again.stdout) == manifest


def test_what_cannot_be_exported_is_one_line(house: Database, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    refused(export.app, "everything", "--out", out)
    refused(export.app, "events", "--since", "1000000", "--out", out)
    (tmp_path / "file").write_text("in the way")
    refused(export.app, "events", "--out", str(tmp_path / "file"))
    with psycopg.connect(house.admin_dsn, autocommit=True) as owner:
        owner.execute("DELETE FROM events WHERE position = 7")
    refused(export.app, "events", "--out", out)


@pytest.mark.usefixtures("house")
def test_a_question_is_answered_as_a_table_or_as_json() -> None:
    question = "SELECT tenant, count(*) AS requests FROM requests GROUP BY 1"
    result = CliRunner().invoke(sql.app, ["--tenant", "rival", "-c", question])
    assert result.exit_code == 0, result.output
    assert "rival" in result.stdout
    assert "1 row\n" in result.stdout
    answer = json.loads(CliRunner().invoke(sql.app, ["-c", question, "--json"]).stdout)
    assert (answer["tenant"], answer["requests"] > 0) == ("demo", True)


@pytest.mark.usefixtures("house")
def test_questions_can_be_piped() -> None:
    said = "SELECT 1 AS one;\nSELECT count(*) AS all_of_them\n FROM events;\n\\q\n"
    result = CliRunner().invoke(sql.app, [], input=said)
    assert result.exit_code == 0, result.output
    assert "one" in result.stdout
    assert "all_of_them" in result.stdout


@pytest.mark.usefixtures("house")
def test_a_question_that_cannot_be_answered_is_one_line() -> None:
    refused(sql.app, "-c", "SELECT * FROM cell_main.events")
    refused(sql.app, "-c", "DELETE FROM requests")
    refused(sql.app, "-c", "SELEKT")
    refused(sql.app, "-c", "SET statement_timeout = '20ms'; SELECT pg_sleep(5)")
    refused(sql.app, said="SELECT nothing FROM nowhere;\n")


def test_an_analyst_never_comes_in_by_the_applications_door(house: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VEHICAID_ANALYST_DATABASE_URL")
    monkeypatch.setenv("VEHICAID_ENVIRONMENT", "production")
    result = CliRunner().invoke(sql.app, ["-c", "SELECT 1"])
    assert "VEHICAID_ANALYST_DATABASE_URL" in str(result.exception)
