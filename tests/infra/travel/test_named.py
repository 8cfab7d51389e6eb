"""Are the drive times of a decision found again by the name that it gave them, and missed where they are gone?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from application.dispatch.considered import travel_code
from domain.travel.great_circle import GreatCircleTimes
from infra.settings import Settings
from infra.travel.learned_file import learned_path, untaught, write_learned
from infra.travel.named import NamedDriveTimes

if TYPE_CHECKING:
    from pathlib import Path


def test_that_each_version_is_found_for_as_long_as_it_is_kept(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path)
    first = untaught(settings)
    second, third = (replace(first, kmh=kmh) for kmh in (22.0, 24.0))
    for learned in (second, third):
        write_learned(learned_path(settings), learned)
    named = NamedDriveTimes(settings)

    for learned in (first, second, third):
        name = travel_code(GreatCircleTimes(learned))
        found = named.of(name)
        assert found is not None
        assert travel_code(found) == name


def test_that_what_is_gone_or_was_told_by_a_service_is_nobodys(tmp_path: Path) -> None:
    named = NamedDriveTimes(Settings(state_dir=tmp_path))

    for name in ("great_circle-0123456789ab", "great_circle-../../etc/passwd", "osrm", "roads-5a5a"):
        assert named.of(name) is None


def test_that_a_version_that_was_written_over_is_not_taken_for_another(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path)
    learned = replace(untaught(settings), kmh=22.0)
    path = learned_path(settings)
    write_learned(path, learned)
    kept = path.with_name(f"learned-{learned.version}.json")
    kept.write_text(replace(learned, kmh=23.0).as_json())
    path.unlink()

    assert NamedDriveTimes(settings).of(f"great_circle-{learned.version}") is None
