"""Which SQL files has this cell seen, and how are the others applied?"""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from importlib.resources.abc import Traversable

import psycopg
from psycopg import errors, sql

from infra.database_url import search_path

LOCK_TIMEOUT_S = 2.0
ATTEMPTS = 30
RETRY_PAUSE_S = 1.0
# Ten minutes: another process may be building an index on a large log; longer means that it hangs.
RUNNER_WAIT_S = 600


class MigrationError(Exception):
    """A migration cannot go on; the message is one line for the operator."""


@dataclass(frozen=True)
class Migration:
    """One SQL file of this release."""

    number: int
    name: str
    sql: str
    sha256: str


@dataclass(frozen=True)
class Applied:
    """One file as the cell remembers it."""

    number: int
    name: str
    sha256: str
    applied_at: datetime


def migrations(folder: Traversable | None = None) -> tuple[Migration, ...]:
    """The files of this release in order of their numbers, which may have gaps but no doubles."""
    found: dict[int, Migration] = {}
    for file in (folder or resources.files("infra") / "migrations").iterdir():
        if not file.name.endswith(".sql"):
            continue
        number, name = int(file.name[:4]), file.name.removesuffix(".sql")
        if number in found:
            message = f"two migrations have the number {number:04}: {found[number].name}, {name}"
            raise MigrationError(message)
        content = file.read_bytes()
        found[number] = Migration(number, name, content.decode(), hashlib.sha256(content).hexdigest())
    return tuple(found[number] for number in sorted(found))


def migrate(
    admin_url: str,
    cell: str,
    *,
    files: Sequence[Migration] | None = None,
    lock_timeout_s: float = LOCK_TIMEOUT_S,
    attempts: int = ATTEMPTS,
    report: Callable[[str], None] = lambda _line: None,
) -> list[Applied]:
    """Bring the cell to this release and return what was applied now, each file in a transaction of its own.

    Runs once at a time per cell, can be repeated and interrupted anywhere.
    Raises MigrationError for a changed file, a failing file or a lock that stays taken.
    """
    wanted = migrations() if files is None else files
    with psycopg.connect(admin_url, autocommit=True) as connection:
        _take_turn(connection, cell)
        _prepare(connection, cell)
        known = _known(connection, cell)
        done = []
        for migration in _missing(wanted, known):
            report(f"migration {migration.name}")
            done.append(_with_retries(connection, cell, migration, lock_timeout_s, attempts))
        return done


def pending(url: str, cell: str, files: Sequence[Migration] | None = None) -> tuple[Migration, ...]:
    """The files of this release the cell has not seen.

    Raises MigrationError when an applied file has changed since.
    """
    wanted = migrations() if files is None else tuple(files)
    with psycopg.connect(url, autocommit=True) as connection:
        table = f"{cell}.schema_migrations"
        exists = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchone()
        if exists != (True,):
            return wanted
        return tuple(_missing(wanted, _known(connection, cell)))


def _missing(wanted: Sequence[Migration], known: dict[int, Applied]) -> list[Migration]:
    for migration in wanted:
        before = known.get(migration.number)
        if before is not None and before.sha256 != migration.sha256:
            message = (
                f"migration {migration.name} was changed after it was applied on {before.applied_at:%Y-%m-%d %H:%M}:"
                " restore the file and put the change into a new one"
            )
            raise MigrationError(message)
    return [migration for migration in wanted if migration.number not in known]


def _take_turn(connection: psycopg.Connection, cell: str) -> None:
    """Held by the session, so it ends with the session however that ends."""
    deadline = time.monotonic() + RUNNER_WAIT_S
    ask = "SELECT pg_try_advisory_lock(hashtextextended('vehicaid.migrate.' || %s, 0))"
    while connection.execute(ask, [cell]).fetchone() != (True,):
        if time.monotonic() > deadline:
            message = f"another migration of {cell} has been running for {RUNNER_WAIT_S} s"
            raise MigrationError(message)
        time.sleep(0.1)


def _prepare(connection: psycopg.Connection, cell: str) -> None:
    name = sql.Identifier(cell)
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
    connection.execute(
        sql.SQL(
            "CREATE TABLE IF NOT EXISTS {}.schema_migrations (number integer PRIMARY KEY, name text NOT NULL,"
            " sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        ).format(name)
    )


def _known(connection: psycopg.Connection, cell: str) -> dict[int, Applied]:
    rows = connection.execute(
        sql.SQL("SELECT number, name, sha256, applied_at FROM {}.schema_migrations").format(sql.Identifier(cell))
    )
    return {row[0]: Applied(*row) for row in rows}


def _with_retries(
    connection: psycopg.Connection, cell: str, migration: Migration, lock_timeout_s: float, attempts: int
) -> Applied:
    for attempt in range(1, attempts + 1):
        try:
            return _apply(connection, cell, migration, lock_timeout_s)
        except errors.LockNotAvailable as error:
            if attempt == attempts:
                message = f"migration {migration.name} waited {attempts} times for a lock: {_line(error)}"
                raise MigrationError(message) from error
            time.sleep(RETRY_PAUSE_S)
        except psycopg.OperationalError:
            raise
        except psycopg.Error as error:
            message = f"migration {migration.name} failed and was rolled back: {_line(error)}"
            raise MigrationError(message) from error
    raise AssertionError(attempts)


def _apply(connection: psycopg.Connection, cell: str, migration: Migration, lock_timeout_s: float) -> Applied:
    with connection.transaction():
        connection.execute("SELECT set_config('search_path', %s, true)", [search_path(cell)])
        connection.execute("SELECT set_config('lock_timeout', %s, true)", [f"{int(lock_timeout_s * 1000)}ms"])
        connection.execute(migration.sql.encode())
        row = connection.execute(
            "INSERT INTO schema_migrations (number, name, sha256) VALUES (%s, %s, %s)"
            " RETURNING number, name, sha256, applied_at",
            [migration.number, migration.name, migration.sha256],
        ).fetchone()
    assert row is not None  # noqa: S101
    return Applied(*row)


def _line(error: psycopg.Error) -> str:
    return str(error).strip().splitlines()[0]
