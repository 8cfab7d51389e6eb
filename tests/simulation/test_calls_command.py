"""Does `vehicaid calls replay` say what is wrong in one line, with the right exit code?"""

from pathlib import Path

import pytest

from infra.embedded.ports import free_port
from interfaces.cli.main import main

HEADER = "src_row,ts_local,lat,lng,kind,addr\n"
CALL = "1,2016-01-22 10:00:00,40.1,-75.3,disabled_vehicle,X\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "calls.csv").write_text(HEADER + CALL)
    (tmp_path / "other.csv").write_text(HEADER + CALL.replace("disabled_vehicle", "fire_alarm"))
    (tmp_path / "sites.csv").write_text("name,lat,lng\nA,40.1,-75.3\n")
    return tmp_path


def replay(files: Path, *options: str, file: str = "calls.csv") -> int:
    command = ["calls", "replay", str(files / file), "--providers", str(files / "sites.csv"), *options]
    with pytest.raises(SystemExit) as left:
        main(command)
    return int(str(left.value.code))


@pytest.mark.parametrize(
    ("options", "file", "line"),
    [
        ((), "nothing.csv", "No such file"),
        ((), "sites.csv", "no column src_row"),
        ((), "other.csv", "no call is meant: 1 rows, 1 of other kinds"),
        (("--map", "id"), "calls.csv", "--map id: write one of"),
        (("--map", "colour=red"), "calls.csv", "--map colour=red: write one of"),
        (("--map", "id=src_row,lat"), "calls.csv", "--map lat: write one of"),
        (("--preset", "heatwave"), "calls.csv", "--preset heatwave: there are blizzard"),
        (("--pay", "shells"), "calls.csv", "--pay shells: there are cash, wallet, mix"),
        (("--map", "id=number"), "calls.csv", "no column number"),
        (("--kinds", "fire_alarm"), "calls.csv", "--kinds: fire_alarm; there are"),
        (("--window", "2016-01-22", "soon"), "calls.csv", "--window"),
        (("--window", "2016-01-22", "2016-01-21"), "calls.csv", "is after"),
        (("--window", "2015-01-22", "2015-01-23"), "calls.csv", "1 of other days"),
        (("--run", "UPPER CASE"), "calls.csv", "--run 'UPPER CASE'"),
        (("--providers", "/nowhere.csv"), "calls.csv", "/nowhere.csv cannot be read"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    files: Path, options: tuple[str, ...], file: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay(files, *options, file=file) == 2
    told = capsys.readouterr().err
    assert line in told
    assert told.startswith("vehicaid: ")
    assert told.count("\n") == 1


def test_nobody_there_is_exit_code_2(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay(files, "--url", f"http://127.0.0.1:{free_port()}") == 2
    assert "the API cannot be reached" in capsys.readouterr().err.splitlines()[-1]


def test_an_option_out_of_range_is_exit_code_2(files: Path) -> None:
    assert replay(files, "--limit", "0") == 2
    assert replay(files, "--decline", "100") == 2
