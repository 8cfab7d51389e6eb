"""Do children's lines reach their files whole and bounded, and the terminal only when they matter?"""

import io
import json
import os
from pathlib import Path

import pytest

from infra.supervisor.output import LINE_BYTES, OLDER_FILES, ChildOutput, RotatedLog, Terminal


class Child:
    """The two ends of a child's output."""

    def __init__(self, tmp_path: Path) -> None:
        reading, self.writing = os.pipe()
        os.set_blocking(reading, False)
        self.screen = io.StringIO()
        self.terminal = Terminal(tmp_path, self.screen)
        self.output = ChildOutput(os.fdopen(reading, "rb", buffering=0), self.terminal.log_of("api"), self.terminal)
        self.log = tmp_path / "api.jsonl"

    def say(self, text: bytes) -> None:
        os.write(self.writing, text)
        assert self.output.read()

    def end(self) -> None:
        os.close(self.writing)
        assert not self.output.read()
        self.output.close()
        self.terminal.close()


@pytest.fixture
def child(tmp_path: Path) -> Child:
    return Child(tmp_path)


def test_ordinary_lines_go_to_the_file_alone(child: Child) -> None:
    child.say(b'{"event":"request_served","level":"info"}\n{"event":"x","level":"debug"}\n')
    assert child.screen.getvalue() == ""
    assert len(child.log.read_text().splitlines()) == 2
    child.end()


def test_warnings_are_shown_in_one_readable_line(child: Child) -> None:
    child.say(b'{"event":"append_slow","level":"warning","at":"2026-11-22T15:00:00Z","wait_s":3}\n')
    assert child.screen.getvalue() == "       api  warning append_slow wait_s=3\n"
    child.end()


def test_an_exception_is_shown_by_its_last_line(child: Child) -> None:
    trace = "Traceback (most recent call last):\n  File x\nValueError: no such truck"
    child.say(json.dumps({"event": "failed", "level": "error", "exception": trace}).encode() + b"\n")
    assert child.screen.getvalue().endswith("failed ValueError: no such truck\n")
    child.end()


def test_lines_cut_by_the_pipe_are_put_together(child: Child) -> None:
    child.say(b'{"event":"one",')
    assert child.log.read_text() == ""
    child.say(b'"level":"info"}\n{"event":"two"')
    child.say(b',"level":"info"}\n')
    assert [json.loads(line)["event"] for line in child.log.read_text().splitlines()] == ["one", "two"]
    child.end()


def test_bare_text_becomes_json_without_personal_data(child: Child) -> None:
    child.say(b"ValueError: cannot call +91 98765 43210\n")
    (line,) = child.log.read_text().splitlines()
    assert json.loads(line)["event"].startswith("ValueError")
    assert "98765" not in line
    assert "98765" not in child.screen.getvalue()
    child.end()


def test_of_a_traceback_the_terminal_shows_the_last_line(child: Child) -> None:
    child.say(
        b"Traceback (most recent call last):\n  File x, line 1\n    boom()\nZeroDivisionError: division by zero\n"
    )
    assert child.screen.getvalue() == "       api  ZeroDivisionError: division by zero\n"
    assert len(child.log.read_text().splitlines()) == 4
    child.end()


def test_last_words_without_a_line_end_are_kept(child: Child) -> None:
    os.write(child.writing, b"Segmentation fault")
    assert child.output.read()
    child.end()
    assert child.terminal.last_words("api") == "Segmentation fault"


def test_a_line_without_end_is_cut_rather_than_collected(child: Child) -> None:
    for _ in range(4):
        child.say(b"x" * (LINE_BYTES // 2))
    assert child.log.stat().st_size > LINE_BYTES
    child.end()


def test_a_terminal_that_went_away_stops_nobody(tmp_path: Path) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(text)

    Terminal(tmp_path, Gone()).say("hello")


def test_files_are_bounded_and_private(tmp_path: Path) -> None:
    log = RotatedLog(tmp_path / "api.jsonl", limit_bytes=100)
    for number in range(100):
        log.write(b'{"number":%d}\n' % number)
    log.close()
    files = sorted(tmp_path.iterdir())
    assert len(files) == OLDER_FILES + 1
    assert all(file.stat().st_size <= 100 for file in files)
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)
    assert (tmp_path / "api.jsonl").read_text().endswith('{"number":99}\n')


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_loses_lines_and_stops_nobody(tmp_path: Path) -> None:
    child = Child(tmp_path)
    full = RotatedLog(Path("/dev/full"))
    output = ChildOutput(child.output._pipe, full, child.terminal)
    for _ in range(3):
        os.write(child.writing, b'{"event":"served","level":"info"}\n')
        assert output.read()
    assert child.screen.getvalue().count("log lines are lost") == 1
    full.close()
    child.end()
