"""Where is kept what drives have taught? In one JSON file that is exchanged whole, beside a copy under its version."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from domain.travel.learned import BadLearnedDrives, LearnedDrives, learned_from_json

if TYPE_CHECKING:
    from infra.settings import Settings

LARGEST_BYTES: Final = 64 * 1024 * 1024
"""A metropolis takes one megabyte; more was not written by us."""

VERSIONS_KEPT: Final = 30
"""A month of nights: what a decision of this month went by can be read again."""


def learned_path(settings: Settings) -> Path:
    """The file."""
    return settings.travel_learned or settings.state_dir / "travel" / "learned.json"


def untaught(settings: Settings) -> LearnedDrives:
    """What is believed before any drive: the detour and pace of the settings."""
    return LearnedDrives(
        detour=settings.approach_detour_percent / 100,
        kmh=float(settings.approach_kmh),
        time_zone=settings.travel_time_zone,
    )


def read_learned(settings: Settings) -> LearnedDrives:
    """What the file says; without one, what is believed before. Raises BadLearnedDrives for a file that says nonsense.

    A file that the settings name must be there.
    """
    path = learned_path(settings)
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise BadLearnedDrives(f"{path.name} is too large")
        return learned_from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if settings.travel_learned is not None:
            raise BadLearnedDrives(f"{path.name}: there is no such file") from None
        return untaught(settings)
    except (OSError, UnicodeDecodeError) as error:
        raise BadLearnedDrives(f"{path.name} cannot be read: {type(error).__name__}") from error


def write_learned(path: Path, learned: LearnedDrives) -> None:
    """Keep it under its version, then exchange the file: a reader finds the one before or this one, never a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = learned.as_json()
    for target in (path.with_name(f"{path.stem}-{learned.version}{path.suffix}"), path):
        beside = target.with_name(target.name + ".new")
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    kept = sorted(path.parent.glob(f"{path.stem}-*{path.suffix}"), key=lambda each: each.stat().st_mtime)
    for old in kept[:-VERSIONS_KEPT]:
        old.unlink()
