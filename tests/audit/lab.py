"""Which log do the tests of the audit tamper with, and how?"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from infra.audit.root import Root, current_root
from infra.audit.sealer import seal_now
from infra.audit.verify import LogCheck
from infra.event_store.blocking import BlockingCommitter
from tests.support.saves import event, save

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.audit.findings import Report
    from tests.support.servers import Database

Connection = psycopg.Connection[tuple[object, ...]]
STREAMS = 5


@contextmanager
def owner(database: Database) -> Iterator[Connection]:
    """The superuser, whom no permission stops."""
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
        yield connection


@contextmanager
def application(database: Database) -> Iterator[Connection]:
    """The application's own role."""
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        yield connection


def append(database: Database, first: int, events: int) -> None:
    """So many events, numbered from `first`, over STREAMS streams; a command writes one of each."""
    committer = BlockingCommitter(lambda: psycopg.connect(database.app_dsn, autocommit=True))
    try:
        for start in range(first, first + events, STREAMS):
            numbers = range(start, min(start + STREAMS, first + events))
            facts = [event(f"stream {number % STREAMS}", payload=_payload(number)) for number in numbers]
            committer.append(save(f"command {start}", *facts))
    finally:
        committer.close()


def _payload(number: int) -> bytes:
    return f'{{"number":{number},"remark":"caf\u00e9"}}'.encode()


def seal(database: Database, at_most: int) -> None:
    """Seal everything, in segments of that many events."""
    with application(database) as connection:
        seal_now(connection, at_most)


def sealed_log(database: Database, events: int = 60, at_most: int = 8, tail: int = 0) -> None:
    """A log of so many sealed events and an unsealed tail."""
    append(database, 1, events)
    seal(database, at_most)
    append(database, events + 1, tail)


def root_of(database: Database) -> Root:
    """What an auditor took away just now."""
    with application(database) as connection:
        return current_root(connection, database.cell)


def check(database: Database, *roots: Root) -> Report:
    """One verification with the rights of the application."""
    with application(database) as connection:
        return LogCheck(connection, database.cell, roots).run()


def tamper(database: Database, *statements: str) -> None:
    """Change the log as nobody may, in one transaction, constraints out of the way."""
    with owner(database) as connection, connection.transaction():
        for statement in statements:
            connection.execute(statement.encode())


def found(report: Report) -> list[tuple[str, int | None, int | None, int | None]]:
    """What was found, without the words."""
    return [(item.kind, item.first_position, item.last_position, item.segment) for item in report.damage]
