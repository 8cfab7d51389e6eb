"""Does the terminal look after webhooks' places for partners that there are, and is it noted who changed what?"""

import json
from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner, Result

from application.security_log import SecurityKind
from domain.ids import Prefix, show
from interfaces.cli import hooks
from tests.support.servers import Database

pytestmark = pytest.mark.servers

URL = "https://hooks.example.com/in"


@pytest.fixture
def database_here(shared_database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(hooks, "load_settings", lambda: shared_database.settings)
    return shared_database


def run(*arguments: str) -> Result:
    return CliRunner().invoke(hooks.app, list(arguments))


def done(*arguments: str) -> dict[str, object]:
    told = run(*arguments)
    assert told.exit_code == 0, told.output
    shown: dict[str, object] = json.loads(told.stdout) if told.stdout.strip() else {}
    return shown


def test_a_partner_that_is_not_there_is_refused_in_one_line(database_here: Database) -> None:
    tenant = "hooks-refused"
    for partner, said in ((show(Prefix.PARTNER, uuid4()), "no partner of that id"), ("ptn_1", "as the API names it")):
        told = run("add", tenant, URL, "--partner", partner)
        assert told.exit_code == 2
        assert said in told.output
    assert run("list", tenant).stdout == ""
    assert notes(database_here, tenant) == []


def test_what_is_changed_is_noted_and_shown(database_here: Database) -> None:
    tenant = "hooks-by-hand"
    hook = str(done("add", tenant, URL)["hook_id"])
    moved = done("change", tenant, hook, "--url", URL + "/new", "--name", "vehicaid.service_request.completed.v1")
    assert (moved["url"], moved["names"]) == (URL + "/new", ["vehicaid.service_request.completed.v1"])
    assert done("change", tenant, hook, "--every-name")["names"] == []
    assert done("list", tenant)["url"] == URL + "/new"
    done("rotate", tenant, hook)
    for act in ("off", "on", "remove"):
        done(act, tenant, hook)
    wanted = ["added", "changed", "changed", "secret_rotated", "off", "on", "removed"]
    assert [detail for detail, _ in notes(database_here, tenant)] == wanted
    assert {actor for _, actor in notes(database_here, tenant)} == {"system:terminal"}


def notes(database: Database, tenant: str) -> list[tuple[str, str]]:
    with psycopg.connect(database.admin_dsn) as connection:
        asked = "SELECT detail, actor FROM cell_main.security_log WHERE tenant = %s AND kind = %s ORDER BY position"
        return connection.execute(asked, (tenant, SecurityKind.HOOK_CHANGED.value)).fetchall()
