"""Who was ever erased? A list in a file of its own, so that no restored backup brings anybody back."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from infra.privacy.whom import Person, person_of

if TYPE_CHECKING:
    from pathlib import Path

    from infra.settings import Settings

FILE: Final = "erasures.jsonl"


@dataclass(frozen=True, slots=True)
class Entry:
    """One erasure; ids only, so that the list itself tells nobody's name."""

    person: Person
    erased_at: datetime


class ErasedList:
    """Lines are added and never changed. Keep it where the backups of the databases are not, and back it up itself."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, person: Person, at: datetime) -> None:
        """Note somebody, on disk when this returns; whoever is noted already is no news. Raises OSError."""
        if any(one.person == person for one in self.entries()):
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        told = {"tenant": person.tenant, "person": person.shown, "erased_at": at.astimezone(UTC).isoformat()}
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, (json.dumps(told) + "\n").encode())
            os.fsync(file)
        finally:
            os.close(file)

    def entries(self) -> list[Entry]:
        """All of them, the oldest first; a last line that a crash cut short is none."""
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines(keepends=True)
        except FileNotFoundError:
            return []
        return [_entry(line) for line in lines if line.endswith("\n")]


def erased_list(settings: Settings) -> ErasedList:
    """The list of this deployment."""
    return ErasedList(settings.erasure_list or settings.state_dir / FILE)


def _entry(line: str) -> Entry:
    told = json.loads(line)
    return Entry(person_of(told["tenant"], told["person"]), datetime.fromisoformat(told["erased_at"]))
