"""Which races are over already? Many accepts run in parts, each judged by its own log and kept as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from interfaces.simulate.rows import BadFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

PART = 20_000
"""Accepts of a part, some four minutes: what is lost at the most when a run is stopped."""


class Part(msgspec.Struct):
    """What some races came to, and what the log says of them; answers by their codes, times in seconds."""

    asked_for: int
    answers: dict[str, int]
    races: int
    raced_s: float
    given: int
    twice: list[str]
    wrong: list[str]
    winner_s: list[float]
    loser_s: list[float]
    loser_in_outage_s: list[float]
    outages_s: list[float]


def sizes_of(accepts: int) -> list[int]:
    """How many accepts each part has."""
    return [min(PART, accepts - done) for done in range(0, accepts, PART)]


def joined(parts: Iterable[Part]) -> Part:
    """All of them as one."""
    whole = Part(0, {}, 0, 0.0, 0, [], [], [], [], [], [])
    for part in parts:
        for name in ("asked_for", "races", "raced_s", "given", "twice", "wrong", *_TIMES):
            setattr(whole, name, getattr(whole, name) + getattr(part, name))
        for code, count in part.answers.items():
            whole.answers[code] = whole.answers.get(code, 0) + count
    return whole


_TIMES = ("winner_s", "loser_s", "loser_in_outage_s", "outages_s")


class KeptParts:
    """The finished parts in a folder; None keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        """Raises BadFile when the folder cannot be made."""
        self._folder = folder
        if folder is not None:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise BadFile(f"{folder}: {error.strerror}") from error

    def of(self, number: int, accepts: int, race: Callable[[], Part]) -> Part:
        """The part of that number: as it was kept, or raced now. Raises BadFile for what is no such part."""
        if self._folder is None:
            return race()
        path = self._folder / f"races.{number}.json"
        if not path.exists():
            half = path.with_suffix(".half")
            half.write_bytes(msgspec.json.encode(race()))
            half.replace(path)
        try:
            part = msgspec.json.decode(path.read_bytes(), type=Part)
        except (OSError, msgspec.MsgspecError) as error:
            raise BadFile(f"{path}: {error}") from error
        if part.asked_for != accepts:
            raise BadFile(f"{path} has {part.asked_for} accepts, not {accepts}")
        return part
