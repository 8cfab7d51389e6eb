"""Over which databases do tests of the real personal store run?"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.personal.stores import Stores
from tests.support.servers import Database, PrivatePostgres


@pytest.fixture
async def stores(shared_database: Database) -> AsyncIterator[Stores]:
    async with AsyncExitStack() as stack:
        yield Stores(shared_database, stack)


@pytest.fixture
async def own_stores(database: Database) -> AsyncIterator[Stores]:
    """Over a database of the test's own, dropped after the stores are closed."""
    async with AsyncExitStack() as stack:
        yield Stores(database, stack)


@pytest.fixture
async def killable(private_postgres: PrivatePostgres) -> AsyncIterator[Stores]:
    """Over a server of the test's own."""
    async with AsyncExitStack() as stack:
        yield Stores(private_postgres.database, stack)
