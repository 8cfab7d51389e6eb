"""Does the demo city live by the public API alone, and go on where it was when its people are killed?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest

from interfaces.demo.companies import COMPANIES
from tests.support.local_system import LocalSystem, local_system

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

TENANT: Final = "demo-city"
# As many as show that work goes on, within a minute or two of a loaded machine.
JOBS: Final = 8


@pytest.fixture
def system() -> Iterator[LocalSystem]:
    """`vehicaid up` with people in it, who are in a hurry."""
    with local_system(VEHICAID_DEMO="1", VEHICAID_DEMO_SPEED="200", VEHICAID_DEMO_CALL_EVERY_S="1") as running:
        running.start()
        yield running


class Desk:
    """Somebody of the demo's desk."""

    def __init__(self, system: LocalSystem) -> None:
        self._http = httpx.Client(base_url=system.address, timeout=15)

    def all(self, path: str, role: str = "dispatcher", **asked: str) -> list[dict[str, Any]]:
        """Every row of a list; what was read so far when the api goes away."""
        rows: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        try:
            token = self._http.post("/v1/tokens", json={"role": role, "tenant": TENANT}).raise_for_status().json()
            told = {"Authorization": f"Bearer {token['access_token']}"}
            while True:
                params = {"limit": "200", **asked, **cursor}
                page = self._http.get(path, params=params, headers=told).raise_for_status().json()
                rows += page["data"]
                if page["next_cursor"] is None:
                    return rows
                cursor = {"cursor": page["next_cursor"]}
        except httpx.HTTPError:
            return rows

    def done(self) -> list[dict[str, Any]]:
        """The jobs that were done and paid so far."""
        return [row for row in self.all("/v1/service-requests") if row["state"] == "completed"]

    def completed(self) -> int:
        """How many they are."""
        return len(self.done())


def test_the_city_lives_is_killed_and_goes_on(system: LocalSystem) -> None:
    desk = Desk(system)
    assert "vehicaid watch" in system.screen
    assert f"token dispatcher --tenant {TENANT}" in system.screen
    system.wait_for(lambda: "crews are on duty" in system.screen, patience_s=180)
    # The line after that one: a screen may be read between the two.
    system.wait_for(lambda: f"token provider --tenant {TENANT} --subject prv_" in system.screen)
    system.wait_for(lambda: desk.completed() >= JOBS, patience_s=240)

    system.wait_for_restart("demo", of=system.kill("demo"))
    before = desk.completed()
    system.wait_for(lambda: desk.completed() >= before + JOBS, patience_s=240)

    providers = [shift["provider_id"] for shift in desk.all("/v1/shifts")]
    assert max(Counter(providers).values()) == 1, "nobody is on duty twice"
    assert 20 <= len(providers) <= len(COMPANIES)
    registered = desk.all("/v1/audit/events", role="auditor", type="provider.registered")
    assert len(registered) == len(COMPANIES), "nobody registered twice"
    # How one pays is each customer's own: by chance some sixteen of them may all keep money with the service.
    system.wait_for(lambda: {row["payment_method"] for row in desk.done()} == {"cash", "wallet"}, patience_s=240)
    done = desk.done()
    assert all(row["settled_minor"] > 0 and row["outcome"] == "charge" for row in done)
    assert sum(row["balance_minor"] for row in desk.all("/v1/ledger/balances")) == 0

    watched = system.vehicaid("watch", "--once")
    assert watched.returncode == 0, watched.stderr
    assert "API is there" in watched.stdout
    assert "on duty" in watched.stdout
    for command in (("projections", "verify", "--all"), ("audit", "verify")):
        verified = system.vehicaid(*command)
        assert verified.returncode == 0, verified.stdout + verified.stderr
