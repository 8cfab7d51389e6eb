"""Does an operator hear where files are, whether somebody scans them, and which of them are lost?"""

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from infra.embedded.ports import free_port
from infra.files.place import opened_shelf
from infra.files.shelf import Upload
from infra.health.files import file_findings
from infra.health.finding import Finding, Verdict
from infra.settings import Settings
from interfaces.cli import files
from tests.files import samples
from tests.files.clamd_stand_in import clamd_stand_in
from tests.files.s3_stand_in import s3_stand_in
from tests.files.test_shelf import LONG_AGO
from tests.files.test_stores import on
from tests.support.servers import Database

pytestmark = pytest.mark.anyio


async def found(settings: Settings) -> list[tuple[str, Verdict]]:
    """What the doctor says; it asks from a thread of its own, as the command does."""
    told: list[Finding] = await asyncio.to_thread(lambda: list(file_findings(settings)))
    return [(one.check, one.verdict) for one in told]


async def test_the_doctor_says_openly_that_nobody_scans(tmp_path: Path) -> None:
    told = await found(Settings(file_folder=tmp_path / "files"))
    assert told == [("files", Verdict.FINE), ("virus scanner", Verdict.WATCH)]


async def test_the_doctor_wonders_about_files_that_a_new_container_would_not_have(tmp_path: Path) -> None:
    there = Settings(environment="production", state_dir=tmp_path)
    assert (await found(there))[0] == ("files", Verdict.WATCH)
    named = there.model_copy(update={"file_folder": tmp_path / "files"})
    assert (await found(named))[0] == ("files", Verdict.FINE)


async def test_the_doctor_asks_the_scanner_and_the_bucket(tmp_path: Path) -> None:
    with s3_stand_in() as bucket:
        async with clamd_stand_in() as clamd:
            here = on(bucket, scanner_host="127.0.0.1", scanner_port=clamd.port)
            assert await found(here) == [("files", Verdict.FINE), ("virus scanner", Verdict.FINE)]
        gone = here.model_copy(update={"scanner_port": free_port(), "file_s3_access_key": "another"})
        assert await found(gone) == [("files", Verdict.WRONG), ("virus scanner", Verdict.WRONG)]
    assert (await found(Settings(file_store="s3")))[0] == ("files", Verdict.WRONG)
    (tmp_path / "files").write_text("no folder")
    assert (await found(Settings(file_folder=tmp_path / "files")))[0] == ("files", Verdict.WRONG)


@pytest.mark.servers
async def test_what_is_lost_or_changed_is_found_after_a_restore(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = database.settings.model_copy(update={"file_folder": tmp_path / "files"})
    monkeypatch.setattr(files, "load_settings", lambda: settings)
    owners = [uuid4() for _ in range(4)]
    async with opened_shelf(settings, "vehicaid-test") as shelf:
        fine, lost, changed, _ = [
            await shelf.take(Upload("demo", owner, samples.png(), "provider:prv_1", LONG_AGO)) for owner in owners
        ]
        (tmp_path / "files" / lost.name).unlink()
        (tmp_path / "files" / changed.name).write_bytes((tmp_path / "files" / fine.name).read_bytes())
    told = await asyncio.to_thread(CliRunner().invoke, files.app, ["check"])
    assert told.exit_code == 1
    counted = json.loads(told.output)
    assert {name: counted[name] for name in ("files", "lost", "tampered", "erased", "unscanned")} == {
        "files": 4,
        "lost": 1,
        "tampered": 1,
        "erased": 0,
        "unscanned": 4,
    }
    swept = await asyncio.to_thread(CliRunner().invoke, files.app, ["sweep"])
    assert json.loads(swept.output) == {"removed": 4}, "no document ever named them"
