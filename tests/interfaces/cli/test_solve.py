"""What does `vehicaid solve` write, and how does it say no?"""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from domain.tours.instance import Instance
from infra.bench.snapshots import snapshot
from interfaces.cli.main import main
from interfaces.cli.solve_plot import LATE, ON_TIME, stops_of


def _file(folder: Path, instance: Instance) -> Path:
    file = folder / "instance.json"
    file.write_text(json.dumps({name: getattr(instance, name).tolist() for name in Instance.__dataclass_fields__}))
    return file


def _call(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["solve", *map(str, arguments)])
    return int(ended.value.code or 0)


def test_a_solution_says_what_it_costs_and_what_is_needed_at_least(tmp_path: Path) -> None:
    instance, out = snapshot(20, 8, seed=3), tmp_path / "solution.json"
    assert _call(_file(tmp_path, instance), "--work", "200", "--out", out) == 0
    solution = json.loads(out.read_text())
    assert set(solution) == {"tours", "contractors", "cost", "bound", "gap", "wall_s"}
    driven = sum(instance.tour_cost(unit, tuple(tour)) for unit, tour in enumerate(solution["tours"]))
    assert solution["cost"] == pytest.approx(driven + 180.0 * len(solution["contractors"]))
    assert sorted(sum(solution["tours"], solution["contractors"])) == list(range(20))
    assert 0 < solution["bound"] <= solution["cost"]
    assert solution["gap"] == pytest.approx(1 - solution["bound"] / solution["cost"])


def test_a_picture_shows_every_job_that_is_driven_to(tmp_path: Path) -> None:
    instance, out, plot = snapshot(20, 8, seed=3), tmp_path / "solution.json", tmp_path / "tours.svg"
    assert _call(_file(tmp_path, instance), "--work", "100", "--out", out, "--plot", plot) == 0
    tours = json.loads(out.read_text())["tours"]
    drawn = ET.fromstring(plot.read_text())  # noqa: S314  our own file
    words = [text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert [one for one in words if one and one.startswith("unit ")] == [
        f"unit {u}" for u, jobs in enumerate(tours) if jobs
    ]
    bars = [bar for bar in drawn.iter("{http://www.w3.org/2000/svg}rect") if bar.get("fill") in (ON_TIME, LATE)]
    assert len(bars) == sum(map(len, tours)) + 2, "one for each job, two in the legend"


def test_stops_are_when_a_tour_costs_what_it_costs() -> None:
    instance = snapshot(20, 8, seed=3)
    stops = list(stops_of(instance, 2, (4, 7, 1)))
    told = sum(stop.arrives - stop.leaves + max(0.0, stop.arrives - stop.deadline) for stop in stops)
    assert told == pytest.approx(instance.tour_cost(2, (4, 7, 1)))


def test_a_picture_that_cannot_be_written_is_said_before_anything_is_solved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "solution.json"
    assert _call(_file(tmp_path, snapshot(3, 2, 1)), "--out", out, "--plot", tmp_path / "nowhere" / "tours.svg") == 2
    assert "no such directory" in capsys.readouterr().err
    assert not out.exists()


def test_an_earlier_solution_is_no_worse_to_begin_with(tmp_path: Path) -> None:
    file, first, second = _file(tmp_path, snapshot(20, 8, seed=3)), tmp_path / "first.json", tmp_path / "second.json"
    assert _call(file, "--work", "100", "--out", first) == 0
    assert _call(file, "--work", "1", "--previous", first, "--out", second) == 0
    assert json.loads(second.read_text())["cost"] <= json.loads(first.read_text())["cost"] + 1e-9


@pytest.mark.parametrize(
    ("content", "told"),
    [("{", "no JSON"), ("[1]", "an object is expected"), ('{"free_min": []}', "the instance lacks")],
)
def test_bad_input_is_one_line_and_exit_code_2(
    tmp_path: Path, content: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "instance.json"
    file.write_text(content)
    assert _call(file) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _call(tmp_path / "nowhere.json") == 2
    assert "nowhere.json: No such file or directory" in capsys.readouterr().err
