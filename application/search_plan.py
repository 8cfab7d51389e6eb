"""How far is looked for a provider first, and how much farther when nobody near enough takes the job?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Ring:
    """Within which distance is looked (None: everywhere), and when somebody has to look farther."""

    radius_m: int | None
    widens_at: datetime


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """The radii of a search, from near to far; after the last everywhere, again and again."""

    radii_m: tuple[int, ...] = (5_000, 10_000, 20_000, 50_000)
    """A city's reach: in five kilometres somebody is there in a quarter of an hour, fifty is the next town."""
    widens_after: timedelta = timedelta(seconds=10)
    """Long enough for a round of dispatch, short enough that the customer is not kept waiting for the next ring."""
    repeats_after: timedelta = timedelta(seconds=60)
    """How soon a search everywhere is looked at again: whoever comes on duty is asked at once anyway."""

    def first(self, at: datetime) -> Ring:
        """Where a search begins at an instant."""
        if not self.radii_m:
            return Ring(None, at + self.repeats_after)
        return Ring(self.radii_m[0], at + self.widens_after)

    def after(self, radius_m: int | None, at: datetime) -> Ring:
        """The next ring behind a radius."""
        farther = [] if radius_m is None else [radius for radius in self.radii_m if radius > radius_m]
        if not farther:
            return Ring(None, at + self.repeats_after)
        return Ring(farther[0], at + self.widens_after)
