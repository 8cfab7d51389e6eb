"""What does every benchmark report, and on which server does it run?"""

from __future__ import annotations

import os
import platform
import statistics
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict

import psycopg
from psycopg import sql

from infra.database_url import APP_ROLE, admin_dsn, app_dsn
from infra.embedded.postgres import EmbeddedPostgres
from infra.migrate import migrate
from infra.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PASSWORD = "bench-only"  # noqa: S105  guards a loopback server that lives for one run
DATABASE = "bench"


class Bar(TypedDict):
    """A figure that must hold."""

    name: str
    value: float
    limit: float
    kind: Literal["at_least", "at_most"]
    ok: bool


class Report(TypedDict):
    """What a benchmark found."""

    bench: str
    machine: dict[str, str | int]
    setting: dict[str, str | int | float]
    figures: dict[str, object]
    bars: list[Bar]


def at_least(name: str, value: float, limit: float) -> Bar:
    """A bar to be reached."""
    return Bar(name=name, value=round(value, 3), limit=limit, kind="at_least", ok=value >= limit)


def at_most(name: str, value: float, limit: float) -> Bar:
    """A bar not to be exceeded."""
    return Bar(name=name, value=round(value, 3), limit=limit, kind="at_most", ok=value <= limit)


def machine() -> dict[str, str | int]:
    """What the figures were measured on, and how much of it others had meanwhile: trust none beside a busy neighbour.

    Ask when all that the benchmark started has ended.
    """
    return {
        "cores": os.cpu_count() or 0,
        "taken_by_others": _taken_by_others(),
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def _busy_s() -> tuple[float, float, float]:
    """Processor seconds of the whole machine, of this process with all that it waited for, and the instant."""
    ours = sum(os.times()[:4])
    if not _COUNTERS.exists():
        return 0.0, ours, time.monotonic()
    user, nice, system, _idle, _wait, hard, soft, *_ = map(int, _COUNTERS.read_text().split("\n", 1)[0].split()[1:])
    return (user + nice + system + hard + soft) / os.sysconf("SC_CLK_TCK"), ours, time.monotonic()


_COUNTERS = Path("/proc/stat")
_AT_FIRST = _busy_s()


def _taken_by_others() -> str:
    """Since this process began, as a share of all processors."""
    if not _COUNTERS.exists():
        return "unknown"
    everybody, ours, seconds = (now - then for now, then in zip(_busy_s(), _AT_FIRST, strict=True))
    return f"{max(0.0, everybody - ours) / (seconds * (os.cpu_count() or 1)):.0%}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0 to 1) of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def summary(seconds: Sequence[float]) -> dict[str, float]:
    """Latencies in milliseconds."""
    return {
        "p50_ms": round(percentile(seconds, 0.5) * 1e3, 3),
        "p99_ms": round(percentile(seconds, 0.99) * 1e3, 3),
        "p999_ms": round(percentile(seconds, 0.999) * 1e3, 3),
        "max_ms": round(max(seconds) * 1e3, 3),
    }


def median_ratio(ours: Sequence[float], peers: Sequence[float]) -> float:
    """The median of the ratios of rounds that ran side by side."""
    return statistics.median(a / b for a, b in zip(ours, peers, strict=True))


@dataclass(frozen=True)
class BenchServer:
    """A durable server of the benchmark's own."""

    server: EmbeddedPostgres
    settings: Settings

    @property
    def app_dsn(self) -> str:
        """As the application."""
        return app_dsn(self.settings)

    @property
    def admin_dsn(self) -> str:
        """As the owner."""
        return admin_dsn(self.settings)


def make_database(server: EmbeddedPostgres, name: str = DATABASE) -> Settings:
    """A migrated database on a server that runs; one of that name is replaced."""
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    settings = Settings(
        database_url=server.url(APP_ROLE, PASSWORD, name),
        admin_database_url=server.url("postgres", PASSWORD, name),
        token_signing_key=PASSWORD * 4,
        cursor_signing_key=PASSWORD * 4,
        personal_master_key="YmVuY2gtb25seS1iZW5jaC1vbmx5LWJlbmNoLW9ubHk=",
    )
    migrate(server.url("postgres", PASSWORD, name), settings.cell)
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(APP_ROLE), sql.Literal(PASSWORD)))
    return settings


@contextmanager
def bench_server() -> Iterator[BenchServer]:
    """A server with fsync on, in a directory that goes away afterwards."""
    with tempfile.TemporaryDirectory(prefix="vehicaid-bench-") as folder:
        Path(folder).chmod(0o711)
        server = EmbeddedPostgres(Path(folder) / "postgres", PASSWORD)
        server.start()
        try:
            yield BenchServer(server, make_database(server))
        finally:
            server.stop()
