"""Which PostgreSQL and Redis do the tests of one run share, and how does each test get its own corner?"""

import base64
import itertools
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis
from psycopg import sql

from infra.analytics.place import ANALYST_ROLE
from infra.database_url import APP_ROLE, admin_dsn, app_dsn
from infra.embedded.postgres import EmbeddedPostgres
from infra.embedded.redis import EmbeddedRedis
from infra.migrate import migrate
from infra.projections.install import install_read_models
from infra.settings import Settings
from tests.support.sessions import current_session, fast_place, locked

TEMPLATE = "vehicaid_template"
MIGRATED = "vehicaid_migrated"
PASSWORD = "for-tests-only"
CELL = "cell_main"
REDIS_DATABASES = 1024
TOKEN_KEY = "token-key-for-tests-0123456789abcdef"
CURSOR_KEY = "cursor-key-for-tests-0123456789abcde"
PERSONAL_KEY = base64.b64encode(bytes(range(32))).decode()
AUDIT_KEY = base64.b64encode(bytes(range(32, 64))).decode()

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Database:
    """A migrated database of a test's own."""

    name: str
    settings: Settings
    app_dsn: str = field(repr=False)
    admin_dsn: str = field(repr=False)

    @property
    def cell(self) -> str:
        """Name of the schema that holds log, receipts and read models."""
        return self.settings.cell


def settings_for(server: EmbeddedPostgres, database: str, redis_url: str = "", cell: str = CELL) -> Settings:
    """Complete settings for one database of a test server."""
    return Settings(
        database_url=server.url(APP_ROLE, PASSWORD, database),
        admin_database_url=server.url("postgres", PASSWORD, database),
        analyst_database_url=server.url(ANALYST_ROLE, PASSWORD, database),
        redis_url=redis_url,
        cell=cell,
        token_signing_key=TOKEN_KEY,
        cursor_signing_key=CURSOR_KEY,
        personal_master_key=PERSONAL_KEY,
        audit_signing_key=AUDIT_KEY,
        erasure_list=current_session() / "erasures.jsonl",
        file_folder=current_session() / "files",
    )


def database_on(server: EmbeddedPostgres, name: str, redis_url: str = "") -> Database:
    """The handle of a database that exists."""
    settings = settings_for(server, name, redis_url)
    return Database(name, settings, app_dsn(settings), admin_dsn(settings))


def make_template(server: EmbeddedPostgres) -> None:
    """Two databases to copy from, migrated only and with empty read models too; passwords for roles that log in."""
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(MIGRATED)))
    migrate(server.url("postgres", PASSWORD, MIGRATED), CELL)
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        for role in (APP_ROLE, ANALYST_ROLE):
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(PASSWORD)))
        copy_database(connection, TEMPLATE, MIGRATED)
    install_read_models(settings_for(server, TEMPLATE))


def copy_database(connection: psycopg.Connection[tuple[object, ...]], name: str, template: str) -> None:
    """A database as its template is; small ones are copied three times as fast by the file as through the log."""
    connection.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )


@contextmanager
def fresh_database(server: EmbeddedPostgres, redis_url: str = "", template: str = TEMPLATE) -> Iterator[Database]:
    """A copy of a template, dropped afterwards even while somebody is connected."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        copy_database(connection, name, template)
    try:
        yield database_on(server, name, redis_url)
    finally:
        with psycopg.connect(server.admin_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def shared_postgres() -> EmbeddedPostgres:
    """The server of this run; the first worker that asks starts it."""
    session = current_session()
    with locked(session / "postgres.lock"):
        known, directory = session / "postgres.port", fast_place(session) / "postgres"
        if known.exists():
            server = EmbeddedPostgres(directory, PASSWORD, port=int(known.read_text()), fsync=False)
        else:
            server = EmbeddedPostgres(directory, PASSWORD, fsync=False)
            _start_for_the_run(server)
            make_template(server)
            known.write_text(str(server.port))
    return server


def shared_redis() -> EmbeddedRedis:
    """The Redis of this run; the first worker that asks starts it."""
    session = current_session()
    with locked(session / "redis.lock"):
        known = session / "redis.port"
        port = int(known.read_text()) if known.exists() else None
        server = EmbeddedRedis(session / "redis", PASSWORD, port=port, append_only=False, databases=REDIS_DATABASES)
        if port is None:
            _start_for_the_run(server)
            known.write_text(str(server.port))
    return server


def fresh_redis_url(server: EmbeddedRedis) -> str:
    """An empty numbered database. Channels of publish and subscribe are shared by all of them."""
    with redis.Redis.from_url(server.url()) as client:
        number = 1 + int(client.incr("test-databases")) % (REDIS_DATABASES - 1)
    with redis.Redis.from_url(server.url(number)) as client:
        client.flushdb()
    return server.url(number)


@dataclass
class PrivatePostgres:
    """A durable server for a test that kills it. It keeps its port and its data when it starts again."""

    server: EmbeddedPostgres
    database: Database

    def kill(self) -> None:
        """kill -9 of the server and its backends."""
        self.server.kill()

    def start(self) -> None:
        """Start it again over the same data."""
        self.server.start()


@contextmanager
def private_postgres_server() -> Iterator[PrivatePostgres]:
    """One server for one test, fsync on, with one migrated database."""
    directory = current_session() / f"private-{os.getpid()}-{next(_numbers)}"
    _copy_cluster(directory)
    server = EmbeddedPostgres(directory, PASSWORD)
    server.start()
    try:
        yield PrivatePostgres(server, database_on(server, TEMPLATE))
    finally:
        server.stop()


def _copy_cluster(directory: Path) -> None:
    """A stopped cluster with both templates, as the first who asks makes it: making one takes seconds, a copy none."""
    origin = current_session() / "private"
    with locked(current_session() / "private.lock"):
        if not (origin / "made").exists():
            server = EmbeddedPostgres(origin, PASSWORD, fsync=False)
            server.start()
            make_template(server)
            server.stop(timeout_s=60)
            (origin / "made").touch()
    # With its owner and its modes, which shutil would not keep.
    subprocess.run(["cp", "-a", str(origin), str(directory)], check=True)


def _start_for_the_run(server: EmbeddedPostgres | EmbeddedRedis) -> None:
    """It must outlive the worker that happened to ask first; the end of the run stops it."""
    server.start(on_parent_death=None)


def recorded_data() -> Path | None:
    """The folder of recorded real data next to the checkout, if this machine has it."""
    given = os.environ.get("VEHICAID_DATA_DIR")
    folder = Path(given) if given else Path(__file__).parents[2].parent / "shared" / "data"
    return folder if folder.is_dir() else None
