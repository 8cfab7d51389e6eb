"""Does `vehicaid whatif` play a recorded stretch under another rule, and refuse what makes no sense in one line?"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from interfaces.cli.main import main
from interfaces.simulate.files import line_of
from interfaces.simulate.stretch import stretch_of
from tests.simulate.towns import EIGHT, crew, morning, played

if TYPE_CHECKING:
    from pathlib import Path

NOON = EIGHT + timedelta(hours=4)
ALL = ("--from", EIGHT.isoformat(), "--to", (EIGHT + timedelta(days=1)).isoformat())


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "events.jsonl"
    story = played(morning(30), [crew(f"crew {n}", 2.0 * n) for n in range(4)])
    path.write_bytes(b"".join(line_of(event) for event in story.events))
    return path


def test_that_both_sides_are_told_and_the_log_stays_as_it_is(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = log.read_bytes()

    rule = ("--policy", "nearest", "--providers", "+4", "--out", str(tmp_path / "other"))
    with pytest.raises(SystemExit) as ended:
        main(["whatif", *ALL, "--events", str(log), *rule, "--own", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert ended.value.code == 0
    assert told["recorded"]["requests"] == told["again"]["requests"] == told["other"]["requests"] == 30
    assert told["other"]["response_mean_min"] < told["again"]["response_mean_min"]
    assert told["other"]["rule"] == "nearest +4"
    assert told["decisions"]["same"] == told["decisions"]["taken_again"] > 20
    assert log.read_bytes() == before
    assert (tmp_path / "other" / "jobs.csv").exists()


def test_that_work_answers_and_whoever_waits_come_from_the_stretch() -> None:
    story = played(morning(30), [crew("crew"), crew("other", 4.0)])
    middle = EIGHT + timedelta(hours=2)

    whole = stretch_of(story.events, "simulation", EIGHT, NOON)
    late = stretch_of(story.events, "simulation", middle, NOON)

    work_s = {str(job.request_id): job.call.work_s for job in story.jobs if job.completed_at}
    assert len(work_s) > 5
    told = {call.id: call.work_s for call in whole.demand().calls}
    assert {name: told[name] for name in work_s} == pytest.approx(work_s, abs=0.001)
    assert any(ride.at < middle for ride in late.rides)
    assert 34 < whole.script(story.script.policy, 1).speed_kmh < 36
    assert len(whole.supply(more=3).crews) == 5


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (("--from", NOON.isoformat(), "--to", EIGHT.isoformat()), "is not before"),
        (("--from", "yesterday", "--to", EIGHT.isoformat()), "is no instant"),
        (("--from", "2020-01-01T00:00:00Z", "--to", "2020-01-02T00:00:00Z"), "nobody called for help"),
        ((*ALL, "--policy", "luck"), "--policy luck: there are"),
        ((*ALL, "--providers", "5"), "--providers 5: so many more"),
        ((*ALL, "--tenant", "nobody"), "nobody called for help"),
    ],
)
def test_that_nonsense_is_one_line(
    given: tuple[str, ...], says: str, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["whatif", *given, "--events", str(log)])

    error = capsys.readouterr().err
    assert ended.value.code == 2
    assert says in error
    assert error.count("\n") == 1


def test_that_what_is_no_log_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "events.jsonl"
    broken.write_text('{"position": 1}\n')

    with pytest.raises(SystemExit) as ended:
        main(["whatif", *ALL, "--events", str(broken)])

    assert ended.value.code == 2
    assert "not a log" in capsys.readouterr().err
