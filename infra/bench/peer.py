"""How is the peer set up? The eventsourcing library with its stock PostgreSQL recorder, as its manual says."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from psycopg import conninfo


def stock_application(
    admin_url: str, *, name: str = "Stock", snapshots: bool = False, pool: int = 5, create: bool = True
) -> Application[UUID]:
    """An application of the library on the given database.

    Its defaults otherwise: table lock, LISTEN/NOTIFY, JSON transcoder, pool of ``pool`` + 10 connections,
    database functions off (with them it loses events, see the conformance suite). ``create=False`` where many
    processes start at once: its CREATE OR REPLACE statements fail when they meet.
    """
    given = conninfo.conninfo_to_dict(admin_url)
    env: dict[str, Any] = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(given["dbname"]),
        "POSTGRES_HOST": str(given["host"]),
        "POSTGRES_PORT": str(given["port"]),
        "POSTGRES_USER": str(given["user"]),
        "POSTGRES_PASSWORD": str(given["password"]),
        "POSTGRES_SCHEMA": "public",
        "POSTGRES_POOL_SIZE": str(pool),
        "POSTGRES_MAX_OVERFLOW": "10",
        "POSTGRES_POOL_TIMEOUT": "60",
        "CREATE_TABLE": "y" if create else "n",
        "IS_SNAPSHOTTING_ENABLED": "y" if snapshots else "n",
    }
    application: type[Application[UUID]] = type(name, (Application,), {})
    return application(env=env)
