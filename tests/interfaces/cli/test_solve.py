"""What does `vehicaid solve` write, and how does it say no?"""

import json
from pathlib import Path

import pytest

from domain.tours.instance import Instance
from infra.bench.snapshots import snapshot
from interfaces.cli.main import main


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
