"""Which drive times did a decision go by? Those of its version, as far as they can be told again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from application.dispatch.considered import travel_code
from domain.travel.great_circle import GreatCircleTimes
from domain.travel.learned import BadLearnedDrives, learned_from_json
from infra.travel.choice import drive_times
from infra.travel.learned_file import learned_path, read_learned, untaught

if TYPE_CHECKING:
    from application.travel import DriveTimes
    from infra.settings import Settings

FORMULA: Final = re.compile(r"great_circle-([0-9a-f]{12})")


class NamedDriveTimes:
    """Drive times by the names that decisions give them.

    The formula as it was learned lies beside what was learned last, under its version, for a month; a road graph is
    there while its file is. What a routing service answered nobody knows any more.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[str, DriveTimes | None] = {}

    def of(self, name: str) -> DriveTimes | None:
        """The drive times of that name; None when they are gone."""
        if name not in self._known:
            self._known[name] = self._found(name)
        return self._known[name]

    def _found(self, name: str) -> DriveTimes | None:
        formula = FORMULA.fullmatch(name)
        if formula is not None:
            return self._learned(name, formula[1])
        if self._settings.travel == "roads":
            roads = drive_times(self._settings)
            return roads if travel_code(roads) == name else None
        return None

    def _learned(self, name: str, version: str) -> DriveTimes | None:
        for learned in (untaught(self._settings), read_learned(self._settings)):
            if travel_code(GreatCircleTimes(learned)) == name:
                return GreatCircleTimes(learned)
        latest = learned_path(self._settings)
        kept = latest.with_name(f"{latest.stem}-{version}{latest.suffix}")
        try:
            found = GreatCircleTimes(learned_from_json(kept.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, BadLearnedDrives):
            return None
        return found if travel_code(found) == name else None
