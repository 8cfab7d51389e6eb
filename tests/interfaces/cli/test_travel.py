"""What does `vehicaid travel` learn and tell, and how does it say no?"""

from pathlib import Path

import pytest

from interfaces.cli.main import main
from tests.domain.travel.towns import drives


def _call(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["travel", *map(str, arguments)])
    return int(ended.value.code or 0)


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEHICAID_STATE_DIR", str(tmp_path / "state"))


def _file(folder: Path, many: int) -> Path:
    path = folder / "drives.csv"
    rows = [f"{d.from_cell},{d.to_cell},{d.departed_at.isoformat()},{d.drive_s}" for d in drives(3, many)[0]]
    path.write_text("\n".join(["from_cell,to_cell,departed_at,drive_s", *rows]))
    return path


def test_what_was_learned_is_told_from_then_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place, other = "12.97,77.59", "12.99,77.61"
    assert _call("show", place, other) == 0
    before = capsys.readouterr().out
    assert _call("fit", "--drives", _file(tmp_path, 200)) == 0
    assert "200 of 200 drives" in capsys.readouterr().out
    assert _call("show", place, other, "--at", "2026-03-02T08:30:00") == 0
    after = capsys.readouterr().out
    assert before.startswith("50% within")
    assert after != before


def test_a_few_drives_teach_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _call("fit", "--drives", _file(tmp_path, 5)) == 0
    assert "nothing is learned" in capsys.readouterr().out
    assert not (tmp_path / "state").exists()


def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ["fit", "--drives", tmp_path / "none.csv"],
        ["show", "here", "12.9,77.6"],
        ["show", "99,0", "0,0"],
    ):
        assert _call(*arguments) == 2
        assert "Traceback" not in capsys.readouterr().err
