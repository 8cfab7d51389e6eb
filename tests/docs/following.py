"""How does a test do what a document says: find its blocks, apply its changes, run its commands?"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
README: Final = ROOT / "README.md"
TARGET: Final = re.compile(r"# (new|change): (\S+)\n")
# Commands of a document on a machine that may run ten other things.
PATIENCE_S: Final = 240


@dataclass(frozen=True)
class Block:
    """One fenced block: its language and what stands in it."""

    language: str
    text: str

    @property
    def target(self) -> tuple[str, str] | None:
        """`new` or `change`, and the path, when it is about a file."""
        found = TARGET.match(self.text)
        return (found[1], found[2]) if found else None

    @property
    def body(self) -> str:
        """Without the line that names the file."""
        return TARGET.sub("", self.text, count=1)


def blocks(document: str, heading: str) -> list[Block]:
    """The blocks below a heading, up to the next one of its rank or higher."""
    rank = len(heading) - len(heading.lstrip("#"))
    found: list[Block] = []
    language, inside, below = "", False, False
    lines: list[str] = []
    for line in document.splitlines():
        if line.startswith("```"):
            if inside and below:
                found.append(Block(language, "".join(f"{one}\n" for one in lines)))
            language, lines, inside = line[3:].strip(), [], not inside
        elif inside:
            lines.append(line)
        elif re.match(rf"#{{1,{rank}}} ", line):
            below = line == heading
    assert found, f"there is no block below {heading}"
    return found


def apply(block: Block, checkout: Path) -> str | None:
    """Do to a checkout what the block says of a file; gives the file's path, None when it is about none."""
    if block.target is None:
        return None
    what, path = block.target
    file = checkout / path
    if what == "new":
        assert not file.exists(), f"{path} is there already"
        file.write_text(block.body, encoding="utf-8")
        return path
    text = file.read_text(encoding="utf-8")
    for hunk in re.split(r"^@@\n", block.body, flags=re.MULTILINE):
        lines = hunk.splitlines()
        assert all(line[:1] in {" ", "+", "-", ""} for line in lines), hunk
        before = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "+")
        after = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "-")
        assert text.count(before) == 1, f"{path} holds this {text.count(before)} times, not once:\n{before}"
        text = text.replace(before, after)
    file.write_text(text, encoding="utf-8")
    return path


def copy_of_checkout(to: Path) -> Path:
    """Every file of this checkout that belongs to it, in a directory of its own, with the same tools in `.venv`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    for name in listed.decode().split("\0"):
        source = ROOT / name
        if name and source.is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, to / name)
    # What is compiled stands beside its file, and is of use to a file of the same age: nobody compiles it again.
    for room in sorted({name.split("/")[0] for name in listed.decode().split("\0") if name.endswith(".py")}):
        for kind in ("nb[ic]", "pyc"):
            for compiled in (ROOT / room).rglob(f"__pycache__/*.{kind}"):
                copy = to / compiled.relative_to(ROOT)
                if copy.parent.parent.exists():
                    copy.parent.mkdir(exist_ok=True)
                    shutil.copy2(compiled, copy)
    tools = to / ".venv" / "bin"
    tools.mkdir(parents=True)
    for tool in Path(sys.executable).parent.iterdir():
        (tools / tool.name).symlink_to(tool)
    _wrap(tools / "python", f'exec "{sys.executable}" "$@"')
    _wrap(tools / "vehicaid", f'PYTHONPATH="{to}" exec "{tools / "python"}" -P -m interfaces.cli "$@"')
    return to


def _wrap(script: Path, line: str) -> None:
    script.unlink(missing_ok=True)
    script.write_text(f"#!/bin/sh\n{line}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)


def run(script: str, where: Path, environment: dict[str, str] | None = None) -> str:
    """What bash says to these lines, stopping at the first that fails."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=where,
        env=environment or {name: value for name, value in os.environ.items() if not name.startswith("VEHICAID_")},
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout
