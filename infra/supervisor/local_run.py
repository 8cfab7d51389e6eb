"""How does everything start on one machine, and in which order?"""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg import sql

import infra
from infra.analytics.place import ANALYST_ROLE
from infra.database_url import APP_ROLE
from infra.embedded.account import Child, dies_with_parent
from infra.embedded.postgres import EmbeddedPostgres
from infra.embedded.redis import EmbeddedRedis
from infra.local_state import (
    APPLICATION_SECRETS,
    REQUIRED_SECRETS,
    LocalState,
    LocalStateError,
    ensure_secrets,
    ensure_state_dir,
    forget_running,
    write_running,
)
from infra.settings import Settings, SettingsError, with_local_state
from infra.supervisor.gateway import REGISTRAR, SANDBOX, gateway_environment, registrar_environment
from infra.supervisor.instance_lock import take_instance_lock
from infra.supervisor.output import Terminal
from infra.supervisor.ports import check_port, free_unless_told
from infra.supervisor.service import Service
from infra.supervisor.supervisor import StopRequested, Supervisor
from infra.supervisor.welcome import demo_logins, sandbox_address
from infra.upgrade import upgrade

DATABASE = "vehicaid"
# One probe of a starting api; it answers in milliseconds or not at all.
PROBE_TIMEOUT_S = 0.5


class LocalRun:
    """Servers, migrations, processes; and the way back."""

    def __init__(
        self,
        given: Settings,
        processes: Sequence[str],
        afterwards: Sequence[str] = (),
        terminal: Terminal | None = None,
    ) -> None:
        """Nothing starts yet; ``afterwards`` are processes that nobody waits for: they come when all others are up.

        Raises LocalStateError when another run holds the state directory, SettingsError for a port that is taken.
        """
        self._began_at = time.monotonic()
        self._given = given
        self._processes = processes
        self._afterwards = afterwards
        self.state_dir = ensure_state_dir(given.state_dir)
        self._lock = take_instance_lock(self.state_dir)
        check_port(given.host, given.port)
        self._secrets = self._known_secrets()
        self._terminal = terminal or Terminal(self.state_dir / "logs")
        self._state = LocalState(
            port=given.port,
            supervisor_pid=os.getpid(),
            secrets=self._secrets,
            razorpay_url=self._sandbox_url(),
            registrar_url=self._registrar_url(),
        )
        self._supervisor = Supervisor(self._terminal, self._publish)
        self._postgres = None if given.database_url else self._make_postgres()
        self._redis = None if given.redis_url else self._make_redis()

    def run(self) -> None:
        """Until Ctrl-C or SIGTERM."""
        self._supervisor.listen_to_signals()
        try:
            self._start()
            self._supervisor.run()
        except StopRequested:
            self._terminal.say("stopping")
        finally:
            began = time.monotonic()
            self._supervisor.stop()
            forget_running(self.state_dir)
            self._terminal.say(f"stopped in {time.monotonic() - began:.1f} s")
            self._supervisor.close()

    def _start(self) -> None:
        servers = [service for service in (self._postgres_service(), self._redis_service()) if service is not None]
        if servers:
            self._terminal.say(f"starting {' and '.join(service.name for service in servers)} in {self.state_dir}")
        self._supervisor.start(servers)
        self._open_database()
        upgrade(with_local_state(self._given, self._state), self._terminal.say)
        self._set_passwords()
        self._terminal.say(f"starting {', '.join(self._processes)}")
        self._supervisor.start([self._process_service(name) for name in self._processes])
        self._welcome()
        self._supervisor.start([self._process_service(name) for name in self._afterwards])

    def _welcome(self) -> None:
        address = f"http://{self._given.host}:{self._given.port}"
        body = '{"role": "admin", "tenant": "demo"}'
        for line in (
            "",
            f"  VehicAid is up     {address}   (after {time.monotonic() - self._began_at:.1f} s)",
            f"  documentation      {address}/docs",
            f"  a token            curl -s {address}/v1/tokens -H 'content-type: application/json' -d '{body}'",
            *sandbox_address(self._state.razorpay_url),
            *(demo_logins(self._given.demo_tenant) if self._afterwards else ()),
            f"  logs               {self.state_dir / 'logs'}",
            "  stop               Ctrl-C",
            "",
        ):
            self._terminal.say(line)

    def _sandbox_url(self) -> str:
        """Where the stand-in of the payment gateway will listen: the same over its restarts."""
        if SANDBOX not in self._processes:
            return ""
        return f"http://{self._host}:{free_unless_told(self._given, 'razorpay_sandbox_port')}"

    def _registrar_url(self) -> str:
        """Where the stand-in of the registrar will listen."""
        if REGISTRAR not in self._processes:
            return ""
        return f"http://{self._host}:{free_unless_told(self._given, 'registrar_sandbox_port')}"

    @property
    def _host(self) -> str:
        """Where this machine reaches what listens at the host of the settings."""
        return "127.0.0.1" if self._given.host in {"0.0.0.0", "::"} else self._given.host  # noqa: S104  compared only

    def _known_secrets(self) -> dict[str, str]:
        if self._given.environment == "production":
            missing = [name for name in REQUIRED_SECRETS if getattr(self._given, name) is None]
            if missing:
                message = (
                    f"in production these must be set: {', '.join(f'VEHICAID_{name.upper()}' for name in missing)}"
                )
                raise SettingsError(message)
        if not (self.state_dir / "secrets.json").exists() and (self.state_dir / "postgres").exists():
            message = f"{self.state_dir}/secrets.json is gone but its database is there: restore it from a backup"
            raise LocalStateError(message)
        return ensure_secrets(self.state_dir)

    def _make_postgres(self) -> EmbeddedPostgres:
        directory = self.state_dir / "postgres"
        return EmbeddedPostgres(directory, self._secrets["postgres_password"], report=self._terminal.say)

    def _make_redis(self) -> EmbeddedRedis:
        return EmbeddedRedis(self.state_dir / "redis", self._secrets["redis_password"], report=self._terminal.say)

    def _postgres_service(self) -> Service | None:
        server = self._postgres
        if server is None:
            return None
        server.prepare()
        self._state = replace(
            self._state,
            database_url=server.url(APP_ROLE, self._secrets["app_password"], DATABASE),
            admin_database_url=server.url("postgres", self._secrets["postgres_password"], DATABASE),
            analyst_database_url=server.url(ANALYST_ROLE, self._secrets["analyst_password"], DATABASE),
        )

        def spawn() -> Child:
            server.prepare(politely=False)
            return server.spawn()

        return Service("postgres", spawn, server.is_ready, server.last_words, stop_signal=signal.SIGINT, is_server=True)

    def _redis_service(self) -> Service | None:
        server = self._redis
        if server is None:
            return None
        server.prepare()
        self._state = replace(self._state, redis_url=server.url())

        def spawn() -> Child:
            server.prepare()
            return server.spawn()

        return Service("redis", spawn, server.is_ready, server.last_words, is_server=True)

    def _open_database(self) -> None:
        if self._postgres is None:
            return
        with psycopg.connect(self._postgres.admin_url, autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def _set_passwords(self) -> None:
        if self._postgres is None:
            return
        with psycopg.connect(self._postgres.admin_url, autocommit=True) as connection:
            for role, secret in ((APP_ROLE, "app_password"), (ANALYST_ROLE, "analyst_password")):
                password = sql.Literal(self._secrets[secret])
                connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), password))

    def _process_service(self, name: str) -> Service:
        def spawn() -> Child:
            return subprocess.Popen(  # noqa: S603  our own command
                [sys.executable, "-P", "-m", "interfaces.cli", name],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=self._environment(),  # anew each time: a metrics port may be taken meanwhile
                process_group=0,
                preexec_fn=dies_with_parent(signal.SIGKILL),  # noqa: PLW1509  the supervisor has one thread
            )

        is_ready = self._api_is_ready if name == "api" else _lives
        return Service(name, spawn, is_ready, lambda: self._terminal.last_words(name))

    def _environment(self) -> dict[str, str]:
        """What a child is told. It gets the application's url only: no child knows the owner's password."""
        settings = with_local_state(self._given, self._state)
        told = dict(os.environ)
        told["PYTHONPATH"] = os.pathsep.join(
            filter(None, [str(Path(infra.__file__).parents[1]), os.environ.get("PYTHONPATH")])
        )
        told["PYTHONUNBUFFERED"] = "1"
        told["VEHICAID_STATE_DIR"] = str(self.state_dir)
        told["VEHICAID_DATABASE_URL"] = settings.database_url
        told["VEHICAID_REDIS_URL"] = settings.redis_url
        for field in ("projector_metrics_port", "dispatcher_metrics_port", "worker_metrics_port"):
            told[f"VEHICAID_{field.upper()}"] = str(free_unless_told(settings, field))
        told |= gateway_environment(settings) | registrar_environment(settings)
        for name in APPLICATION_SECRETS:
            secret = getattr(settings, name)
            if secret is not None:
                told[f"VEHICAID_{name.upper()}"] = secret.get_secret_value()
        return told

    def _api_is_ready(self) -> bool:
        connection = http.client.HTTPConnection(self._host, self._given.port, timeout=PROBE_TIMEOUT_S)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _publish(self, processes: dict[str, int]) -> None:
        self._state = replace(self._state, processes=processes)
        try:
            write_running(self.state_dir, self._state)
        except OSError as error:
            self._terminal.say_once(f"other terminals cannot be told what runs: {error.strerror}")


def _lives() -> bool:
    return True
