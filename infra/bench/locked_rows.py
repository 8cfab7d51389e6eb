"""How fast is the plain way? An account is a row, which a transaction locks, looks at and changes."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Final

import psycopg

ACCOUNTS: Final = 512
HOT: Final = 0
"""The row that every second transfer changes as well."""
CONNECTIONS: Final = 64

SCHEMA: Final = """
DROP TABLE IF EXISTS plain_transfer, plain_account;
CREATE TABLE plain_account (id bigint PRIMARY KEY, balance_minor bigint NOT NULL);
CREATE TABLE plain_transfer (
    id text PRIMARY KEY, debited bigint NOT NULL, credited bigint NOT NULL, amount_minor bigint NOT NULL,
    booked_at timestamptz NOT NULL DEFAULT now()
);
"""


def locked_rows(admin_dsn: str, in_flight: int, seconds: float) -> float:
    """Transfers a second, each one transaction: lock the guarded row, insert under its id, change both rows."""
    with psycopg.connect(admin_dsn, autocommit=True) as connection:
        connection.execute(SCHEMA)
        connection.execute(
            "INSERT INTO plain_account SELECT n, 10000000000 FROM generate_series(0, %s) n", (2 * ACCOUNTS,)
        )
    ready = threading.Barrier(min(in_flight, CONNECTIONS))

    def client(number: int) -> float:
        with psycopg.connect(admin_dsn) as connection:
            connection.execute("SET synchronous_commit = on")
            connection.commit()
            ready.wait()
            done = 0
            begun = perf_counter()
            while perf_counter() < begun + seconds:
                mine = 1 + (number * 8 + done % 8) % ACCOUNTS
                _transfer(connection, f"{number}-{done}", mine, HOT if done % 2 else ACCOUNTS + mine, 1 + done % 97)
                done += 1
            return done / (perf_counter() - begun)

    with ThreadPoolExecutor(ready.parties) as pool:
        return sum(pool.map(client, range(ready.parties)))


def _transfer(
    connection: psycopg.Connection[tuple[object, ...]], name: str, debited: int, credited: int, amount: int
) -> None:
    row = connection.execute(
        "SELECT balance_minor FROM plain_account WHERE id = %s FOR UPDATE", (debited,), prepare=True
    ).fetchone()
    if row is None or int(str(row[0])) < amount:
        raise ValueError("the account does not cover it")
    connection.execute(
        "INSERT INTO plain_transfer VALUES (%s, %s, %s, %s)", (name, debited, credited, amount), prepare=True
    )
    for account, change in ((debited, -amount), (credited, amount)):
        connection.execute(
            "UPDATE plain_account SET balance_minor = balance_minor + %s WHERE id = %s", (change, account), prepare=True
        )
    connection.commit()
