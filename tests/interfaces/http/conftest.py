"""What do tests of the API stand on?"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import cast

import pytest

from application.engine import Engine
from domain.ids import new_id
from infra.bootstrap import Stack, build
from tests.interfaces.http.place import Place
from tests.support.api import Api, in_process, projecting
from tests.support.paid import PaidJob, a_paid_job
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


@pytest.fixture(scope="module")
async def stack(shared_database: Database) -> AsyncIterator[Stack]:
    """Beside the API of this file: what a test orders past the routes."""
    stack = await build(shared_database.settings, "vehicaid-test")
    yield stack
    await stack.close()


@pytest.fixture
async def job(stack: Stack) -> PaidJob:
    """A job that was paid from a wallet."""
    return await a_paid_job(cast("Engine", stack.engine))
