"""After an old dump came back and the erased were erased again: is anything of them readable, and the books whole?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import anyio.to_thread
import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr

from domain.account_terms import HandleKind
from domain.actor import Actor, Role
from domain.ids import Prefix, show
from infra.embedded.postgres import installation
from infra.privacy.erasure import erase
from interfaces.cli.openapi import COMMITTED
from tests.personal.haystack import Hay, files, needles, sightings, tables
from tests.privacy.test_forgotten import (
    ADDRESSES,
    BILL,
    NAME,
    NOTE,
    PHONE,
    PLATE,
    Known,
    check_forgotten,
    running,
    somebody_known,
)
from tests.support.api import HELP, Api, in_process, projecting, somebody
from tests.support.paid import PaidJob, a_paid_job

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from application.engine import Engine
    from infra.bootstrap import Stack
    from infra.settings import Settings
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers, pytest.mark.timeout(400)]
ROOT = Path(__file__).parents[2]
MAIL = "zyxwina@example.org"
# No whole degrees nearby: what is found to eleven metres is this place and no other.
LAT, LNG = 12.971646137, 77.594395381
STAFF = (Role.DISPATCHER, Role.FINANCE, Role.ADMIN, Role.AUDITOR, Role.ANALYST)
BOOKS = (Role.FINANCE, ("/v1/payments/{payment_id}", "/v1/invoices/{invoice_id}", "/v1/tax-documents/{document_id}"))


@dataclass
class Story:
    """Somebody who signed in, was helped where they stood, paid, was billed, and uploaded a picture."""

    known: Known
    job: PaidJob
    request_id: str
    picture: bytes

    @property
    def secret(self) -> dict[str, list[bytes]]:
        """All by which they could be known again."""
        found = needles(PHONE, *NAME.split(), PLATE, NOTE, MAIL, LAT, LNG)
        middle = len(self.picture) // 2
        return found | {"the picture": [self.picture[middle : middle + 48].lower()]}

    def filled(self, path: str) -> str | None:
        """A path about them; None for one about something else."""
        ids = {
            "request_id": self.request_id,
            "customer_id": self.known.person.shown,
            "payment_id": show(Prefix.PAYMENT, self.job.payment_id),
            "invoice_id": show(Prefix.INVOICE, self.job.invoice_id),
            "document_id": show(Prefix.INVOICE, self.job.invoice_id),
        }
        for name, value in ids.items():
            path = path.replace(f"{{{name}}}", value)
        return None if "{" in path else path


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[tuple[Api, Stack]]:
    with projecting(settings):
        async with in_process(settings) as api, running(settings) as stack:
            await api.until_ready()
            yield api, stack


async def told(api: Api, stack: Stack, at: datetime) -> Story:
    known = await somebody_known(stack, at)
    whom = known.person.person_id
    await stack.sign_in.people.know(whom, "demo", HandleKind.EMAIL, MAIL, uuid4(), at)
    call = HELP | {"location": {"lat": LAT, "lng": LNG}, "contact": {"name": NAME, "phone": PHONE}}
    asked = await api.done("/v1/service-requests", Actor(Role.CUSTOMER, whom, "demo"), call | {"note": NOTE})
    job = await a_paid_job(cast("Engine", stack.engine), customer_id=whom)
    kept = await stack.files.find("demo", known.file_id)
    assert kept is not None
    picture = await stack.files.read(kept)
    assert picture is not None
    api.reached = job.position
    return Story(known, job, str(asked["id"]), picture)


async def answers_to_staff(api: Api, story: Story) -> tuple[list[Hay], int]:
    """What every role that works for us is answered to every question about them, and how many answers that are."""
    document = json.loads(COMMITTED.read_text(encoding="utf-8"))
    paths = [path for path, methods in document["paths"].items() if "get" in methods and path != "/v1/live"]
    hay = []
    for role in STAFF:
        for path in paths:
            wanted = story.filled(path)
            if wanted is None or "stream" in path:
                continue
            answer = await api.client.get(wanted, headers=api.headers(somebody(role)))
            if answer.status_code == 200:
                hay.append((f"{role.value} GET {path}", answer.content))
    return hay, len(hay)


async def books(api: Api, story: Story) -> list[dict[str, Any]]:
    """Payment, bill and tax document, as finance reads them."""
    role, paths = BOOKS
    answers = [await api.get(str(story.filled(path)), somebody(role), min_position=api.reached) for path in paths]
    assert [answer.status_code for answer in answers] == [200] * len(paths), [answer.text for answer in answers]
    return [answer.json() for answer in answers]


async def ledger_of(stack: Stack, dsn: str, cell: str) -> list[tuple[object, ...]]:
    """Every posting of the ledger."""
    await stack.waiting.wait_for("ledger_postings", await stack.log_head(), 20)
    statement = sql.SQL("SELECT each::text FROM {} each ORDER BY 1").format(sql.Identifier(cell, "ledger_postings"))
    with psycopg.connect(dsn) as connection:
        return connection.execute(statement).fetchall()


def tool(name: str, dsn: str, *arguments: str) -> None:
    """One of the tools that come with the server."""
    with psycopg.connect(dsn) as connection:
        major = str(connection.info.server_version // 10_000)
    binary = installation(major) / "bin" / name
    done = subprocess.run([binary, *arguments, "-d", dsn], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def vehicaid(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as an operator types it."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("VEHICAID_")}
    given = {name: getattr(settings, name) for name in settings.model_fields_set}
    told = {
        f"VEHICAID_{name.upper()}": value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in given.items()
        if value
    }
    return subprocess.run(
        [sys.executable, "-P", "-m", "interfaces.cli", *arguments],
        env=plain | told | {"PYTHONPATH": str(ROOT)},
        cwd=settings.state_dir,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def restored(database: Database) -> Iterator[str]:
    """An empty database for the dump."""
    name = sql.Identifier(f"{database.name}_dumped")
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        yield f"{database.name}_dumped"
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def before_and_after(database: Database, restored: str, folder: Path) -> tuple[Settings, Settings]:
    """One deployment, with the database that it has and with the one that comes back."""
    paths = {"state_dir": folder, "erasure_list": folder / "erased", "file_folder": folder / "files"}
    settings = database.settings.model_copy(update=paths)
    url = {name: str(getattr(settings, name)).replace(database.name, restored) for name in ADDRESSES}
    return settings, settings.model_copy(update=url)


async def test_nothing_of_the_erased_is_readable_after_an_old_dump_came_back(
    database: Database, restored: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    at, shelf = datetime.now(UTC), tmp_path / "files"
    settings, older = before_and_after(database, restored, tmp_path)
    dump, old_files = tmp_path.parent / f"{restored}.dump", tmp_path.parent / f"{restored}.files"
    async with serving(settings) as (api, stack):
        story = await told(api, stack, at)
        before = await books(api, story)
        booked = await ledger_of(stack, database.admin_dsn, database.cell)
        assert booked
        said, answered = await answers_to_staff(api, story)
        seen = {one.partition(" in ")[0] for one in sightings(said, story.secret)}
        assert seen >= {PHONE, *NAME.split(), NOTE, str(LAT), str(LNG)}, "who looks for what is there finds it"
        await anyio.to_thread.run_sync(tool, "pg_dump", str(settings.admin_database_url), "-Fc", "-f", str(dump))
        shutil.copytree(shelf, old_files)
        assert (await erase(stack, story.known.person, at)).held == 1
    shutil.rmtree(shelf)
    old_files.rename(shelf)
    await anyio.to_thread.run_sync(tool, "pg_restore", str(older.admin_database_url), "--exit-on-error", str(dump))
    async with running(older) as stack:
        back = await stack.files.find("demo", story.known.file_id)
        assert back is not None
        assert await stack.files.read(back) == story.picture, "the backup knows everything again"
    done = await anyio.to_thread.run_sync(vehicaid, older, "privacy", "replay")
    assert (done.returncode, done.stdout.strip()) == (0, '{"erased_again": 1}'), done.stderr
    async with serving(older) as (api, stack):
        api.reached = await stack.log_head()
        await check_forgotten(stack, story.known, at)
        said, again = await answers_to_staff(api, story)
        assert again >= answered, "everybody is answered as before"
        assert await books(api, story) == before, "number, amounts, taxes and dates of what was paid stay"
        assert await ledger_of(stack, str(older.admin_database_url), database.cell) == booked
        assert (await stack.personal.get("demo", [story.known.bill_id]))[story.known.bill_id] == BILL
    where = [*tables(str(older.admin_database_url)), *tables(database.admin_dsn), *files(tmp_path), *said]
    logged = [("what was logged", capfd.readouterr().out), ("what the command said", done.stdout + done.stderr)]
    where += [(place, text.encode()) for place, text in logged]
    assert sightings(where, story.secret) == []
