"""What can every test of the log ask for?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg import conninfo

from tests.support.proxy import Proxy, proxy_to
from tests.support.servers import Database


@pytest.fixture
def proxy(database: Database) -> Iterator[Proxy]:
    """A line to the database that can be broken."""
    given = conninfo.conninfo_to_dict(database.app_dsn)
    with proxy_to(str(given["host"]), int(str(given["port"]))) as proxy:
        yield proxy
