"""How are OSRM, Valhalla and Google asked for a table of drive times, and how are their answers read?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

import httpx
import msgspec
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from pydantic import SecretStr

    from infra.travel.road_graph import Floats

Place = tuple[float, float]
"""Latitude and longitude in degrees."""


class BadTable(Exception):
    """The service answered with something that is no table of seconds."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a table may be asked for at once."""

    origins: int
    destinations: int
    pairs: int
    places: int
    """Origins and destinations together."""


class TableService(Protocol):
    """A vendor's table of drive times."""

    @property
    def name(self) -> str:
        """As a setting, a version and a metric say it."""
        ...

    @property
    def limits(self) -> Limits:
        """How large a table may be."""
        ...

    def question(self, origins: Sequence[Place], destinations: Sequence[Place], at: datetime) -> httpx.Request:
        """The request for a table that keeps within the limits."""
        ...

    def answer(self, body: bytes) -> list[list[float | None]]:
        """Seconds by origin and destination, None where there is no way; raises BadTable."""
        ...


class _OsrmTable(msgspec.Struct):
    code: str
    durations: list[list[float | None]]


@dataclass(frozen=True, slots=True)
class Osrm:
    """The ``table`` service of OSRM 5 and later; its ``--max-table-size`` is 100 places unless told otherwise."""

    url: str
    name: str = "osrm"
    limits: Limits = Limits(origins=100, destinations=100, pairs=10_000, places=100)

    def question(self, origins: Sequence[Place], destinations: Sequence[Place], _at: datetime) -> httpx.Request:
        """All places in the path; who is an origin and who a destination by number."""
        places = ";".join(f"{lng:.6f},{lat:.6f}" for lat, lng in (*origins, *destinations))
        numbers = [str(number) for number in range(len(origins) + len(destinations))]
        return httpx.Request(
            "GET",
            f"{self.url.rstrip('/')}/table/v1/driving/{places}",
            params={
                "sources": ";".join(numbers[: len(origins)]),
                "destinations": ";".join(numbers[len(origins) :]),
                "annotations": "duration",
            },
        )

    def answer(self, body: bytes) -> list[list[float | None]]:
        """``code`` Ok and ``durations``; null where there is no way."""
        table = _decoded(body, _OsrmTable)
        if table.code != "Ok":
            raise BadTable("osrm says that it is not ok")
        return table.durations


class _ValhallaPair(msgspec.Struct):
    time: float | None = None


class _ValhallaTable(msgspec.Struct):
    sources_to_targets: list[list[_ValhallaPair]]


@dataclass(frozen=True, slots=True)
class Valhalla:
    """The ``sources_to_targets`` action; 50 places on a side and 2,500 pairs are its service limits for cars."""

    url: str
    name: str = "valhalla"
    limits: Limits = Limits(origins=50, destinations=50, pairs=2_500, places=100)

    def question(self, origins: Sequence[Place], destinations: Sequence[Place], _at: datetime) -> httpx.Request:
        """Places in the body; trucks of this trade drive where vans do."""
        body = {
            "sources": [{"lat": lat, "lon": lng} for lat, lng in origins],
            "targets": [{"lat": lat, "lon": lng} for lat, lng in destinations],
            "costing": "auto",
        }
        return httpx.Request("POST", f"{self.url.rstrip('/')}/sources_to_targets", json=body)

    def answer(self, body: bytes) -> list[list[float | None]]:
        """``time`` in seconds; null where there is no way."""
        return [[pair.time for pair in row] for row in _decoded(body, _ValhallaTable).sources_to_targets]


class _GoogleDuration(msgspec.Struct):
    value: float


class _GoogleElement(msgspec.Struct):
    status: str
    duration: _GoogleDuration | None = None
    duration_in_traffic: _GoogleDuration | None = None

    @property
    def seconds(self) -> float | None:
        """In traffic where Google knows it."""
        found = self.duration_in_traffic or self.duration
        return found.value if self.status == "OK" and found is not None else None


class _GoogleRow(msgspec.Struct):
    elements: list[_GoogleElement]


class _GoogleTable(msgspec.Struct):
    status: str
    rows: list[_GoogleRow] = []


GOOGLE_URL = "https://maps.googleapis.com"


@dataclass(frozen=True, slots=True)
class Google:
    """The Distance Matrix API: 25 places on a side, 100 pairs; each pair costs money. The key is a secret."""

    key: SecretStr = field(repr=False)
    url: str = GOOGLE_URL
    name: str = "google"
    limits: Limits = Limits(origins=25, destinations=25, pairs=100, places=50)

    def question(self, origins: Sequence[Place], destinations: Sequence[Place], at: datetime) -> httpx.Request:
        """In traffic at the instant; Google takes no departure that is past, so ``now`` stands for it."""
        del at
        params = {
            "origins": "|".join(f"{lat:.6f},{lng:.6f}" for lat, lng in origins),
            "destinations": "|".join(f"{lat:.6f},{lng:.6f}" for lat, lng in destinations),
            "mode": "driving",
            "departure_time": "now",
            "key": self.key.get_secret_value(),
        }
        return httpx.Request("GET", f"{self.url.rstrip('/')}/maps/api/distancematrix/json", params=params)

    def answer(self, body: bytes) -> list[list[float | None]]:
        """``status`` OK of the whole and of each pair; ZERO_RESULTS and NOT_FOUND are no way."""
        table = _decoded(body, _GoogleTable)
        if table.status != "OK":
            raise BadTable("google refuses")
        return [[element.seconds for element in row.elements] for row in table.rows]


S = TypeVar("S", _OsrmTable, _ValhallaTable, _GoogleTable)


def _decoded(body: bytes, shape: type[S]) -> S:
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.DecodeError:
        raise BadTable("no answer of that service") from None


def checked_table(rows: list[list[float | None]], origins: int, destinations: int) -> Floats:
    """The same as an array, NaN for no way; raises BadTable for another size or seconds that no drive has."""
    if len(rows) != origins or any(len(row) != destinations for row in rows):
        raise BadTable("a table of another size")
    table = cast("Floats", np.array([[np.nan if each is None else each for each in row] for row in rows], np.float64))
    if np.any(table < 0) or np.any(np.isinf(table)):
        raise BadTable("seconds that no drive has")
    return table.reshape(origins, destinations)
