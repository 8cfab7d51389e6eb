"""What goes wrong while providers race: a backend of PostgreSQL is killed, the API is killed and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Final

import psycopg

from infra.embedded.ports import free_port
from interfaces.bench.sides import started, wait_until_it_answers

if TYPE_CHECKING:
    from infra.settings import Settings

A_BACKEND: Final = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend' ORDER BY backend_start LIMIT 1"
)
API: Final = ["interfaces.cli", "api"]


@dataclass(slots=True)
class ApiProcess:
    """The API as a process on a port that it keeps."""

    settings: Settings
    port: int = field(default_factory=free_port)
    _child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._child = started(API, self.settings, self.port)
        wait_until_it_answers(self.port, "/readyz")

    def kill(self) -> None:
        """kill -9."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()


@dataclass(slots=True)
class Outages:
    """Faults in turn, and from when until when each was felt (on the clock of ``perf_counter``)."""

    api: ApiProcess
    admin_dsn: str
    spans: list[tuple[float, float]] = field(default_factory=list)
    _began_at: float | None = None

    async def one(self) -> None:
        """A backend is killed, which takes all of them down for a moment, or the API; whichever is next."""
        begun = self._began_at = perf_counter()
        if len(self.spans) % 2 == 0:
            await asyncio.to_thread(self._kill_a_backend)
        else:
            await asyncio.to_thread(self.api.kill)
            await asyncio.to_thread(self.api.start)
        await asyncio.to_thread(wait_until_it_answers, self.api.port, "/readyz")
        self.spans.append((begun, perf_counter()))
        self._began_at = None

    def felt(self, begun: float, ended: float) -> bool:
        """Whether anything was out of order within that time."""
        is_out = self._began_at is not None and ended >= self._began_at
        return is_out or any(begun <= until and ended >= since for since, until in self.spans)

    def _kill_a_backend(self) -> None:
        with psycopg.connect(self.admin_dsn, autocommit=True) as connection:
            row = connection.execute(A_BACKEND).fetchone()
        if row is not None:
            os.kill(int(row[0]), signal.SIGKILL)
