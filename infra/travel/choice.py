"""Who tells this deployment how long a drive takes?"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from infra.settings import SettingsError
from infra.travel.asked_times import AskedTimes, Patience
from infra.travel.formula import LearningFormula
from infra.travel.tables import GOOGLE_URL, Google, Osrm, TableService, Valhalla

if TYPE_CHECKING:
    from collections.abc import Callable

    from application.travel import DriveEstimates
    from infra.settings import Settings


def drive_times(settings: Settings, clock: Callable[[], float] = time.monotonic) -> DriveEstimates:
    """As ``VEHICAID_TRAVEL`` says; the formula goes by what was learned last.

    Raises SettingsError, BadRoads or BadLearnedDrives, so that nobody dispatches by what was not meant.
    """
    formula = LearningFormula(settings, clock)
    if settings.travel == "default":
        return formula
    if settings.travel == "roads":
        if settings.travel_roads is None:
            raise SettingsError("VEHICAID_TRAVEL_ROADS is not set")
        from infra.travel.road_times import RoadTimes, read_roads  # scipy: half a second that others need not wait

        graph = read_roads(settings.travel_roads)
        version = hashlib.sha256(settings.travel_roads.read_bytes()).hexdigest()[:12]
        return RoadTimes(graph, formula, settings.travel_roads_percent, version)
    patience = Patience(
        settings.travel_timeout_s, settings.travel_most_pairs, settings.travel_failures, settings.travel_rests_s
    )
    return AskedTimes(_service(settings), formula, patience, clock)


def _service(settings: Settings) -> TableService:
    if settings.travel == "google":
        if settings.travel_google_key is None:
            raise SettingsError("VEHICAID_TRAVEL_GOOGLE_KEY is not set")
        return Google(settings.travel_google_key, settings.travel_url or GOOGLE_URL)
    if not settings.travel_url:
        raise SettingsError("VEHICAID_TRAVEL_URL is not set")
    return Osrm(settings.travel_url) if settings.travel == "osrm" else Valhalla(settings.travel_url)
