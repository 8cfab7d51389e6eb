"""Does `vehicaid simulate` read, refuse and write as it says, the same to the byte each time?"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from interfaces.cli.main import main
from interfaces.simulate.demand import read_demand
from interfaces.simulate.rows import BadFile
from interfaces.simulate.supply import read_supply
from interfaces.simulate.writing import PROVIDERS, REQUESTS, write_inputs
from tests.simulate.towns import EIGHT, crew, morning

ROOT = Path(__file__).parents[2]
WRITTEN = ("jobs.csv", "metrics.json", "events.jsonl", "rejected.csv")
MOODY = (
    *("--decline-rate", "0.3", "--silent-rate", "0.1", "--answer-s", "5-45"),
    *("--work-noise", "0.3", "--travel-noise", "0.3", "--jitter-s", "60", "--seed", "9"),
)
HEADER = (
    "request_id,requested_at,latitude,longitude,service,vehicle_class,work_s,patience_s,drop_latitude,drop_longitude\n"
)
GOOD = "r1,2026-03-02T08:00:00Z,12.97,77.59,flat_tyre,car,600,,,\n"
CREWS = "provider_id,latitude,longitude,services,vehicle_classes,shift_start,shift_end\np1,12.97,77.59,,,,\n"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    write_inputs(tmp_path, morning(), [crew(f"crew {n}", km=2 * n) for n in range(4)])
    return tmp_path


def simulate(folder: Path, *options: str, out: str = "out") -> int:
    files = ("--requests", str(folder / REQUESTS), "--providers", str(folder / PROVIDERS), "--out", str(folder / out))
    with pytest.raises(SystemExit) as left:
        main(["simulate", *files, *options])
    return int(str(left.value.code or 0))


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_two_processes_write_the_same_bytes_whatever_their_hash_seed(town: Path) -> None:
    for seed in ("0", "1"):
        command = [sys.executable, "-m", "interfaces.cli", "simulate", *MOODY, "--out", str(town / seed)]
        command += ["--requests", str(town / REQUESTS), "--providers", str(town / PROVIDERS)]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, env=environment, cwd=town, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "response_p90_min" in done.stdout
    for name in WRITTEN:
        assert (town / "0" / name).read_bytes() == (town / "1" / name).read_bytes(), name


def test_what_is_written_is_read_again(town: Path) -> None:
    assert read_demand(town / REQUESTS).calls == morning()
    assert [each.id for each in read_supply(town / PROVIDERS).crews] == [f"crew {n}" for n in range(4)]


def test_the_files_tell_the_whole_story(town: Path) -> None:
    assert simulate(town, *MOODY) == 0
    jobs, told = rows(town / "out" / "jobs.csv"), json.loads((town / "out" / "metrics.json").read_text())
    assert {job["request_id"] for job in jobs} == {call.id for call in morning()}
    assert told["requests"] == len(jobs) == told["completed"] + told["expired"] + told["cancelled"]
    assert told["completed"] == sum(job["outcome"] == "completed" for job in jobs)
    assert told["offers"] == sum(int(job["offers"]) for job in jobs)
    events = [msgspec.json.decode(line) for line in (town / "out" / "events.jsonl").open("rb")]
    assert [event["position"] for event in events] == list(range(1, told["events"] + 1))
    assert sum(event["topic"] == "service_request.completed" for event in events) == told["completed"]
    assert rows(town / "out" / "rejected.csv") == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",2026-03-02T08:00:00Z,12.97,77.59,tow,car,600,,,", "request_id is 1 to 200"),
        ("x,2026-03-02 08:00,12.97,77.59,tow,car,600,,,", "has no offset"),
        ("x,yesterday,12.97,77.59,tow,car,600,,,", "is no instant"),
        ("x,0001-01-01T00:00:00+14:00,12.97,77.59,tow,car,600,,,", "is out of range"),
        ("x,2026-03-02T08:00:00Z,91,77.59,tow,car,600,,,", "no place on earth"),
        ("x,2026-03-02T08:00:00Z,12.97,nan,tow,car,600,,,", "longitude 'nan' is no number"),
        ("x,2026-03-02T08:00:00Z,12.97,77.59,haircut,car,600,,,", "service 'haircut' is none of"),
        ("x,2026-03-02T08:00:00Z,12.97,77.59,tow,tank,600,,,", "vehicle_class 'tank' is none of"),
        ("x,2026-03-02T08:00:00Z,12.97,77.59,tow,car,-1,,,", "work_s is 0 to"),
        ("x,2026-03-02T08:00:00Z,12.97,77.59,tow,car,,,,", "work_s '' is no number"),
        ("x,2026-03-02T08:00:00Z,12.97,77.59,tow,car,600,soon,,", "patience_s 'soon' is no number"),
        ("x,2026-03-02T08:00:00Z,12.97,77.59,tow,car,600,,12.9,", "drop_longitude '' is no number"),
        ("x,2026-03-02T08:00:00Z,12.97,77.59,tow,car,600", "7 cells instead of 10"),
        ("r1,2026-03-02T08:00:00Z,12.97,77.59,tow,car,600,,,", "line 2 has the same request_id"),
    ],
)
def test_a_bad_row_is_left_out_with_its_line_and_reason(tmp_path: Path, line: str, reason: str) -> None:
    (tmp_path / REQUESTS).write_text(HEADER + GOOD + line + "\n")
    (tmp_path / PROVIDERS).write_text(CREWS)
    assert simulate(tmp_path) == 0
    (rejected,) = rows(tmp_path / "out" / "rejected.csv")
    assert (rejected["file"], rejected["line"]) == (REQUESTS, "3")
    assert reason in rejected["reason"]
    assert [job["request_id"] for job in rows(tmp_path / "out" / "jobs.csv")] == ["r1"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",12.97,77.59,,,,", "provider_id is 1 to 200"),
        ("p2,12.97,200,,,,", "no place on earth"),
        ("p2,12.97,77.59,tow;dance,,,", "services 'dance' is none of"),
        ("p2,12.97,77.59,,car;boat,,", "vehicle_classes 'boat' is none of"),
        ("p2,12.97,77.59,,,noon,", "shift_start 'noon' is no instant"),
        ("p2,12.97,77.59,,,2026-03-02T09:00:00Z,2026-03-02T08:00:00Z", "shift_end is not after shift_start"),
        ("p1,12.98,77.59,,,,", "the same provider_id"),
    ],
)
def test_a_bad_crew_is_left_out_too(tmp_path: Path, line: str, reason: str) -> None:
    (tmp_path / PROVIDERS).write_text(CREWS + line + "\n")
    supply = read_supply(tmp_path / PROVIDERS)
    assert [each.id for each in supply.crews] == ["p1"]
    assert [(each.line, reason in each.reason) for each in supply.rejected] == [(3, True)]


def test_a_repeated_request_is_one(tmp_path: Path) -> None:
    (tmp_path / REQUESTS).write_text(HEADER + GOOD + GOOD + GOOD.replace("r1", "r2"))
    (tmp_path / PROVIDERS).write_text(CREWS)
    assert simulate(tmp_path) == 0
    assert [job["request_id"] for job in rows(tmp_path / "out" / "jobs.csv")] == ["r1", "r2"]
    told = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert (told["requests"], told["repeated_rows"], told["rejected_rows"]) == (2, 1, 0)


def test_nothing_to_do_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / REQUESTS).write_text(HEADER)
    (tmp_path / PROVIDERS).write_text(CREWS)
    assert simulate(tmp_path) == 0
    assert rows(tmp_path / "out" / "jobs.csv") == []


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("--policy", "wishes"), "--policy wishes: there are nearest_first_come"),
        (("--answer-s", "soon"), "--answer-s soon: write seconds"),
        (("--answer-s", "45-5"), "--answer-s 45-5: 0 to 3600 seconds"),
        (("--speed-kmh", "nan"), "--speed-kmh nan: 1 to 200"),
        (("--decline-rate", "1.5"), "--decline-rate 1.5: 0 to 1"),
        (("--seed", "-1"), "--seed -1: 0 to"),
        (("--out", "/dev/null/x"), "/dev/null/x: Not a directory"),
    ],
)
def test_a_bad_option_is_one_line(
    town: Path, options: tuple[str, ...], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulate(town, *options) == 2
    told = capsys.readouterr().err
    assert line in told
    assert told.count("\n") == 1


def test_a_file_that_is_none_is_one_line(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (town / REQUESTS).write_text("a,b\n1,2\n")
    assert simulate(town) == 2
    assert "no column request_id" in capsys.readouterr().err
    (town / REQUESTS).unlink()
    assert simulate(town) == 2
    assert "No such file" in capsys.readouterr().err
    (town / PROVIDERS).write_text(CREWS.splitlines()[0] + "\n")
    with pytest.raises(BadFile, match="no provider can be used"):
        read_supply(town / PROVIDERS)


def test_instants_are_written_in_utc_to_the_millisecond(town: Path) -> None:
    assert simulate(town) == 0
    first = rows(town / "out" / "jobs.csv")[0]
    assert first["requested_at"].startswith(f"{EIGHT:%Y-%m-%dT}")
    assert first["requested_at"].endswith("Z")
    assert len(first["requested_at"]) == len("2026-03-02T08:00:00.000Z")
