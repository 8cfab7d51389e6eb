"""Which knobs do drive times have, and what do they stand at?"""

from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings


class TravelSettings(BaseSettings):
    """Who is asked how long a drive takes; a part of ``Settings``."""

    # The formula of great circles, a road graph, or a routing service; the formula answers wherever the others do not.
    travel: Literal["default", "roads", "osrm", "valhalla", "google"] = "default"
    # What `vehicaid travel fit` wrote. Empty: travel/learned.json in the state directory, if it is there.
    travel_learned: Path | None = None
    # On whose clocks rush hours are counted.
    travel_time_zone: str = "Asia/Kolkata"
    # A GraphML file (.graphml, .graphml.gz) or an OpenStreetMap extract (.osm.pbf), for `roads`.
    travel_roads: Path | None = None
    # 65 % of the free road's speed: lights, turns and traffic of a city over a day.
    travel_roads_percent: int = Field(default=65, ge=10, le=150)
    # Where OSRM or Valhalla listens, or a proxy in front of Google.
    travel_url: str = ""
    travel_google_key: SecretStr | None = None
    # 0.5 s for all questions of one call: dispatch waits for them, and an offer half a second later is still in time.
    travel_timeout_s: float = Field(default=0.5, gt=0, le=5)
    # 2,500 pairs in one call, one tile of Valhalla: larger tables are the formula's, a service would take seconds.
    travel_most_pairs: int = Field(default=2_500, ge=1, le=100_000)
    # 3 calls that failed in a row leave a service alone for 30 s: half a minute of formula, not of half seconds.
    travel_failures: int = Field(default=3, ge=1, le=100)
    travel_rests_s: float = Field(default=30.0, gt=0, le=3_600)
    # 60 s between two looks whether something new was learned.
    travel_looks_every_s: float = Field(default=60.0, gt=0, le=86_400)

    @field_validator("travel_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        if url and not url.startswith(("http://", "https://")):
            message = "must start with http:// or https://"
            raise ValueError(message)
        return url

    @field_validator("travel_time_zone")
    @classmethod
    def _is_a_time_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            message = "must be a time zone such as Asia/Kolkata"
            raise ValueError(message) from None
        return name
