"""What do tests of the API stand on?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from domain.ids import new_id
from tests.interfaces.http.place import Place
from tests.support.api import Api, in_process, projecting
from tests.support.servers import Database


@pytest.fixture(scope="module")
async def api(shared_database: Database) -> AsyncIterator[Api]:
    """The API of this file, with read models that follow."""
    with projecting(shared_database.settings):
        async with in_process(shared_database.settings) as api:
            await api.until_ready()
            yield api


@pytest.fixture
def place(api: Api) -> Place:
    """A tenant that nobody else uses."""
    return Place(api, f"city-{new_id(datetime.now(UTC)).hex}")
