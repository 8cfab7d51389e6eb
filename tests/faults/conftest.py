"""What do tests of faults stand on?"""

from collections.abc import AsyncIterator

import pytest

from tests.support.api import Api, in_process, projecting
from tests.support.servers import Database


@pytest.fixture(scope="module")
async def api(shared_database: Database) -> AsyncIterator[Api]:
    """The API of this file, with read models that follow."""
    with projecting(shared_database.settings):
        async with in_process(shared_database.settings) as api:
            await api.until_ready()
            yield api
