"""Where do the children's log lines go, and what of them does the terminal show?"""

import json
import os
import sys
from pathlib import Path
from typing import IO, TextIO

from infra.telemetry.redaction import redact_text

# 10 MB and three older files each: hours of a busy log, and never more than 120 MB for three processes.
LOG_FILE_BYTES = 10_000_000
OLDER_FILES = 3
READ_BYTES = 1 << 16
# A line longer than this is cut: nobody reads it, and memory is not a place for it.
LINE_BYTES = 1 << 16
SHOWN_CHARACTERS = 240
QUIET = (b'"level":"info"', b'"level":"debug"')


class RotatedLog:
    """One file of JSON lines that starts anew when it is full; the older ones get numbers."""

    def __init__(self, path: Path, limit_bytes: int = LOG_FILE_BYTES) -> None:
        """Append to `path` from where it ended."""
        self.path = path
        self.last_words = ""
        self._limit = limit_bytes
        self._file = self._open()
        self._size = path.stat().st_size

    def write(self, lines: bytes) -> bool:
        """Whole lines only; False when they were lost because the disk takes no more: no reason to stop working."""
        try:
            if self._size + len(lines) > self._limit and self._size:
                self._rotate()
            self._file.write(lines)
        except OSError:
            return False
        self._size += len(lines)
        return True

    def close(self) -> None:
        """No more lines."""
        self._file.close()

    def _rotate(self) -> None:
        self._file.close()
        for number in range(OLDER_FILES, 0, -1):
            source = self.path if number == 1 else self._numbered(number - 1)
            if source.exists():
                source.replace(self._numbered(number))
        self._file = self._open()
        self._size = 0

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.stem}.{number}{self.path.suffix}")

    def _open(self) -> IO[bytes]:
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(handle, "ab", buffering=0)


class Terminal:
    """What a person at the terminal sees: our own lines, and of the children's what matters."""

    def __init__(self, log_directory: Path, stream: TextIO | None = None) -> None:
        """Logs of children go to `log_directory`, lines for people to `stream` (stdout)."""
        self._directory = log_directory
        self._stream = stream or sys.stdout
        self._logs: dict[str, RotatedLog] = {}
        self._said_once: set[str] = set()
        log_directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def say(self, line: str) -> None:
        """One line for a person. A terminal that went away is no reason to stop."""
        try:
            self._stream.write(f"{line}\n")
            self._stream.flush()
        except OSError:
            return

    def say_once(self, line: str) -> None:
        """The same line again would tell nothing new."""
        if line not in self._said_once:
            self._said_once.add(line)
            self.say(line)

    def log_of(self, name: str) -> RotatedLog:
        """The log file of one child, the same over its restarts."""
        if name not in self._logs:
            self._logs[name] = RotatedLog(self._directory / f"{name}.jsonl")
        return self._logs[name]

    def last_words(self, name: str) -> str:
        """The last line this child said that was no ordinary log line."""
        return self._logs[name].last_words if name in self._logs else ""

    def close(self) -> None:
        """No child speaks any more."""
        for log in self._logs.values():
            log.close()

    def show(self, name: str, line: bytes) -> None:
        """A child's warning, error or bare text in one readable line."""
        shown = readable(line)
        if shown:
            self.say(f"{name:>10}  {shown[:SHOWN_CHARACTERS]}")


class ChildOutput:
    """One child's standard output: whole lines to its log, what matters to the terminal."""

    def __init__(self, pipe: IO[bytes], log: RotatedLog, terminal: Terminal) -> None:
        """`pipe` does not block."""
        self._pipe = pipe
        self._log = log
        self._terminal = terminal
        self._rest = b""

    def read(self) -> bool:
        """Take what is there; False when the child has closed its end."""
        try:
            chunk = os.read(self._pipe.fileno(), READ_BYTES)
        except BlockingIOError:
            return True
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if not chunk or len(self._rest) > LINE_BYTES:
            lines, self._rest = [*lines, self._rest], b""
        self._take([line for line in lines if line.strip()])
        return bool(chunk)

    def close(self) -> None:
        """The child is gone."""
        self._pipe.close()

    def _take(self, lines: list[bytes]) -> None:
        kept = []
        for line in lines:
            if line.startswith(b"{") and any(quiet in line for quiet in QUIET):
                kept.append(line)
                continue
            wrapped = line if line.startswith(b"{") else bare_text(line)
            kept.append(wrapped)
            if line[:1].isspace() or line.startswith(b"Traceback "):
                continue  # the inside of a traceback: its last line says it
            self._log.last_words = readable(wrapped)
            self._terminal.show(self._log.path.stem, wrapped)
        if kept and not self._log.write(b"\n".join(kept) + b"\n"):
            self._terminal.say_once(f"{self._log.path} cannot be written: log lines are lost until the disk has room")


def bare_text(line: bytes) -> bytes:
    """A line that is no JSON (a traceback, a crash in C) as a JSON line, personal data taken out."""
    text = redact_text(line.decode(errors="replace"))
    return json.dumps({"level": "error", "event": text}, separators=(",", ":")).encode()


def readable(line: bytes) -> str:
    """A JSON log line for a person: level, event and particulars."""
    try:
        content = json.loads(line)
    except ValueError:
        return line.decode(errors="replace")
    left_out = {"level", "event", "at", "process", "logger", "exception"}
    particulars = " ".join(f"{key}={value}" for key, value in content.items() if key not in left_out)
    last_of_trace = str(content.get("exception", "")).strip().rsplit("\n", 1)[-1]
    level = str(content.get("level", ""))
    shown_level = "" if level == "error" and not particulars else level
    return " ".join(filter(None, (shown_level, str(content.get("event", "")), particulars, last_of_trace)))
