"""How do tests reach the database over a line that can be broken?"""

import psycopg
from psycopg import conninfo

from tests.support.proxy import Proxy
from tests.support.servers import Database


def through(proxy: Proxy, database: Database) -> str:
    """The application's connection string, by way of the proxy."""
    return conninfo.make_conninfo(database.app_dsn, port=proxy.port)


def check_each_stands_once(database: Database, saves: int) -> None:
    """So many commands of one event each, so many receipts, and no more."""
    with psycopg.connect(database.admin_dsn) as connection:
        row = connection.execute(
            "SELECT count(*), count(DISTINCT command_id), max(position), (SELECT count(*) FROM receipts) FROM events"
        ).fetchone()
    assert row == (saves, saves, saves, saves)
