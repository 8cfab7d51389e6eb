"""Which processes did an earlier run leave behind over this directory, and how do they end?"""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil

# A clean stop writes a checkpoint; a second of quiet afterwards is plenty for the backends.
POLITE_S = 10.0
HARD_S = 5.0


def end_leftovers(
    pid_file: Path, directory: Path, name: str, report: Callable[[str], None], *, politely: bool = True
) -> None:
    """End every process called `name` that still works in `directory`, then remove its pid file.

    A pid file alone proves nothing: after a restart of the machine its number may belong to anyone.
    So a process counts only when its working directory is ours.
    """
    if not pid_file.exists():
        return
    found = _working_in(directory, name)
    if found and politely:
        report(f"stopping the {name} that an earlier run left behind")
        first = _first_line(pid_file)
        leaders = [process for process in found if process.pid == first] or found
        _signal(leaders, signal.SIGINT)
        _wait_for(found, POLITE_S)
    for by in (signal.SIGQUIT, signal.SIGKILL):
        found = _working_in(directory, name)
        _signal(found, by)
        _wait_for(found, HARD_S)
    pid_file.unlink(missing_ok=True)


def _working_in(directory: Path, name: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.name().startswith(name) and Path(process.cwd()) == directory.resolve():
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def _signal(processes: list[psutil.Process], by: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(by)
        except psutil.Error:
            continue


def _wait_for(processes: list[psutil.Process], timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and any(_alive(process) for process in processes):
        time.sleep(0.02)


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _first_line(pid_file: Path) -> int:
    lines = pid_file.read_text(errors="replace").splitlines()
    return int(lines[0]) if lines and lines[0].strip().isdigit() else 0
