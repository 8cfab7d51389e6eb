"""Do recorded breakdown calls all come to their end while processes of the stack are killed under them?"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest

from interfaces.simulation.job import ENDED
from tests.support.local_system import LocalSystem, local_system

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECORDING: Final = "breakdown_calls_montgomery.csv.gz"
VICTIMS: Final = ("api", "projector", "dispatcher")
# Within what a test may take, so that it fails with what the replay had to say; a storm takes a quarter of an hour.
PATIENT_S: Final = 240
VERY_PATIENT_S: Final = 1_800
A_STORM: Final = 200


class Replay:
    """`vehicaid calls replay` in a process of its own, against a running system."""

    def __init__(self, system: LocalSystem, data: Path, *options: str) -> None:
        self._logs = system.state_dir / "logs"
        self._report = system.directory / "report.json"
        self._screen = system.directory / "replay"
        command = ["calls", "replay", str(data / RECORDING), "--url", system.address, "--report", str(self._report)]
        with self._screen.open("wb") as screen:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "interfaces.cli", *command, *options],
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=screen,
                env=system.environment(),
                cwd=system.directory,
            )

    @property
    def screen(self) -> str:
        return self._screen.read_text(errors="replace")

    def report(self, patience_s: float) -> dict[str, Any]:
        """What became of every call, when it is over."""
        code: int | None = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self.process.wait(patience_s)
        assert code == 0, f"{self.screen}\n{self._troubles()}"
        told: dict[str, Any] = json.loads(self._report.read_text())
        return told

    def end(self) -> None:
        """Whatever came of it, nobody plays any more."""
        self.process.kill()
        self.process.wait()

    def _troubles(self) -> str:
        """What the processes complained of."""
        lines = [line for log in self._logs.glob("*.jsonl") for line in log.read_text().splitlines()]
        return "\n".join(line for line in lines if '"level":"error"' in line)[-4000:]


class Desk:
    """Somebody who looks at the board while the day goes on."""

    def __init__(self, system: LocalSystem, tenant: str) -> None:
        self._address = system.address
        self._tenant = tenant

    def requests(self) -> list[dict[str, Any]]:
        """The newest requests; nothing while the api is away."""
        rows: list[dict[str, Any]] = self._ask("/v1/service-requests", limit="200").get("data", [])
        return rows

    def called(self) -> int:
        """How many calls came in so far."""
        now = datetime.now(UTC)
        since, until = (now + timedelta(hours=hours) for hours in (-12, 1))
        figures = self._ask("/v1/kpis", **{"from": since.isoformat(), "to": until.isoformat(), "by": "service"})
        return int(figures.get("total", {}).get("requests", 0))

    def _ask(self, path: str, **parameters: str) -> dict[str, Any]:
        try:
            with httpx.Client(base_url=self._address, timeout=10) as http:
                token = http.post("/v1/tokens", json={"role": "dispatcher", "tenant": self._tenant})
                told = {"Authorization": f"Bearer {token.raise_for_status().json()['access_token']}"}
                answer = http.get(path, params=parameters, headers=told)
                page: dict[str, Any] = answer.raise_for_status().json()
        except httpx.HTTPError:
            return {}
        return page


@pytest.fixture(scope="module")
def system() -> Iterator[LocalSystem]:
    """The whole system as `make run` has it, on an empty directory."""
    with local_system() as running:
        running.start()
        yield running


def play_and_kill(system: LocalSystem, data: Path, run: str, calls: int, speed: float, *options: str) -> dict[str, Any]:
    """A day with one kill -9 of each process, at a quarter, a half and three quarters of it."""
    named = ("--limit", str(calls), "--speed", str(speed), "--run", run)
    replay = Replay(system, data, *named, *options)
    desk = Desk(system, f"replay-{run}")
    try:
        for number, name in enumerate(VICTIMS, 1):
            kill_in_the_middle(system, replay, desk, name, after=number * calls // 4)
        return replay.report(patience_s=PATIENT_S if calls < A_STORM else VERY_PATIENT_S)
    finally:
        replay.end()


def check_proofs(system: LocalSystem) -> None:
    for command in (("projections", "verify", "--all"), ("audit", "verify")):
        verified = system.vehicaid(*command)
        assert verified.returncode == 0, verified.stdout + verified.stderr


def kill_in_the_middle(system: LocalSystem, replay: Replay, desk: Desk, name: str, after: int) -> None:
    """kill -9 when so many calls have come in and some of them are not at their end."""

    def is_the_moment() -> bool:
        assert replay.process.poll() is None, f"over before {name} could be killed: {replay.screen}"
        return desk.called() >= after and any(row["state"] not in ENDED for row in desk.requests())

    system.wait_for(is_the_moment, patience_s=VERY_PATIENT_S)
    system.wait_for_restart(name, of=system.kill(name))


def check(told: dict[str, Any], calls: int) -> None:
    counts = told["counts"]
    assert counts["completed"] == counts["calls"] == calls
    bad = ("lost", "doubled", "refused", "not_terminal", "other_ends", "provider_overlaps")
    assert {name: counts[name] for name in bad} == dict.fromkeys(bad, 0)
    assert told["overlaps"] == told["held_twice"] == told["faults"] == []
    assert len({call["request_id"] for call in told["calls"]}) == calls
    assert {dirt["line"] for dirt in told["recording"]["dirt"]}


def check_money(told: dict[str, Any], calls: int) -> None:
    """Everybody paid, in both ways, and the books add up to nothing."""
    assert set(told["payments"]) == {"cash", "wallet"}
    assert sum(paid["calls"] for paid in told["payments"].values()) == calls
    assert told["ledger"] == {"INR": 0}
    assert all(call["settled_minor"] == call["price_minor"] > 0 for call in told["calls"])


@pytest.mark.servers
@pytest.mark.timeout(420)
def test_forty_calls_survive_kill_9_of_api_projector_and_dispatcher(system: LocalSystem, recorded_data: Path) -> None:
    told = play_and_kill(system, recorded_data, "forty", 40, 3600, "--tariff", "--pay", "mix")
    check(told, calls=40)
    check_money(told, calls=40)
    assert sum(told["http"]["retries"].values()) > 0, "nobody noticed that the api was killed"
    check_proofs(system)


@pytest.mark.servers
@pytest.mark.timeout(420)
def test_a_replay_that_was_killed_goes_on_under_its_name_and_doubles_nothing(
    system: LocalSystem, recorded_data: Path
) -> None:
    options = ("--limit", "16", "--speed", "3600", "--most-providers", "8", "--run", "again")
    first = Replay(system, recorded_data, *options)
    desk = Desk(system, "replay-again")
    system.wait_for(lambda: sum(row["state"] == "on_scene" for row in desk.requests()) > 0)
    first.process.kill()
    first.process.wait()
    begun = desk.requests()
    assert any(row["state"] != "completed" for row in begun)
    told = Replay(system, recorded_data, *options).report(patience_s=300)
    check(told, calls=16)
    assert {row["id"] for row in begun} <= {call["request_id"] for call in told["calls"]}
    assert len(desk.requests()) == 16


@pytest.mark.slow
@pytest.mark.servers
@pytest.mark.timeout(900)
def test_two_hundred_calls_at_600_times_survive_the_same(system: LocalSystem, recorded_data: Path) -> None:
    check(play_and_kill(system, recorded_data, "twohundred", 200, 600), calls=200)
    check_proofs(system)


@pytest.mark.slow
@pytest.mark.servers
@pytest.mark.timeout(2_700)
def test_the_blizzard_at_900_times_is_quoted_driven_and_paid_through_kill_9(
    system: LocalSystem, recorded_data: Path
) -> None:
    options = ("--preset", "blizzard", "--tariff", "--pay", "mix")
    told = play_and_kill(system, recorded_data, "blizzard", 1_336, 900, *options)
    check(told, calls=1_336)
    check_money(told, calls=1_336)
    check_proofs(system)
