"""Can an operator print a bill of the real log, and take the list along?"""

from __future__ import annotations

import asyncio
import csv
import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from domain.ids import Prefix, show
from infra.projections.catch_up import bring_up_to_date
from infra.settings import SettingsError
from interfaces.cli.invoice import app
from tests.money.conftest import an_engine
from tests.support.paid import a_paid_job

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.paid import PaidJob
    from tests.support.servers import Database

pytestmark = pytest.mark.servers


@pytest.fixture
def jobs(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[PaidJob]:
    """Three paid jobs in a database that the command line finds."""
    monkeypatch.setenv("VEHICAID_DATABASE_URL", database.settings.database_url)
    monkeypatch.setenv("VEHICAID_ADMIN_DATABASE_URL", database.settings.admin_database_url)

    async def pay() -> list[PaidJob]:
        async with an_engine(database) as engine:
            return [await a_paid_job(engine) for _ in range(3)]

    paid = asyncio.run(pay())
    bring_up_to_date(database.settings)
    return paid


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_bill_and_the_list_are_printed(jobs: list[PaidJob], tmp_path: Path) -> None:
    named = show(Prefix.INVOICE, jobs[1].invoice_id)
    page, form, sheet = tmp_path / "bill.html", tmp_path / "bill.json", tmp_path / "bills.csv"
    run("print", named, "--as", "html", "--language", "hi", "--recipient", "रवि", "--out", str(page))
    run("print", named, "--as", "json", "--out", str(form))
    told = page.read_text(encoding="utf-8")
    number = json.loads(form.read_bytes())["DocDtls"]["No"]
    assert number in told
    assert "रवि" in told
    assert "एक हज़ार एक सौ अस्सी रुपये मात्र" in told
    assert "3 documents" in run("list", "--out", str(sheet))
    rows = list(csv.DictReader(StringIO(sheet.read_text(encoding="utf-8"))))
    assert {row["number"] for row in rows} >= {number}
    assert [row["total"] for row in rows] == ["1180.00"] * 3


def test_what_is_not_there_is_said(jobs: list[PaidJob], tmp_path: Path) -> None:
    assert jobs
    for named in ("inv_7", show(Prefix.INVOICE, jobs[0].request_id)):
        with pytest.raises(SettingsError):
            run("print", named, "--as", "html", "--out", str(tmp_path / "nothing"))
