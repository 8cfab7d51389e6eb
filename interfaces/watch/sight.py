"""What does somebody who watches a city ask the API, and how often?"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

Row = dict[str, Any]

# Slower than the screen: what costs more, or changes less.
EVERY_S: Final = {
    "requests": 1.0,
    "shifts": 2.0,
    "offers": 2.0,
    "checks": 2.0,
    "money": 5.0,
    "kpi": 10.0,
    "zones": 60.0,
}
# A page: more than fits on any screen.
PAGE: Final = 200
# Crews whose exact place is asked for at each look; the others stand where their last cell is.
MOST_PLACES: Final = 24
# Outlines on one map.
MOST_ZONES: Final = 30
# The screen is late rather than stuck.
TIMEOUT_S: Final = 3.0
# Renewed well before its ten minutes are over.
TOKEN_S: Final = 300.0


@dataclass(slots=True)
class Seen:
    """All that was seen so far; what could not be asked keeps its last value."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    is_there: bool = False
    requests: list[Row] = field(default_factory=list)
    shifts: list[Row] = field(default_factory=list)
    offers: list[Row] = field(default_factory=list)
    checks: list[Row] = field(default_factory=list)
    balances: list[Row] = field(default_factory=list)
    day: Row = field(default_factory=dict)
    zones: list[Row] = field(default_factory=list)
    places: dict[str, tuple[float, float]] = field(default_factory=dict)


class Onlooker:
    """Asks as the desk of one tenant; ``token`` makes an access token of its own."""

    def __init__(self, url: str, token: Callable[[], str], transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT_S, transport=transport)
        self._make_token = token
        self._token = ""
        self._token_until = 0.0
        self._due: dict[str, float] = {}
        self.seen = Seen()

    def close(self) -> None:
        """Look no more."""
        self._http.close()

    def check(self) -> None:
        """Raise httpx.TransportError when nobody is there."""
        self._http.get("/livez")

    def look(self) -> Seen:
        """Ask what is due; an API that is away for a moment is shown as that."""
        seen = self.seen
        seen.at = datetime.now(UTC)
        try:
            for what, every_s in EVERY_S.items():
                if time.monotonic() >= self._due.get(what, 0.0):
                    getattr(self, f"_look_at_{what}")(seen)
                    self._due[what] = time.monotonic() + every_s
            seen.is_there = True
        except (httpx.HTTPError, ValueError, KeyError):
            # Away, or half an answer of something that is just starting: what was seen stays until the next look.
            seen.is_there = False
        return seen

    def _look_at_requests(self, seen: Seen) -> None:
        seen.requests = self._page("/v1/service-requests") or seen.requests

    def _look_at_shifts(self, seen: Seen) -> None:
        seen.shifts = self._page("/v1/shifts")
        working = [shift for shift in seen.shifts if shift["state"] in {"committed", "at_job", "in_transit"}]
        for shift in working[:MOST_PLACES]:
            told = self._ask(f"/v1/shifts/{shift['id']}/position")
            if told is not None:
                seen.places[shift["id"]] = (float(told["location"]["lat"]), float(told["location"]["lng"]))
        on_duty = {shift["id"] for shift in working}
        seen.places = {shift_id: place for shift_id, place in seen.places.items() if shift_id in on_duty}

    def _look_at_offers(self, seen: Seen) -> None:
        seen.offers = self._page("/v1/offers")

    def _look_at_checks(self, seen: Seen) -> None:
        response = self._http.get("/readyz")
        seen.checks = response.json()["checks"]

    def _look_at_money(self, seen: Seen) -> None:
        told = self._ask("/v1/ledger/balances") or {}
        seen.balances = told.get("data", [])

    def _look_at_kpi(self, seen: Seen) -> None:
        until = seen.at + timedelta(seconds=1)
        since = until - timedelta(days=1)
        told = self._ask("/v1/kpis", **{"from": _shown(since), "to": _shown(until), "by": "service"}) or {}
        seen.day = told.get("total", {})

    def _look_at_zones(self, seen: Seen) -> None:
        told = [self._ask(f"/v1/zones/{zone['id']}") for zone in self._page("/v1/zones")[:MOST_ZONES]]
        seen.zones = [zone for zone in told if zone is not None]

    def _page(self, path: str) -> list[Row]:
        rows: list[Row] = (self._ask(path, limit=PAGE) or {}).get("data", [])
        return rows

    def _ask(self, path: str, **parameters: str | int) -> Row | None:
        """The answer; None for what this deployment does not have or show."""
        if time.monotonic() >= self._token_until:
            self._token, self._token_until = self._make_token(), time.monotonic() + TOKEN_S
        response = self._http.get(path, params=dict(parameters), headers={"Authorization": f"Bearer {self._token}"})
        if response.status_code in {403, 404, 405}:
            return None
        answer: Row = response.raise_for_status().json()
        return answer


def _shown(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
