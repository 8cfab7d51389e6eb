"""How is the library's own recorder put under the same faults as ours?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresFactory
from eventsourcing.utils import Environment
from psycopg import conninfo

from tests.support.faulty_log import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.servers import Database

TABLE = "gap_events"

FAULTY_TRIGGER = """
CREATE SEQUENCE public.fault_ticks;
CREATE FUNCTION public.fail_sometimes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {faults}
    RETURN NULL;
END
$$;
CREATE TRIGGER fail_sometimes AFTER INSERT ON public.{table}
FOR EACH STATEMENT EXECUTE FUNCTION public.fail_sometimes();
"""


def stock_recorder(
    dsn: str, *, functions: bool, create: bool
) -> tuple[PostgresApplicationRecorder, Callable[[], None]]:
    """The recorder as the library's factory makes it, and what closes it."""
    given = conninfo.conninfo_to_dict(dsn)
    factory = PostgresFactory(
        Environment(
            "gap",
            {
                "POSTGRES_DBNAME": str(given["dbname"]),
                "POSTGRES_HOST": str(given["host"]),
                "POSTGRES_PORT": str(given["port"]),
                "POSTGRES_USER": str(given["user"]),
                "POSTGRES_PASSWORD": str(given["password"]),
                "POSTGRES_SCHEMA": "public",
                "POSTGRES_POOL_SIZE": "4",
                "POSTGRES_ENABLE_DB_FUNCTIONS": "y" if functions else "n",
                "CREATE_TABLE": "y" if create else "n",
            },
        )
    )
    recorder = factory.application_recorder()
    assert isinstance(recorder, PostgresApplicationRecorder)
    return recorder, factory.close


def install_stock(database: Database, seed: int, *, functions: bool) -> None:
    """Its table, and the faults of our test build in a trigger: after the insert, before the commit."""
    _, close = stock_recorder(database.admin_dsn, functions=functions, create=True)
    close()
    block = faults(seed, "public.fault_ticks")
    with psycopg.connect(database.admin_dsn, autocommit=True) as connection:
        connection.execute(FAULTY_TRIGGER.format(faults=block, table=TABLE).encode())
