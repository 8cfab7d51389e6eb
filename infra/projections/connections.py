"""How does a projection reach the database, so that a frozen leader gives way and a lost server is noticed?"""

from __future__ import annotations

from typing import Final

import psycopg

from infra.database_url import app_dsn
from infra.projections.facts import Connection
from infra.settings import Settings

# A leader speaks at least every 250 ms. One that is silent for longer than this is frozen: the server ends its
# session, its lock is free, and a standby is leader well within 2 s. Shorter would punish a busy machine.
SILENCE_MS: Final = 1_400

# A server that vanished without a word (power, network) is noticed within 5 s.
_KEEPALIVE: Final = "keepalives_idle=2 keepalives_interval=1 keepalives_count=3 tcp_user_timeout=5000"


def open_connection(settings: Settings, application_name: str) -> Connection:
    """A connection of the application's role, in autocommit, for work that a rebuild could do again.

    Its commits do not wait for the disk: rows and position are lost together or not at all.
    """
    connection = psycopg.connect(f"{app_dsn(settings, application_name)} {_KEEPALIVE}", autocommit=True)
    connection.execute("SET synchronous_commit = off")
    return connection


def give_way_when_frozen(connection: Connection) -> None:
    """From now on this session ends when its process says nothing for SILENCE_MS."""
    connection.execute(f"SET idle_session_timeout = {SILENCE_MS}")
    connection.execute(f"SET idle_in_transaction_session_timeout = {SILENCE_MS}")


def try_lock(connection: Connection, settings: Settings, purpose: str) -> bool:
    """Take the cell's advisory lock of that purpose, until the session ends; False when another session has it."""
    row = connection.execute(
        "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (f"vehicaid.{settings.cell}.{purpose}",)
    ).fetchone()
    return row == (True,)


def unlock(connection: Connection, settings: Settings, purpose: str) -> None:
    """Give a lock back before the session ends."""
    connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (f"vehicaid.{settings.cell}.{purpose}",))
