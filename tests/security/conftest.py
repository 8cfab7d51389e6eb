"""What do tests of the security of the API stand on?"""

from collections.abc import AsyncIterator

import pytest

from infra.bootstrap import Stack, build
from tests.support.api import Api, in_process, projecting
from tests.support.servers import Database


@pytest.fixture(scope="module")
async def api(shared_database: Database) -> AsyncIterator[Api]:
    """The API of this file, with read models that follow."""
    with projecting(shared_database.settings):
        async with in_process(shared_database.settings) as api:
            await api.until_ready()
            yield api


@pytest.fixture(scope="module")
async def stack(shared_database: Database) -> AsyncIterator[Stack]:
    """Beside the API of this file: what a test knows that a caller does not."""
    stack = await build(shared_database.settings, "vehicaid-test")
    yield stack
    await stack.close()
