"""Does `make run` give a newcomer a working system, whatever is killed in it?"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator

import httpx
import pytest

from tests.support.effort import THOROUGH
from tests.support.local_system import PATIENCE_S, ROOT, LocalSystem, lives, local_system

# Everything starts several times here, each time as slowly as the machine is busy.
pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
PROCESSES = ("api", "projector", "dispatcher", "worker", "postgres", "redis")


@pytest.fixture
def system() -> Iterator[LocalSystem]:
    with local_system() as system:
        yield system


def _status(system: LocalSystem, path: str) -> int:
    try:
        return httpx.get(f"{system.address}{path}", timeout=5).status_code
    except httpx.TransportError:
        return 0


def _token(system: LocalSystem) -> str:
    """By the very command that the banner shows."""
    shown = re.search(r"a token +(curl .*)", system.screen)
    assert shown, system.screen
    command = shlex.split(shown[1])
    if shutil.which("curl") is None:
        body, url = command[-1], next(word for word in command if word.startswith("http"))
        answer = httpx.post(url, content=body, headers={"content-type": "application/json"}).text
    else:
        answer = subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE_S).stdout
    return str(json.loads(answer)["access_token"])


def test_it_serves_where_it_says_and_whatever_is_killed_comes_back(system: LocalSystem) -> None:
    system.start()
    for path in ("/livez", "/readyz", "/docs", "/metrics"):
        assert _status(system, path) == 200, path
    headers = {"Authorization": f"Bearer {_token(system)}"}
    listed = httpx.get(f"{system.address}/v1/service-requests", headers=headers)
    assert (listed.status_code, listed.json()["data"]) == (200, []), "without people nobody calls"
    assert f"{system.address}/docs" in system.screen
    assert "demo city" not in system.screen

    done = system.vehicaid("doctor", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert {finding["verdict"] for finding in json.loads(done.stdout)["findings"]} <= {"fine", "watch"}

    for name in PROCESSES if THOROUGH else ("api", "postgres"):
        killed = system.kill(name)
        system.wait_for_restart(name, killed)
        system.wait_for(lambda: _status(system, "/readyz") == 200)
    everyone = system.state.processes
    assert set(everyone) == set(PROCESSES)
    assert all(lives(pid) for pid in everyone.values())

    assert system.stop() < 20  # five on a machine of its own
    assert not any(lives(pid) for pid in everyone.values())
    _logs_are_json_lines_in_private_files(system)

    system.start()
    again = httpx.get(f"{system.address}/v1/service-requests", headers=headers)
    assert again.status_code == 200, "the keys of the first run are those of the second"

    everyone = system.state.processes
    assert system.process is not None
    system.process.kill()
    system.process.wait()
    system.start()
    assert not any(lives(pid) for pid in everyone.values()), "they died with their supervisor"
    assert _status(system, "/readyz") == 200


def _logs_are_json_lines_in_private_files(system: LocalSystem) -> None:
    for name in ("api", "projector", "dispatcher"):
        log = system.state_dir / "logs" / f"{name}.jsonl"
        assert log.stat().st_mode & 0o777 == 0o600
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        assert lines
        assert {"event", "level"} <= set(lines[0])


@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
@pytest.mark.skipif(not (ROOT / ".venv" / ".synced").exists(), reason="the environment was not made by `make venv`")
def test_make_run_honours_port_and_ends_on_ctrl_c() -> None:
    with local_system() as system:
        environment = system.environment()
        del environment["VEHICAID_PORT"]
        with (system.directory / "screen").open("wb") as screen:
            system.process = subprocess.Popen(
                ["make", "--no-print-directory", "run", f"PORT={system.port}"],
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=screen,
                cwd=ROOT,
                env=environment,
                start_new_session=True,
            )
        system.wait_for(lambda: f"VehicAid is up     http://127.0.0.1:{system.port}" in system.screen)
        assert _status(system, "/readyz") == 200
        everyone = system.state.processes
        os.killpg(system.process.pid, signal.SIGINT)  # what a terminal does on Ctrl-C
        system.process.wait(PATIENCE_S)
        assert not any(lives(pid) for pid in everyone.values())
        assert "stopped in" in system.screen
        assert "Traceback" not in system.screen
