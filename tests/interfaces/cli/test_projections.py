"""Can an operator look after the read models from a terminal?"""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from infra.projections.catch_up import bring_up_to_date
from interfaces.cli.projections import app
from projections.catalog import READ_MODELS
from tests.projections.telling import tell
from tests.support.servers import Database


@pytest.fixture
def cell(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database that the command line finds, with read models that are up to date."""
    monkeypatch.setenv("VEHICAID_DATABASE_URL", database.settings.database_url)
    monkeypatch.setenv("VEHICAID_ADMIN_DATABASE_URL", database.settings.admin_database_url)
    tell(database, 1, 300)
    bring_up_to_date(database.settings)
    return database


def run(*arguments: str, answer: str = "") -> tuple[int, str]:
    """Exit code and standard output."""
    result = CliRunner().invoke(app, list(arguments), input=answer)
    return result.exit_code, result.stdout


def told(*arguments: str) -> tuple[int, Any]:
    """Exit code and the JSON answer."""
    code, text = run(*arguments, "--json")
    return code, json.loads(text)


def change_a_row(cell: Database) -> None:
    """By hand, as the owner can."""
    with psycopg.connect(cell.admin_dsn, autocommit=True) as connection:
        connection.execute(
            "UPDATE request_board SET state = 'lost'"
            " WHERE request_id = (SELECT min(request_id::text)::uuid FROM request_board)"
        )


def test_the_list_tells_position_and_lag(cell: Database) -> None:
    head = tell(cell, 2, 50)
    code, found = told("list")
    assert code == 0
    assert found["head"] == head
    assert {each["name"] for each in found["read_models"]} == {model.name for model in READ_MODELS}
    assert all(each["events"] == head - each["position"] > 0 for each in found["read_models"])
    assert "request_board" in run("list")[1]


def test_verify_finds_a_changed_row_and_rebuild_heals_it(cell: Database) -> None:
    assert run("verify", "--all")[0] == 0
    change_a_row(cell)
    code, found = told("verify", "request_board")
    assert code == 1
    assert found["verified"]["request_board"]["changed"] == 1
    assert found["verified"]["request_board"]["samples"][0]["old"]["state"] == "lost"
    assert "DIFFERS" in run("verify", "request_board")[1]
    code, found = told("rebuild", "request_board", "--yes")
    assert code == 0
    assert found["swapped"]["new"] == 2
    assert run("verify", "--all")[0] == 0


def test_a_rebuild_asks_before_it_swaps(cell: Database) -> None:
    change_a_row(cell)
    code, text = run("rebuild", "request_board", answer="n\n")
    assert (code, "the old generation serves on" in text) == (0, True)
    code, text = run("rebuild", "request_board", answer="y\n")
    assert (code, "generation 2 serves" in text) == (0, True)
    code, text = run("rollback", "request_board")
    assert (code, "generation 1 serves" in text) == (0, True)


def test_a_rebuild_without_an_answer_changes_nothing(cell: Database) -> None:
    assert told("rebuild", "request_board")[1]["swapped"] is None


@pytest.mark.parametrize(
    "arguments", [("verify",), ("verify", "request_board", "--all"), ("verify", "nothing"), ("rebuild", "nothing")]
)
def test_a_wrong_name_is_told(cell: Database, arguments: tuple[str, ...]) -> None:
    assert run(*arguments)[0] == 2


def test_no_way_back_is_one_line(cell: Database) -> None:
    result = CliRunner().invoke(app, ["rollback", "request_board"])
    assert result.exit_code == 2
    assert "no generation to go back to" in result.stderr
