"""How does an export remember what it has finished, so that an interruption costs one file at most?"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from infra.export.plan import ExportRefused, FileMade, Manifest, Plan

T = TypeVar("T")

# Readers of a directory of Parquet files (pyarrow, Spark, DuckDB) pass over names that begin like this.
BESIDE: Final = "_"
MANIFEST: Final = f"{BESIDE}manifest.json"
JOURNAL: Final = f"{BESIDE}unfinished.json"
PART: Final = ".part"
# Of a file that is hashed: little memory, few calls.
BLOCK: Final = 1 << 20


class Step(msgspec.Struct, frozen=True):
    """What was written up to a mark; no file where a range held nothing."""

    file: FileMade | None
    mark: int | tuple[str, ...]


class Notes(msgspec.Struct):
    """What stands in the journal."""

    plan: Plan
    steps: list[Step]


@contextmanager
def held(directory: Path) -> Iterator[None]:
    """The directory, made when it is missing, for us alone; raises ExportRefused."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise ExportRefused(f"{directory} cannot be written to: {error.strerror}") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ExportRefused(f"another export is writing to {directory}") from error
        yield
    finally:
        os.close(handle)


def finished(directory: Path) -> Manifest | None:
    """The manifest of an export that is complete; raises ExportRefused for one that cannot be read."""
    return _read(directory / MANIFEST, Manifest)


class Journal:
    """The notes of one export under way, in its directory."""

    def __init__(self, directory: Path, plan: Plan) -> None:
        """Go on with the same export, or begin; raises ExportRefused for a directory that holds something else."""
        self._directory = directory
        self._path = directory / JOURNAL
        self._notes = _read(self._path, Notes) or self._begin(plan)
        if self._notes.plan != plan:
            raise ExportRefused(f"{directory} holds another unfinished export: finish it, or choose another directory")
        self._forget_from_the_first_damage()

    @property
    def steps(self) -> list[Step]:
        """What is done, in order."""
        return self._notes.steps

    @property
    def files(self) -> tuple[FileMade, ...]:
        """The finished files, in order."""
        return tuple(step.file for step in self.steps if step.file is not None)

    def add(self, step: Step) -> None:
        """Remember that a file stands under its name."""
        self._notes.steps.append(step)
        self._save()

    def finish(self, manifest: Manifest) -> None:
        """The manifest takes the journal's place: the export is complete."""
        write_whole(self._directory / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
        self._path.unlink()

    def _begin(self, plan: Plan) -> Notes:
        if any(self._directory.iterdir()):
            raise ExportRefused(f"{self._directory} is not empty and holds no export: choose another directory")
        self._notes = Notes(plan, [])
        self._save()
        return self._notes

    def _forget_from_the_first_damage(self) -> None:
        """A file that is not what the notes say (a disk, a hand) is written again, with all behind it."""
        for number, step in enumerate(self.steps):
            if step.file is not None and not _is_as_noted(self._directory / step.file.name, step.file):
                del self._notes.steps[number:]
                self._save()
                return

    def _save(self) -> None:
        write_whole(self._path, msgspec.json.encode(self._notes))


def plan_under_way(directory: Path) -> Plan | None:
    """The plan of an unfinished export; raises ExportRefused when it cannot be read."""
    notes = _read(directory / JOURNAL, Notes)
    return None if notes is None else notes.plan


def sha256_of(path: Path) -> str:
    """The hash of a file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def part_of(path: Path) -> Path:
    """Where a file is written before it gets its name."""
    return path.with_name(f"{BESIDE}{path.name}{PART}")


def settle(path: Path) -> Path:
    """Give a finished part its name, durably: either the whole file is there after a crash, or none."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    final = path.with_name(path.name.removeprefix(BESIDE).removesuffix(PART))
    path.replace(final)
    _sync_directory(final.parent)
    return final


def write_whole(path: Path, content: bytes) -> None:
    """A small file, all of it or as it was before."""
    part = part_of(path)
    part.write_bytes(content)
    settle(part)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_as_noted(path: Path, noted: FileMade) -> bool:
    return path.is_file() and path.stat().st_size == noted.size and sha256_of(path) == noted.sha256


def _read(path: Path, shape: type[T]) -> T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=shape)
    except FileNotFoundError:
        return None
    except (msgspec.MsgspecError, OSError) as error:
        raise ExportRefused(f"{path} cannot be read: {error}") from error
