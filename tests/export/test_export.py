"""Does an export hold exactly what the log says, and end with the same bytes whatever happened on the way?"""

from __future__ import annotations

import hashlib
import itertools
import json
import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from application.log import LogSkipDetected
from infra.export.journal import JOURNAL, MANIFEST, PART, held
from infra.export.plan import ExportRefused, FileFormat, Manifest
from infra.export.run import export, plan_of
from infra.export.sources import Sizes
from infra.projections.catch_up import bring_up_to_date
from infra.settings import Settings
from tests.projections.telling import tell
from tests.support.servers import Database

EVENTS = 400
SMALL = Sizes(page=30, file=100)
FORMATS = list(FileFormat)
WHAT = ["events", "requests", "audit_trail"]

_processes = multiprocessing.get_context("forkserver")


class Cut(Exception):
    """Somebody pressed Ctrl-C."""


def no_progress(_phase: str, _done: int, _total: int) -> None:
    """Nobody looks."""


def cut_at(number: int) -> Callable[[str, int, int], None]:
    calls = itertools.count(1)

    def progress(_phase: str, _done: int, _total: int) -> None:
        if next(calls) == number:
            raise Cut

    return progress


@pytest.fixture
def told(database: Database) -> Database:
    tell(database, 5, EVENTS, ("demo", "rival"))
    return database


def run(settings: Settings, out: Path, of: str = "events", **plan: Any) -> Manifest:
    file_format = plan.pop("file_format", FileFormat.JSONL)
    progress = plan.pop("progress", no_progress)
    return export(settings, plan_of(settings, of, file_format, out, **plan), out, progress, SMALL)


def content(out: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.iterdir())}


def lines(out: Path, manifest: Manifest) -> list[dict[str, Any]]:
    return [json.loads(line) for file in manifest.files for line in (out / file.name).read_text().splitlines()]


def test_every_event_is_there_once_and_in_order(told: Database, tmp_path: Path) -> None:
    manifest = run(told.settings, tmp_path)
    found = lines(tmp_path, manifest)
    with psycopg.connect(told.admin_dsn) as owner:
        rows = owner.execute(
            "SELECT position, tenant, stream_id::text, topic, data, actor FROM log ORDER BY 1"
        ).fetchall()
    shown = ("position", "tenant", "stream_id", "topic", "data", "actor")
    assert [tuple(line[name] for name in shown) for line in found] == rows
    assert manifest.rows == len(rows) == manifest.plan.upto
    assert {file.name for file in manifest.files} | {MANIFEST} == set(content(tmp_path))


def test_the_manifest_tells_what_each_file_holds(told: Database, tmp_path: Path) -> None:
    manifest = run(told.settings, tmp_path, since=50)
    assert [(file.first_position, file.last_position) for file in manifest.files[:2]] == [(51, 150), (151, 250)]
    assert manifest.files[-1].last_position == manifest.plan.upto
    for file in manifest.files:
        path = tmp_path / file.name
        assert (file.size, file.sha256) == (path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
        assert file.rows == len(path.read_text().splitlines())
    kept = json.loads((tmp_path / MANIFEST).read_text())
    assert kept["plan"] == {
        "of": "events", "read_model": None, "file_format": "jsonl", "since": 50, "upto": manifest.plan.upto,
        "tenant": None, "cell": told.cell,
    }  # fmt: skip
    assert kept["columns"][0] == {"name": "position", "type": "bigint", "nullable": False}


def test_one_tenants_export_holds_nothing_of_another(told: Database, tmp_path: Path) -> None:
    for of in WHAT:
        found = lines(tmp_path / of, run(told.settings, tmp_path / of, of, tenant="rival"))
        assert {line["tenant"] for line in found} == {"rival"}
    assert run(told.settings, tmp_path / "nobody", tenant="nobody").files == ()


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("of", WHAT)
def test_an_interrupted_export_ends_as_if_nothing_had_happened(
    told: Database, tmp_path: Path, of: str, file_format: FileFormat
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    run(told.settings, whole, of, file_format=file_format)
    for number in (1, 2, 4, 6):
        with suppress(Cut):
            run(told.settings, cut, of, file_format=file_format, progress=cut_at(number))
        tell(told, number, 20, ("demo",))
    run(told.settings, cut, of, file_format=file_format)
    assert content(cut) == content(whole)


def _killed(settings: Settings, out: Path, of: str, at: int) -> None:
    calls = itertools.count(1)

    def progress(_phase: str, _done: int, _total: int) -> None:
        if next(calls) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    run(settings, out, of, progress=progress)


@pytest.mark.parametrize(("of", "moments"), [("events", (2, 6)), ("requests", (1, 2))])
def test_a_killed_export_leaves_no_half_file_under_its_name(
    told: Database, tmp_path: Path, of: str, moments: tuple[int, ...]
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    run(told.settings, whole, of)
    sound = content(whole)
    for at in moments:
        process = _processes.Process(target=_killed, args=(told.settings, killed, of, at))
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        for name, sha256 in content(killed).items():
            assert name == JOURNAL or name.endswith(PART) or sound[name] == sha256
    run(told.settings, killed, of)
    assert content(killed) == sound


def test_a_file_that_was_damaged_is_written_again(told: Database, tmp_path: Path) -> None:
    run(told.settings, tmp_path / "whole")
    out = tmp_path / "damaged"
    with pytest.raises(Cut):
        run(told.settings, out, progress=cut_at(10))
    (out / "events-000002.jsonl").write_text("not what it was\n")
    run(told.settings, out)
    assert content(out) == content(tmp_path / "whole")


def test_a_read_model_is_exported_as_it_was_then(told: Database, tmp_path: Path) -> None:
    head = bring_up_to_date(told.settings)
    then = content_of(told.settings, tmp_path / "then")
    tell(told, 6, 200, ("demo",))
    later = content_of(told.settings, tmp_path / "later", upto=head)
    now = content_of(told.settings, tmp_path / "now")
    assert then == later
    assert now != then
    news = run(told.settings, tmp_path / "news", "requests", since=head)
    assert all(line["position"] > head for line in lines(tmp_path / "news", news))
    assert 0 < news.rows < len(now)


def content_of(settings: Settings, out: Path, **plan: Any) -> list[dict[str, Any]]:
    return lines(out, run(settings, out, "requests", **plan))


def test_a_gap_in_the_log_is_never_exported_over(told: Database, tmp_path: Path) -> None:
    with psycopg.connect(told.admin_dsn, autocommit=True) as owner:
        owner.execute("DELETE FROM events WHERE position = 120")
    with pytest.raises(LogSkipDetected, match="expected position 120, found 121"):
        run(told.settings, tmp_path)
    assert not (tmp_path / MANIFEST).exists()


def test_a_finished_export_is_not_done_again(told: Database, tmp_path: Path) -> None:
    first = run(told.settings, tmp_path)
    before = content(tmp_path)
    tell(told, 7, 50)
    assert run(told.settings, tmp_path) == first
    assert content(tmp_path) == before


def test_what_makes_no_sense_is_refused_and_leaves_nothing(told: Database, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for of, plan, why in (
        ("everything", {}, "there is no everything to export"),
        ("events", {"since": 10**9}, "are none"),
        ("events", {"upto": 10**9}, "the log ends at position"),
        ("events", {"since": 50, "upto": 40}, "are none"),
    ):
        with pytest.raises(ExportRefused, match=why):
            run(told.settings, out, of, **plan)
    assert not out.exists()


def test_a_directory_belongs_to_one_export(told: Database, tmp_path: Path) -> None:
    (tmp_path / "a letter").write_text("Dear all")
    with pytest.raises(ExportRefused, match="not empty"):
        run(told.settings, tmp_path)
    out = tmp_path / "out"
    with pytest.raises(Cut):
        run(told.settings, out, progress=cut_at(5))
    with pytest.raises(ExportRefused, match="another unfinished export"):
        run(told.settings, out, tenant="demo")
    with held(out), pytest.raises(ExportRefused, match="another export is writing"):
        run(told.settings, out)
    run(told.settings, out)
    with pytest.raises(ExportRefused, match="holds another export"):
        run(told.settings, out, tenant="demo")


@pytest.mark.parametrize("file_format", FORMATS)
def test_an_empty_log_is_an_empty_export(database: Database, tmp_path: Path, file_format: FileFormat) -> None:
    for of in WHAT:
        manifest = run(database.settings, tmp_path / of, of, file_format=file_format)
        assert (manifest.rows, manifest.files, manifest.plan.upto) == (0, (), 0)
        assert list(content(tmp_path / of)) == [MANIFEST]
