"""Where do simulated providers stand when the day begins?"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from interfaces.simulation.recorded_calls import BadRecording, Dirt, point_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

NEEDED: Final = ("name", "lat", "lng")


@dataclass(frozen=True, slots=True)
class Site:
    """A base of one provider with one truck."""

    name: str
    lat: float
    lng: float


def read_sites(path: Path) -> tuple[list[Site], list[Dirt]]:
    """The sites of a CSV file with name, lat and lng, and what was dirt; raises BadRecording when there is none."""
    sites: list[Site] = []
    dirt: list[Dirt] = []
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            reader = csv.DictReader(lines)
            _check_header(path, reader.fieldnames or ())
            for row in reader:
                try:
                    sites.append(_site(row))
                except (ValueError, TypeError, AttributeError) as error:
                    dirt.append(Dirt(reader.line_num, str(error)[:200]))
    except (OSError, csv.Error) as error:
        raise BadRecording(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if not sites:
        raise BadRecording(f"{path} names no site")
    return sites, dirt


def _check_header(path: Path, names: Collection[str]) -> None:
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise BadRecording(f"{path} has no column {', '.join(missing)}")


def _site(row: dict[str, str]) -> Site:
    name = row["name"].strip()
    if not name:
        raise ValueError("a site without a name")
    return Site(name, *point_of(row["lat"], row["lng"]))
