"""In which rings does a deployment want to be searched?

By itself, because every process that takes commands knows the rings, and what else dispatch needs takes two seconds to
import.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from application.search_plan import SearchPlan

if TYPE_CHECKING:
    from infra.settings import Settings


def search_plan(settings: Settings) -> SearchPlan:
    """The rings of a search."""
    return SearchPlan(
        radii_m=settings.radii_m,
        widens_after=timedelta(seconds=settings.search_widens_every_s),
        repeats_after=timedelta(seconds=settings.search_escalates_after_s),
    )
